package credential

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/secret"
)

func login() Item {
	return Item{
		ClientID: "IFmJlTkNvptFzTDEQpQIEJud", Secret: "hush<&>\u2028", Token: "hush-token",
		APIURL: "https://api.example", OrgID: "org-1", IssuedAt: time.Unix(1700000000, 5).UTC(),
	}
}

func TestItemComesBack(t *testing.T) {
	for _, item := range []Item{login(), {Token: "hush"}} {
		data, err := encode(item)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(data)
		if diff := cmp.Diff(item, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	if _, err := encode(Item{}); !errors.Is(err, ErrCorrupt) {
		t.Error(err)
	}
	if _, err := encode(Item{Token: secret.Text(strings.Repeat("hush", maxItem/4))}); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, data := range []string{
		"", "hush", "{", `"hush"`, `[]`, `{}`, `{"version":1}`, `{"version":2,"token":"hush"}`, `{"version":"hush"}`,
		`{"version":1,"token":"hush"}{}`, `{"version":1,"token":"hush"} hush`, `{"version":1,"token":["hush"]}`, "AstraCS:hush",
	} {
		if _, err := decode([]byte(data)); !errors.Is(err, ErrCorrupt) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", data, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"version":1,"token":"x","secret":"y"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		item, err := decode(data)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatal(err)
			}
			return
		}
		if text := fmt.Sprintf("%+v %#v", item, item); len(item.Token) > 20 && strings.Contains(text, item.Token.Reveal()) {
			t.Fatal("an item shows its token")
		}
	})
}

func TestKeysShareNothing(t *testing.T) {
	keys := []Key{
		{"a", ""},
		{"A", ""},
		{"a", "b"},
		{"a", "B"},
		{"a/b", ""},
		{"a", "b/c"},
		{"a/b", "c"},
		{"a%2Fb", ""},
		{"a@b", ""},
		{"..", ""},
		{"../x", ""},
		{"a:b", ""},
		{"a", ":b"},
		{"ä", ""},
		{"a\x00", ""},
		{"^a", ""},
		{"con", ""},
		{"a", "session:db"},
	}
	seen := make(map[string]Key)
	for _, key := range keys {
		path, err := fileStore{"/d"}.path(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		folded := strings.ToLower(path)
		if other, taken := seen[folded]; taken {
			t.Errorf("%q and %q share %s", key, other, path)
		}
		seen[folded] = key
		if name := strings.TrimPrefix(path, "/d/"); strings.ContainsAny(name, "/\\:\x00") || !strings.HasPrefix(name, "astra-") {
			t.Errorf("%q: %s", key, path)
		}
	}
	if _, err := (Key{Name: "x"}).id(); err == nil {
		t.Error("a key without a profile")
	}
}
