package devops

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestACredentialIsWholeOrUnknown(t *testing.T) {
	const id = "FakeFakeFakeFakeFakeFake"
	token := "AstraCS:" + id + ":" + strings.Repeat("ab", 32)
	good := fmt.Sprintf(`{"clientId":%q,"secret":"s3cret-s3cret","token":%q,"generatedOn":17,"roles":null}`, id, token)
	replace := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for _, test := range []struct {
		name, body string
		partial    string // client ID in the error
	}{
		{"empty", "", ""},
		{"null", "null", ""},
		{"list", "[" + good + "]", id},
		{"two documents", good + good, id},
		{"cut in the token", good[:len(good)-60], id},
		{"cut in the client id", good[:20], ""},
		{"no secret", replace(`"secret"`, `"sekret"`), id},
		{"no token", replace(`"token"`, `"tokem"`), id},
		{"no client id", replace(`"clientId"`, `"client"`), id}, // the token has it
		{"two secrets", replace(`"token"`, `"secret":"other-other","token"`), id},
		{"two secrets, one in capitals", replace(`"token"`, `"SECRET":"other-other","token"`), id},
		{"two client ids", replace(`"token"`, `"clientid":"OtherOtherOtherOtherOthe","token"`), ""},
		{"another token", replace("AstraCS:Fake", "AstraCS:Cafe"), ""},
		{"a token of two parts", replace(`ke:`, `ke`), id},
		{"not ASCII", replace("s3cret", "s\u00e4cret"), id},
		{"not UTF-8", replace("s3cret", "s\xffcret"), id},
		{"a line end", replace("s3cret", `s\ncret`), id},
		{"an escape", replace("s3cret", `s\u001bcret`), id},
		{"a number", replace(`"s3cret-s3cret"`, "17"), id},
		{"a null", replace(`"s3cret-s3cret"`, "null"), id},
		{"a refusal with 200", `{"errors":[{"ID":1,"message":"no"}]}`, ""},
		{"a letter that only folds to s", replace(`"secret"`, `"\u017fecret"`), id},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, _ := newScriptedClient(t, status(200, test.body))
			made, err := c.Tokens.Create(t.Context(), NewToken{})
			if !errors.Is(err, ErrOutcomeUnknown) || made.Secret != "" {
				t.Fatalf("got %+v, %v", made, err)
			}
			var named string
			if partial, ok := errors.AsType[*PartialCredential](err); ok {
				named = partial.ClientID
			}
			if named != test.partial {
				t.Errorf("the error names %q, want %q", named, test.partial)
			}
			if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "abab") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
	c, _ := newScriptedClient(t, status(201, good, "Content-Type", ""))
	made, err := c.Tokens.Create(t.Context(), NewToken{})
	if err != nil || made.ClientID != id || made.Token.Reveal() != token || made.Roles == nil || !made.GeneratedOn.IsZero() {
		t.Errorf("got %+v, %v", made, err)
	}
}

func TestAHalfReadAnswerNamesItsToken(t *testing.T) {
	whole := fixture(t, "POST_v2_clientIdSecrets.json")
	for _, r := range []reply{truncated(whole[:len(whole)/2]), status(502, whole), status(202, whole)} {
		c, _ := newScriptedClient(t, r)
		_, err := c.Tokens.Create(t.Context(), NewToken{})
		partial, ok := errors.AsType[*PartialCredential](err)
		if !ok || partial.ClientID != "FakeFakeFakeFakeFakeFake" || !errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("got %v", err)
		}
		if strings.Contains(err.Error(), "not.a.real.secret") {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
}

func TestASecretDoesNotPrint(t *testing.T) {
	c, _ := newScriptedClient(t, status(200, fixture(t, "POST_v2_clientIdSecrets.json")))
	made, err := c.Tokens.Create(t.Context(), NewToken{ExpiresAt: time.Unix(1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{fmt.Sprint(made), fmt.Sprintf("%+v", made), fmt.Sprintf("%#v", made), fmt.Sprintf("%+v", c.config)} {
		if strings.Contains(s, "not.a.real") || strings.Contains(s, "AstraCS") {
			t.Errorf("shown: %s", s)
		}
	}
}
