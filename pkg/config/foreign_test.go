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
	for _, c := range []struct {
		name, text string
		want       []config.Foreign
		fails      string
	}{
		{"sections", "[prod]\n" + key + "=" + one + "\n\n# note\n[other]\n" + key + " = '" + two + "'\n", []config.Foreign{{Name: "prod", Token: secret.Text(one)}, {Name: "other", Token: secret.Text(two)}}, ""},
		{"the chosen one is repeated as default", "[default]\n" + key + "=" + one + "\n[prod]\n" + key + "=" + one, []config.Foreign{{Name: "prod", Token: secret.Text(one)}}, ""},
		{"default alone", "[default]\n" + key + "=" + one, []config.Foreign{{Name: "default", Token: secret.Text(one)}}, ""},
		{"other services are unfit", "[dev]\nASTRA_ENV=DEV\n" + key + "=" + two + "\n[prod]\nASTRA_ENV=PROD\n" + key + "=" + one, []config.Foreign{{"dev", secret.Text(two), "it is for another service than the public one"}, {Name: "prod", Token: secret.Text(one)}}, ""},
		{"a token and nothing else", one + "\n", []config.Foreign{{Name: "imported", Token: secret.Text(one)}}, ""},
		{"no token is unfit", "[none]\n[prod]\n" + key + "=" + one, []config.Foreign{{"none", "", "it has no token"}, {Name: "prod", Token: secret.Text(one)}}, ""},
		{"a name that cannot be", "[a b/c]\n" + key + "=" + one, nil, "no profile"},
		{"nothing", "", nil, "no profile"},
		{"no section", key + "=" + one, nil, "rc:1: "},
		{"no key", "[prod]\nhunter2", nil, "rc:2: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "rc")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := config.ReadForeign(path)
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
