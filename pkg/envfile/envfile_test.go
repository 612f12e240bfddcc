package envfile_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/envfile"
)

func TestExport(t *testing.T) {
	token := "AstraCS:abcDEF.,+_-:0123"
	tests := []struct {
		name    string
		dialect envfile.Dialect
		value   string
		want    string
	}{
		{"safe bytes need no helper", envfile.Sh, token, "export A='" + token + "';\n"},
		{"empty", envfile.Sh, "", "export A='';\n"},
		{"UTF-8 is safe", envfile.Sh, "naïve", "export A='naïve';\n"},
		{"a leading dash is safe", envfile.Sh, "-n", "export A='-n';\n"},
		{"each other byte has one helper", envfile.Sh, "* a*", "_astra052=\"`printf '\\052.'`\";_astra052=\"${_astra052%.}\";\n" +
			"_astra040=\"`printf '\\040.'`\";_astra040=\"${_astra040%.}\";\n" +
			"export A=\"$_astra052\"\"$_astra040\"'a'\"$_astra052\";\nunset _astra040 _astra052;\n"},
		{"fish", envfile.Fish, token, "set -gx A '" + token + "';\n"},
		{"fish, empty", envfile.Fish, "", "set -gx A '';\n"},
		{"fish quotes", envfile.Fish, `a'b\ $c`, `set -gx A 'a\'b\\ $c';` + "\n"},
		{"fish, bytes outside the quotes", envfile.Fish, "a\n\xffé", `set -gx A 'a'\X0a\Xff'é';` + "\n"},
		{"json", envfile.JSON, "a\"\\\n<\u202e\U000e0041é", "{\n  \"A\": \"a\\\"\\\\\\u000a<\\u202e\\udb40\\udc41é\"\n}\n"},
		{"dotenv, raw", envfile.Dotenv, token, "A=" + token + "\n"},
		{"dotenv, empty", envfile.Dotenv, "", "A=\n"},
		{"dotenv, quoted", envfile.Dotenv, "a b#é", "A='a b#é'\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := envfile.Export(tt.dialect, []envfile.Var{{Name: "A", Value: tt.value}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExportKeepsTheGivenOrder(t *testing.T) {
	vars := []envfile.Var{{Name: "B", Value: "1"}, {Name: "A", Value: "2"}}
	for dialect, want := range map[envfile.Dialect]string{
		envfile.Sh:     "export B='1';\nexport A='2';\n",
		envfile.Fish:   "set -gx B '1';\nset -gx A '2';\n",
		envfile.JSON:   "{\n  \"B\": \"1\",\n  \"A\": \"2\"\n}\n",
		envfile.Dotenv: "B=1\nA=2\n",
	} {
		got, err := envfile.Export(dialect, vars)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s: %s", dialect, diff)
		}
	}
}

func TestExportRefuses(t *testing.T) {
	long := strings.Repeat("s", 64<<10+1)
	tests := []struct {
		name    string
		dialect envfile.Dialect
		value   string
	}{
		{"NUL", envfile.Sh, "a\x00s3cret"},
		{"too long", envfile.Sh, long},
		{"NUL", envfile.Fish, "a\x00s3cret"},
		{"too long", envfile.Fish, long},
		{"not UTF-8", envfile.JSON, "s3cret\xff"},
		{"too long", envfile.Dotenv, long},
		{"not UTF-8", envfile.Dotenv, "s3cret\xff"},
		{"quote", envfile.Dotenv, "s3cret'"},
		{"dollar", envfile.Dotenv, "s3cret $x"},
		{"backslash", envfile.Dotenv, `s3cret\n`},
		{"line feed", envfile.Dotenv, "s3cret\n"},
		{"carriage return", envfile.Dotenv, "s3cret\r"},
		{"NUL", envfile.Dotenv, "s3cret\x00"},
	}
	for _, tt := range tests {
		t.Run(string(tt.dialect)+" "+tt.name, func(t *testing.T) {
			got, err := envfile.Export(tt.dialect, []envfile.Var{{Name: "OK", Value: "fine"}, {Name: "BAD", Value: tt.value}})
			if len(got) > 0 || !errors.Is(err, envfile.ErrUnrepresentable) {
				t.Fatalf("%q, %v", got, err)
			}
			bad, ok := errors.AsType[*envfile.ValueError](err)
			if !ok || bad.Name != "BAD" || bad.Dialect != tt.dialect || bad.Why == "" {
				t.Errorf("%#v", bad)
			}
			if strings.Contains(err.Error(), "s3cret") || len(err.Error()) > 200 {
				t.Errorf("the error shows the value: %v", err)
			}
		})
	}
	longest := []envfile.Var{{Name: "A", Value: long[1:]}}
	if _, err := envfile.Export(envfile.Sh, longest); err != nil {
		t.Errorf("64 KiB: %v", err)
	}
	twice := []envfile.Var{{Name: "A", Value: "1"}, {Name: "A", Value: "2"}}
	if _, err := envfile.Export(envfile.JSON, twice); !errors.Is(err, envfile.ErrName) {
		t.Errorf("one name twice: %v", err)
	}
	if _, err := envfile.Export("pwsh", nil); !errors.Is(err, envfile.ErrDialect) {
		t.Errorf("unknown dialect: %v", err)
	}
}

func TestExportOfNothing(t *testing.T) {
	for dialect, want := range map[envfile.Dialect]string{envfile.Sh: "", envfile.Fish: "", envfile.Dotenv: "", envfile.JSON: "{}\n"} {
		if got, err := envfile.Export(dialect, nil); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", dialect, got, err)
		}
	}
}

