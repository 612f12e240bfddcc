package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/secret"
)

func TestReadForeign(t *testing.T) {
	t.Parallel()
	one := "AstraCS:" + strings.Repeat("a", 24) + ":" + strings.Repeat("1", 64)
	two := "AstraCS:" + strings.Repeat("b", 24) + ":" + strings.Repeat("2", 64)
	key := "ASTRA_DB_APPLICATION_TOKEN"
	prod := config.Imported{Name: "prod", Token: secret.Text(one)}
	wide := func(ascii string) string { return "\xff\xfe" + strings.Join(strings.Split(ascii, ""), "\x00") + "\x00" }
	for _, c := range []struct {
		name, text string
		want       []config.Imported
		fails      string
	}{
		{"sections", "[prod]\n" + key + "=" + one + "\n\n# note\n[other]\n" + key + " = '" + two + "'\n", []config.Imported{prod, {Name: "other", Token: secret.Text(two)}}, ""},
		{"the chosen one is repeated as default", "[default]\n" + key + "=" + one + "\nDEFAULT_PROFILE_SOURCE=prod\n[prod]\n" + key + "=" + one, []config.Imported{prod}, ""},
		{"default alone", "[default]\n" + key + "=" + one, []config.Imported{{Name: "default", Token: secret.Text(one)}}, ""},
		{"default beside others", "[default]\n" + key + "=" + two + "\n[prod]\n" + key + "=" + one, []config.Imported{{Name: "default", Token: secret.Text(two)}, prod}, ""},
		{"other services are unfit", "[dev]\nASTRA_ENV=DEV\n" + key + "=" + two + "\n[prod]\nASTRA_ENV=PROD\n" + key + "=" + one, []config.Imported{{Name: "dev", Token: secret.Text(two), Problem: "it is for a service other than the public one"}, prod}, ""},
		{"a service on this machine", "[near]\nASTRA_ENV=LOCAL\nASTRA_LOCAL_ENDPOINT=http://127.0.0.1:1/v2\n" + key + "=" + two + "\n[prod]\n" + key + "=" + one, []config.Imported{{Name: "near", Token: secret.Text(two), Problem: "it is for a service other than the public one"}, prod}, ""},
		{"a token and nothing else", one + "\n", []config.Imported{{Name: "imported", Token: secret.Text(one)}}, ""},
		{"no token is unfit", "[none]\n[empty]\n" + key + "=\n[prod]\n" + key + "=" + one, []config.Imported{{Name: "none", Problem: "it has no token"}, {Name: "empty", Problem: "it has no token"}, prod}, ""},
		{"names of organizations and addresses", "[Acme Inc]\n" + key + "=" + one + "\n[ada@example.com]\n" + key + "=" + two, []config.Imported{{Name: "Acme Inc", Token: secret.Text(one)}, {Name: "ada@example.com", Token: secret.Text(two)}}, ""},
		{"comments behind", "; old\n[prod] # the real one\n" + key + "=" + one + "   ; in March\n", []config.Imported{prod}, ""},
		{"quotes and a comment", "[ prod ]\n\t" + key + " = \"" + one + "\" # in March\n", []config.Imported{prod}, ""},
		{"brackets and signs in a name", "[a [b] #c]\n" + key + "=" + one, []config.Imported{{Name: "a [b] #c", Token: secret.Text(one)}}, ""},
		{"Windows", "\ufeff[prod]\r\n" + key + "=" + one + "\r\n\x1a", []config.Imported{prod}, ""},
		{"CR", "# mine\r[prod]\r" + key + "=" + one + "\r", []config.Imported{prod}, ""},
		{"UTF-16", wide("[prod]\r\n" + key + "=" + one + "\r\n"), []config.Imported{prod}, ""},
		{"a section twice", "[prod]\n" + key + "=" + one + "\n[prod]\n" + key + "='" + one + "'\n", []config.Imported{prod}, ""},
		{"a name for two tokens", "[x]\n" + key + "=" + two + "\n[prod]\n" + key + "=" + one + "\n[x]\n" + key + "=" + one, []config.Imported{{Name: "x", Token: secret.Text(two), Problem: "lines 1 and 5 have sections with this name and different content"}, prod}, ""},
		{"the same name in both forms", "[caf\u00e9]\n" + key + "=" + two + "\n[prod]\n" + key + "=" + one + "\n[cafe\u0301]\n" + key + "=" + one, []config.Imported{{Name: "caf\u00e9", Token: secret.Text(two), Problem: "lines 1 and 5 have sections with this name and different content"}, prod}, ""},
		{"a section with two tokens", "[x]\n" + key + "=" + two + "\n" + key + "=" + one + "\n[prod]\n" + key + "=" + one, []config.Imported{{Name: "x", Token: secret.Text(one), Problem: "it has several tokens"}, prod}, ""},
		{"keys of no meaning here", "[prod]\nCOLOR=yes\n" + key + "=" + one + "\n\u200b" + key + "=" + two, []config.Imported{{Name: "prod", Token: secret.Text(one), Unknown: []string{`"COLOR"`, `"\u200b` + key + `"`}}}, ""},
		{"nothing", "", nil, "no profile"},
		{"only comments", "# none yet\n", nil, "no profile"},
		{"no section", key + "=" + one, nil, "rc:1: a key before the first section"},
		{"no key", "[prod]\nhunter2", nil, "rc:2: neither a section nor a key with a value"},
		{"no bracket", "\n[prod\n" + key + "=" + one, nil, "rc:2: a section without its closing bracket"},
		{"more behind the bracket", "[prod] hunter2\n" + key + "=" + one, nil, "rc:1: a section without its closing bracket"},
		{"no name", "[ ]\n" + key + "=" + one, nil, "rc:1: a section without a name"},
		{"no text", "[prod]\n" + key + "=\xff" + one, nil, "rc:2: not UTF-8 text"},
		{"too long", "# " + strings.Repeat("x", 1<<20) + "\n[prod]\n" + key + "=" + one, nil, "larger than 1 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "rc")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := config.ReadLegacyFile(path)
			if c.fails != "" {
				if !errors.Is(err, config.ErrConfig) || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%v, want %s", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProfileName(t *testing.T) {
	t.Parallel()
	for section, want := range map[string]string{
		"prod":                    "prod",
		"my-prof_1.x":             "my-prof_1.x",
		"ada@example.com":         "ada-example.com",
		"Acme Inc":                "Acme-Inc",
		"Acme, Inc.":              "Acme-Inc",
		"Société Générale":        "Societe-Generale",
		"Socie\u0301te\u0301":     "Societe",
		"\ufeffprod":              "prod",
		"-prod":                   "prod",
		"_prod_":                  "prod",
		"продажи":                 "imported",
		"продажи EU":              "EU",
		"...":                     "imported",
		strings.Repeat("ab ", 40): strings.TrimSuffix(strings.Repeat("ab-", 21), "-"),
	} {
		got := config.ProfileName(section)
		if got != want || config.CheckName(got) != nil {
			t.Errorf("%q: %q, want %q", section, got, want)
		}
	}
}
