package process

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChildrenGetNoSecrets(t *testing.T) {
	t.Parallel()
	token := "AstraCS:aBcDeFgHiJkLmNoPqRsTuVwX:" + strings.Repeat("0", 64)
	given := []string{
		"PATH=/bin", "ASTRA_TOKEN=x", "ASTRA_API_TOKEN=x", "ASTRA_DB_CLIENT_SECRET=x", "ASTRA_DB_PASSWORD=x", "ASTRA_AUTHORIZATION_TOKEN=x",
		"astra_token=x", "MINE=" + token, "ASTRA_DB_ID=id", "ASTRA_TOKENS", "GIT_TOKEN=theirs",
	}
	if diff := cmp.Diff([]string{"PATH=/bin", "ASTRA_DB_ID=id", "GIT_TOKEN=theirs"}, Env(given)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"PATH=/bin", "GIT_TOKEN=theirs"}, ThirdPartyEnv(given)); diff != "" {
		t.Error(diff)
	}
	if given[1] != "ASTRA_TOKEN=x" {
		t.Error("the caller's own list was changed")
	}
}
