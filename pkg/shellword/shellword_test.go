package shellword_test

import (
	"os"
	"os/exec"
	"path/filepath"
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

// TestPasted: what people paste means the same in the shells that they may have, also
// where a shell takes the bytes of a name for those of other characters.
func TestPasted(t *testing.T) {
	t.Parallel()
	words := []string{
		"a b", `\';touch canary;'`, `'\'';touch canary;'`, `\`, `a\`, `\\'`, "é\\", "日本\\'", "表';touch canary;'", `"$HOME"`, "`touch canary`", "$(touch canary)", "*", "~", "\xff\\", "-n", "a\nb", "%self", "=ls", "%",
	}
	for _, shell := range []string{"sh", "bash --norc", "zsh -f", "fish --no-config", "ksh93", "mksh"} {
		for _, locale := range []string{"C", "C.UTF-8"} {
			t.Run(shell+" in "+locale, func(t *testing.T) {
				t.Parallel()
				args := append(strings.Fields(shell), "-c", "env printf '%s|' "+shellword.Line(words...))
				if _, err := exec.LookPath(args[0]); err != nil {
					if os.Getenv("CI") == "true" {
						t.Fatal(err)
					}
					t.Skip(err)
				}
				cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
				cmd.Dir = t.TempDir()
				cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir, "LC_ALL=" + locale}
				got, err := cmd.CombinedOutput()
				if want := strings.Join(words, "|") + "|"; err != nil || string(got) != want {
					t.Errorf("got  %q\nwant %q\n%v", got, want, err)
				}
				if _, err := os.Stat(filepath.Join(cmd.Dir, "canary")); err == nil {
					t.Error("a word was run as a command")
				}
			})
		}
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
