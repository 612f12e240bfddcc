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
		{"beyond ASCII: a character has one helper, and yash must be able to have it", envfile.Sh, "naïve", "_astraeuro=\"`printf '\\342\\202\\254.'`\";_astra=\"\";\n" +
			"test y = \"${YASH_VERSION:+y}\" && _astra=`printf '%d' \"'$_astraeuro\"`;\n" +
			"_astra303257=\"`printf '\\303\\257.'`\";_astra303257=\"${_astra303257%.}\";\n" +
			"test \"$_astra\" = \"${YASH_VERSION:+8364}\" && export A='na'\"$_astra303257\"'ve';\n" +
			"test \"$_astra\" = \"${YASH_VERSION:+8364}\" && unset _astra _astra303257 _astraeuro;\n"},
		{"a leading dash is safe", envfile.Sh, "-n", "export A='-n';\n"},
		{"each other byte has one helper", envfile.Sh, "* a*", "_astra052=\"`printf '\\052.'`\";_astra052=\"${_astra052%.}\";\n" +
			"_astra040=\"`printf '\\040.'`\";_astra040=\"${_astra040%.}\";\n" +
			"export A=\"$_astra052\"\"$_astra040\"'a'\"$_astra052\";\nunset _astra040 _astra052;\n"},
		{"fish", envfile.Fish, token, "set -gx A '" + token + "';\n"},
		{"fish, empty", envfile.Fish, "", "set -gx A '';\n"},
		{"fish quotes", envfile.Fish, `a'b\ $c`, `set -gx A 'a\'b\\ $c';` + "\n"},
		{"fish, bytes outside the quotes", envfile.Fish, "a\n\xffé", `set -gx A 'a'\X0a\Xff''\Xc3''\Xa9;` + "\n"},
		{"json", envfile.JSON, "a\"\\\n<\u202e\U000e0041é", "{\n  \"A\": \"a\\\"\\\\\\u000a<\\u202e\\udb40\\udc41é\"\n}\n"},
		{"tcsh", envfile.Tcsh, token, "setenv A '" + token + "';\n"},
		{"tcsh, empty", envfile.Tcsh, "", "setenv A '';\n"},
		{"tcsh, a helper for each other byte", envfile.Tcsh, "a*", "set _astra052=\"`printf '\\052'`\";\nsetenv A 'a'\"$_astra052\";\nunset _astra052;\n"},
		{"pwsh", envfile.Pwsh, token, "${env:A} = '" + token + "';\n"},
		{"pwsh, quotes", envfile.Pwsh, "it's $x `n \"y\"", "${env:A} = 'it''s $x `n \"y\"';\n"},
		{"pwsh, curly quotes end strings", envfile.Pwsh, "\u2018\u2019\u201a\u201b", "${env:A} = '' + [char]8216 + [char]8217 + [char]8218 + [char]8219;\n"},
		{"pwsh, in plain ASCII on one line", envfile.Pwsh, "a\r\né\U0001f600b", "${env:A} = 'a' + [char]13 + [char]10 + [char]233 + [char]55357 + [char]56832 + 'b';\n"},
		{"cmd", envfile.Cmd, token, "set \"A=" + token + "\"\n"},
		{"cmd, a path", envfile.Cmd, `C:\Program Files (x86)\it's\`, `set "A=C:\Program Files (x86)\it's\"` + "\n"},
		{"nu", envfile.Nu, "a\"b", "{\n  \"A\": \"a\\\"b\"\n}\n"},
		{"elvish", envfile.Elvish, "a\"\\$é\n", `set-env A "a\u0022\u005c$é\u000a";` + "\n"},
		{"xonsh", envfile.Xonsh, "a\"\\$\n", "$A = \"a\\u0022\\u005c$\\u000a\";\n"},
		{"xonsh, bytes beyond ASCII", envfile.Xonsh, "a\"é\n", "$A = __import__('os').fsdecode(b\"a\\x22\\xc3\\xa9\\x0a\");\n" +
			"assert __import__('os').fsencode($A) == b\"a\\x22\\xc3\\xa9\\x0a\";\n"},
		{"docker", envfile.Docker, ` "a" $b #c`, "A= \"a\" $b #c\n"},
		{"systemd", envfile.Systemd, "a\"b\\$c`\n", "A=\"a\\\"b\\\\\\$c\\`\n\"\n"},
		{"github", envfile.GitHub, token, "A=" + token + "\n"},
		{"github, what is not safe", envfile.GitHub, "a\nASTRA_END\n", "A<<ASTRA_END_2\na\nASTRA_END\n\nASTRA_END_2\n"},
		{"gitlab", envfile.GitLab, token, "A=" + token + "\n"},
		{"k8s", envfile.K8s, "\xff123", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"astra-db\"\ntype: Opaque\ndata:\n  \"A\": \"/zEyMw==\"\n"},
		{"tfvars", envfile.TFVars, "${a} %{b} \"é\"", `A = "\u0024{a} \u0025{b} \u0022é\u0022"` + "\n"},
		{"yaml", envfile.YAML, "a: \"b\"\n\U000e0041", `"A": "a: \u0022b\u0022\u000a\U000e0041"` + "\n"},
		{"csv", envfile.CSV, `a,"b"`, "name,value\nA,\"a,\"\"b\"\"\"\n"},
		{"csv, raw", envfile.CSV, "a", "name,value\nA,a\n"},
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
		{"NUL", envfile.Tcsh, "s3cret\x00"},
		{"line feed", envfile.Tcsh, "s3cret\n"},
		{"empty", envfile.Pwsh, ""},
		{"NUL", envfile.Pwsh, "s3cret\x00"},
		{"not UTF-8", envfile.Pwsh, "s3cret\xff"},
		{"too long", envfile.Pwsh, long[:32001]},
		{"empty", envfile.Cmd, ""},
		{"percent sign", envfile.Cmd, "s3cret%"},
		{"quote", envfile.Cmd, `s3cret"`},
		{"caret", envfile.Cmd, "s3cret^"},
		{"exclamation mark", envfile.Cmd, "s3cret!"},
		{"ampersand", envfile.Cmd, "s3cret&"},
		{"line feed", envfile.Cmd, "s3cret\n"},
		{"letter of a code page", envfile.Cmd, "s3cret é"},
		{"too long", envfile.Cmd, long[:8001]},
		{"not UTF-8", envfile.Nu, "s3cret\xff"},
		{"NUL", envfile.Nu, "s3cret\x00"},
		{"not UTF-8", envfile.Elvish, "s3cret\xff"},
		{"not UTF-8", envfile.Xonsh, "s3cret\xff"},
		{"line feed", envfile.Docker, "s3cret\n"},
		{"carriage return", envfile.Docker, "s3cret\r"},
		{"too long for a line", envfile.Docker, long[1:]},
		{"control character", envfile.Systemd, "s3cret\x1b"},
		{"code point that is no character", envfile.Systemd, "s3cret\ufffe"},
		{"carriage return", envfile.GitHub, "s3cret\r"},
		{"blank", envfile.GitLab, "s3 cret"},
		{"dollar", envfile.GitLab, "s3cret$x"},
		{"NUL", envfile.K8s, "s3cret\x00"},
		{"combining character", envfile.TFVars, "s3crete\u0301"},
		{"not UTF-8", envfile.YAML, "s3cret\xff"},
		{"carriage return", envfile.CSV, "s3cret\r\n"},
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
	for dialect, want := range map[envfile.Dialect]error{envfile.Sh: nil, envfile.Cmd: envfile.ErrName, envfile.Pwsh: envfile.ErrName, envfile.Nu: envfile.ErrName} {
		cases := []envfile.Var{{Name: "Aa", Value: "1"}, {Name: "AA", Value: "2"}}
		if _, err := envfile.Export(dialect, cases); !errors.Is(err, want) {
			t.Errorf("%s: names that differ in case: %v", dialect, err)
		}
	}
	if _, err := envfile.Export("rc", nil); !errors.Is(err, envfile.ErrDialect) {
		t.Errorf("unknown dialect: %v", err)
	}
}

