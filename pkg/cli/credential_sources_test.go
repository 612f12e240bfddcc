package cli

import (
	"fmt"
	"testing"

	"github.com/astra-admin/astra/pkg/config"
)

// TestIdentitiesDiffer checks that no two credentials have the same identity.
func TestIdentitiesDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, url := range []string{"https://one.example.com", "https://two.example.com"} {
		app := &App{Settings: Settings{settings: &config.Settings{APIURL: url}}}
		for _, s := range []CredentialSource{
			{ClientID: "abc"},
			{ClientID: "def"},
			{Profile: config.Profile{Name: "p", APIURL: url, Org: config.Org{ID: "1"}}},
			{Profile: config.Profile{Name: "p", APIURL: url, Org: config.Org{ID: "2"}}},
			{Profile: config.Profile{Name: "q", APIURL: url, Org: config.Org{ID: "1"}}},
		} {
			identity := fmt.Sprintf("%q", app.Identity(s))
			if identity == "[]" || seen[identity] {
				t.Errorf("%+v at %s has the identity %s of another", s, url, identity)
			}
			seen[identity] = true
		}
	}
}
