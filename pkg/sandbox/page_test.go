package sandbox

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPageHasEveryEndpoint checks that docs/sandbox.md has each route. The
// tests of cmd run its requests with curl.
func TestPageHasEveryEndpoint(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "sandbox.md"))
	if err != nil {
		t.Fatal(err)
	}
	routes := &Server{routes: endpoints()}
	there := map[string]bool{}
	text := strings.NewReplacer("$LINKS", "/organizations/clusters/x/datacenters/x").Replace(string(page))
	text = regexp.MustCompile(`\$\{[^}]*\}|\$[A-Z]+`).ReplaceAllString(text, "x")
	for _, request := range regexp.MustCompile(`api ([A-Z]+) ["']?(/[^"' \n)]*)`).FindAllStringSubmatch(text, -1) {
		u, err := url.Parse(request[2])
		if err != nil {
			t.Fatal(err)
		}
		r, _, found := routes.match(request[1], u)
		if !found && !strings.HasPrefix(request[2], "/scim") {
			t.Errorf("%s %s is not served", request[1], request[2])
		}
		there[r.method+" "+r.path] = true
	}
	for _, r := range endpoints() {
		if name := r.method + " " + r.path; !there[name] {
			t.Errorf("%s is missing from docs/sandbox.md", name)
		}
	}
}
