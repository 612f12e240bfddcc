//go:build linux && !race

// Package sitetest visits the documentation site with a browser. Build the site first:
// npm ci && npm run build, in docs/.vitepress.
package sitetest

import (
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// site returns the directory of the site.
func site(t *testing.T) fs.FS {
	t.Helper()
	root, err := testkit.Root()
	testkit.Check(t, err)
	dir := filepath.Join(root, "docs", ".vitepress", "dist")
	if _, err := os.Stat(filepath.Join(dir, "index.html")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the site is missing, and in CI it must not be: ", err)
		}
		t.Skip("the site is not built: npm ci && npm run build, in docs/.vitepress")
	}
	return os.DirFS(dir)
}

// file returns the file of a path of the site, as GitHub Pages finds it.
func file(files fs.FS, address string) string {
	name := strings.Trim(path.Clean("/"+address), "/")
	for _, candidate := range []string{name, name + ".html", path.Join(name, "index.html")} {
		if info, err := fs.Stat(files, candidate); err == nil && !info.IsDir() {
			return candidate
		}
	}
	return ""
}

// serve serves the site on loopback.
func serve(t *testing.T, files fs.FS) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := file(files, r.URL.Path); name != "" {
			http.ServeFileFS(w, r, files, name)
		} else {
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestSearch searches for "rotate" as a reader does, and opens the page of the command.
// No request goes to another server.
func TestSearch(t *testing.T) {
	t.Parallel()
	origin := serve(t, site(t))
	b := openBrowser(t)
	b.show(t, origin+"/", 1200)
	b.await(t, "document.querySelector('#local-search button')?.click() || document.querySelector('#localsearch-input')")
	b.await(t, `(() => {
		const input = document.querySelector('#localsearch-input')
		input.value = 'rotate'
		input.dispatchEvent(new Event('input', { bubbles: true }))
		return true
	})()`)
	const result = `#localsearch-list a[href^="/reference/astra_token_rotate"]`
	b.await(t, "document.querySelector('"+result+"')")
	b.await(t, "document.querySelector('"+result+"').click() || true")
	b.await(t, "location.pathname === '/reference/astra_token_rotate' && document.querySelector('h1')?.textContent.includes('astra token rotate')")
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.asked) < 10 {
		t.Errorf("only %d requests were seen", len(b.asked))
	}
	for _, request := range b.asked {
		if !strings.HasPrefix(request, origin+"/") && !strings.HasPrefix(request, "data:") {
			t.Errorf("the site asks another server: %s", request)
		}
	}
}

// TestNarrow looks for pages that are wider than the window of a phone.
func TestNarrow(t *testing.T) {
	t.Parallel()
	origin := serve(t, site(t))
	b := openBrowser(t)
	for _, page := range []string{"/", "/features", "/exit-codes", "/architecture", "/glossary", "/sandbox", "/stability", "/reference/astra", "/reference/astra_token_generate", "/decisions/"} {
		b.show(t, origin+page, 400)
		var wide []string
		testkit.Check(t, b.evaluate(`document.documentElement.scrollWidth <= innerWidth ? [] :
			[document.documentElement.scrollWidth + ' pixels', ...[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.parentElement.closest("pre")).map((e) => e.outerHTML.slice(0, 100)).slice(0, 3)]`, &wide))
		if len(wide) > 0 {
			t.Errorf("%s is wider than the window: %q", page, wide)
		}
	}
}

// TestLinks follows every link, image and anchor within the site. The builder checks
// pages, but no anchors.
func TestLinks(t *testing.T) {
	t.Parallel()
	files := site(t)
	link, id := regexp.MustCompile(` (?:href|src)="([^"]*)"`), regexp.MustCompile(` id="([^"]*)"`)
	ids, links := map[string][]string{}, map[string][]string{}
	testkit.Check(t, fs.WalkDir(files, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".html" {
			return err
		}
		text, err := fs.ReadFile(files, name)
		for _, found := range id.FindAllStringSubmatch(string(text), -1) {
			ids[name] = append(ids[name], html.UnescapeString(found[1]))
		}
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			links[name] = append(links[name], html.UnescapeString(found[1]))
		}
		return err
	}))
	for page, all := range links {
		slices.Sort(all)
		for _, href := range slices.Compact(all) {
			target, err := url.Parse(href)
			if err != nil {
				t.Errorf("%s: %v", page, err)
				continue
			}
			if target.Scheme != "" || href == "" {
				continue
			}
			name := page
			if target.Path != "" {
				name = file(files, path.Join("/", path.Dir(page), target.Path))
				if strings.HasPrefix(target.Path, "/") {
					name = file(files, target.Path)
				}
			}
			if name == "" {
				t.Errorf("%s: the target of %s does not exist", page, href)
			} else if target.Fragment != "" && !slices.Contains(ids[name], target.Fragment) {
				t.Errorf("%s: the anchor of %s does not exist", page, href)
			}
		}
	}
}

// TestEveryPage finds each page of docs in the site, and in its sidebar.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	files := site(t)
	index, err := fs.ReadFile(files, "features.html")
	testkit.Check(t, err)
	root, err := testkit.Root()
	testkit.Check(t, err)
	count := 0
	for _, dir := range []string{"", "reference", "decisions"} {
		pages, err := filepath.Glob(filepath.Join(root, "docs", dir, "*.md"))
		testkit.Check(t, err)
		for _, page := range pages {
			count++
			link := path.Join("/", dir, strings.TrimSuffix(filepath.Base(page), ".md"))
			link = strings.TrimSuffix(strings.TrimSuffix(link, "README"), "index")
			if file(files, link) == "" {
				t.Errorf("the site has no page %s", link)
			}
			if !strings.Contains(string(index), `href="`+link+`"`) {
				t.Errorf("the sidebar has no link to %s", link)
			}
		}
	}
	if count < 100 {
		t.Errorf("only %d pages were found", count)
	}
}
