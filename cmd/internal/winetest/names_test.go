//go:build linux

package winetest_test

import (
	"os/exec"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// refused matches names that Windows gives to no file.
var refused = regexp.MustCompile(`(?i)[<>:"\\|?*\x00-\x1f]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)`)

// TestNames checks that the repository can be checked out on Windows.
func TestNames(t *testing.T) {
	t.Parallel()
	root, err := testkit.Root()
	testkit.Check(t, err)
	list := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z")
	list.Dir = root
	text, err := list.Output()
	testkit.Check(t, err)
	folded := map[string]string{}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(text), "\x00"), "\x00") {
		for part := name; part != "."; part = path.Dir(part) {
			if refused.MatchString(path.Base(part)) {
				t.Errorf("Windows refuses %s", part)
			}
			lower := strings.ToLower(part)
			if other := folded[lower]; other != "" && other != part {
				t.Errorf("%s and %s are one file on Windows", other, part)
			}
			folded[lower] = part
		}
	}
}