func TestUnset(t *testing.T) {
	for dialect, want := range map[envfile.Dialect]string{
		envfile.Sh:   "unset ASTRA_DB_ID;\nunset B;\n",
		envfile.Fish: "set -e ASTRA_DB_ID;\nset -e B;\n",
	} {
		got, err := envfile.Unset(dialect, []string{"ASTRA_DB_ID", "B"})
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", dialect, got, err)
		}
		if _, err := envfile.Unset(dialect, []string{"PATH"}); !errors.Is(err, envfile.ErrName) {
			t.Errorf("%s: %v", dialect, err)
		}
	}
	for _, dialect := range []envfile.Dialect{envfile.JSON, envfile.Dotenv} {
		if _, err := envfile.Unset(dialect, []string{"B"}); !errors.Is(err, envfile.ErrNoUnset) {
			t.Errorf("%s: %v", dialect, err)
		}
	}
}

func TestLookup(t *testing.T) {
	for name, want := range map[string]envfile.Dialect{
		"sh": envfile.Sh, "bash": envfile.Sh, "dash": envfile.Sh, "zsh": envfile.Sh, "ksh": envfile.Sh, "mksh": envfile.Sh, "ash": envfile.Sh,
		"-zsh": envfile.Sh, "/usr/bin/fish": envfile.Fish, "json": envfile.JSON, "dotenv": envfile.Dotenv,
	} {
		if got, err := envfile.Lookup(name); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "Bash", "cmd", "pwsh", "sh ", "."} {
		if got, err := envfile.Lookup(name); !errors.Is(err, envfile.ErrDialect) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestFailure(t *testing.T) {
	for dialect, want := range map[envfile.Dialect]string{
		envfile.Sh: "false;\n", envfile.Fish: "false;\n", envfile.JSON: "", envfile.Dotenv: "", "other": "",
	} {
		if got := envfile.Failure(dialect); got != want {
			t.Errorf("%s: %q", dialect, got)
		}
	}
}

func TestCheckName(t *testing.T) {
	for name := range strings.FieldsSeq(`A _A ASTRA_DB_ID ASTRA_DB_REGION ASTRA_DB_KEYSPACE ASTRA_DB_APPLICATION_TOKEN
		ASTRA_DB_API_ENDPOINT ASTRA_DB_CLIENT_ID ASTRA_DB_CLIENT_SECRET ASTRA_DB_NAME ASTRA_ORG_ID ASTRA_ORG_NAME
		ASTRA_DB_SECURE_BUNDLE_PATH ASTRA_DB_USERNAME ASTRA_DB_PASSWORD ASTRA_CLUSTER_ID ASTRA_CLUSTER_REGION
		ASTRA_AUTHORIZATION_TOKEN TF_VAR_token X2`) {
		if err := envfile.CheckName(name); err != nil {
			t.Error(err)
		}
	}
	bad := []string{
		"", "1A", "A-B", "A B", "A=B", "A;B", "É", "A\n", "path", "http_proxy", "status", strings.Repeat("A", 129),
		"_", "__fish_x", "_astra052", "PATH", "Path", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "IFS", "ENV", "BASH_ENV", "BASH_FUNC_x",
		"PROMPT_COMMAND", "PS1", "ZDOTDIR", "USERNAME", "UID", "HTTPS_PROXY", "NODE_OPTIONS", "GIT_SSH_COMMAND", "PYTHONPATH",
		"ASTRA_TOKEN", "ASTRA_API_TOKEN", "ASTRA_PROFILE", "ASTRA_API_URL", "ASTRA_CONFIG_DIR",
	}
	for _, name := range bad {
		if err := envfile.CheckName(name); !errors.Is(err, envfile.ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for _, value := range hostile() {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		text, err := envfile.Export(envfile.JSON, []envfile.Var{{Name: "A", Value: value}})
		if err != nil {
			return
		}
		var got map[string]string
		if err := json.Unmarshal(text, &got); err != nil || got["A"] != value {
			t.Errorf("%q: %q, %v", value, got["A"], err)
		}
	})
}

func FuzzCheckName(f *testing.F) {
	f.Add("ASTRA_DB_ID")
	f.Fuzz(func(t *testing.T, name string) {
		if envfile.CheckName(name) == nil && strings.ContainsFunc(name, func(r rune) bool {
			return r != '_' && (r < '0' || r > 'z' || r > '9' && r < 'A' || r > 'Z' && r < 'a')
		}) {
			t.Errorf("%q is allowed", name)
		}
	})
}
