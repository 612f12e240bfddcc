package shellword_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/shellword"
)

func TestLine(t *testing.T) {
	t.Parallel()
	got := shellword.Line("astra", "role", "get", "R/W User", "it's", "", "$(x)", "a=b,c", "~")
	want := `astra role get 'R/W User' 'it'\''s' '' '$(x)' a=b,c '~'`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// FuzzLine lets a shell read back what was written.
func FuzzLine(f *testing.F) {
	f.Add("a b", "*?[x]'\"\\$`!\n-~#")
	f.Fuzz(func(t *testing.T, one, two string) {
		if strings.ContainsRune(one+two, 0) || len(one+two) > 1000 {
			t.Skip("no argument can hold that")
		}
		got, err := exec.Command("sh", "-c", "printf '%s|' "+shellword.Line(one, two)).Output()
		if err != nil || string(got) != one+"|"+two+"|" {
			t.Errorf("%q %q: %q %v", one, two, got, err)
		}
	})
}