func TestExportOfNothing(t *testing.T) {
	for dialect, want := range map[envfile.Dialect]string{envfile.Sh: "", envfile.Fish: "", envfile.Dotenv: "", envfile.JSON: "{}\n", envfile.Nu: "{}\n", envfile.YAML: "{}\n", envfile.CSV: "name,value\n"} {
		if got, err := envfile.Export(dialect, nil); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", dialect, got, err)
		}
	}
}

func TestUnset(t *testing.T) {
	for dialect, want := range map[envfile.Dialect]string{
		envfile.Sh:   "unset ASTRA_DB_ID;\nunset B;\n",
		envfile.Fish: "set -e ASTRA_DB_ID;\nset -e B;\n",
		envfile.Tcsh: "unsetenv ASTRA_DB_ID;\nunsetenv B;\n",
		envfile.Pwsh: "${env:ASTRA_DB_ID} = $null;\n${env:B} = $null;\n",
		envfile.Cmd:  "set \"ASTRA_DB_ID=\"\nset \"B=\"\n",
		envfile.Nu:   "[\"ASTRA_DB_ID\", \"B\"]\n",
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
		"-zsh": envfile.Sh, "/usr/bin/fish": envfile.Fish, `C:\Windows\System32\cmd.exe`: envfile.Cmd, "pwsh.exe": envfile.Pwsh, "csh": envfile.Tcsh,
		"kubernetes": envfile.K8s, "env": envfile.Dotenv, "json": envfile.JSON, "dotenv": envfile.Dotenv,
	} {
		if got, err := envfile.Lookup(name); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "Bash", "rc", "sh ", "."} {
		if got, err := envfile.Lookup(name); !errors.Is(err, envfile.ErrDialect) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestFailure(t *testing.T) {
	for dialect, want := range map[envfile.Dialect]string{
		envfile.Sh: "false;\n", envfile.Fish: "false;\n", envfile.Pwsh: "throw 'astra has failed';\n", envfile.Cmd: "exit /b 1\n",
		envfile.JSON: "", envfile.Dotenv: "", "other": "",
	} {
		if got := envfile.Failure(dialect); got != want {
			t.Errorf("%s: %q", dialect, got)
		}
	}
	for _, name := range envfile.Shells() {
		if d, err := envfile.Lookup(name); err != nil || !d.IsShell() || envfile.Failure(d) == "" {
			t.Errorf("%s: %q, %v", name, d, err)
		}
	}
	for _, name := range envfile.Formats() {
		if d, err := envfile.Lookup(name); err != nil || d.IsShell() || envfile.Failure(d) != "" {
			t.Errorf("%s: %q, %v", name, d, err)
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
		"XONSH_X", "ENV_CONVERSIONS", "NU_LIB_DIRS", "ASTRA_TOKEN", "ASTRA_API_TOKEN", "ASTRA_PROFILE", "ASTRA_API_URL", "ASTRA_CONFIG_DIR",
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
