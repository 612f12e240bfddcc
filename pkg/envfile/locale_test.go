package envfile_test

import (
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/envfile"
)

// charset is the encoding of a locale. In all but the first two, a byte beyond
// ASCII may form one character with a following ASCII byte, and in the last
// ones with a backslash.
type charset struct{ name, language string }

func charsets() []charset {
	return []charset{
		{"C", ""}, {"UTF-8", "en_US"}, {"GB18030", "zh_CN"}, {"GBK", "zh_CN"}, {"BIG5", "zh_TW"}, {"BIG5-HKSCS", "zh_HK"}, {"SHIFT_JIS", "ja_JP"}, {"EUC-JP", "ja_JP"}, {"WINDOWS-31J", "ja_JP"},
	}
}

// locales creates the locales in a directory of the test and returns it. Those
// with a language take many seconds; those without decode in the same way.
func locales(t *testing.T, languages bool) (dir string) {
	t.Helper()
	need(t, "localedef")
	dir = t.TempDir()
	for _, c := range charsets() {
		if c.language == "" {
			continue
		}
		source := "POSIX"
		if languages {
			source = c.language
		}
		out, err := exec.CommandContext(t.Context(), "localedef", "-c", "--no-warnings=ascii", "-f", c.name, "-i", source, filepath.Join(dir, c.name)).CombinedOutput()
		if _, missed := os.Stat(filepath.Join(dir, c.name, "LC_CTYPE")); missed != nil {
			missing(t, "localedef cannot make "+c.name+" (package locales): "+string(out)+": "+err.Error())
		}
		cmd := exec.CommandContext(t.Context(), "locale", "charmap")
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LOCPATH=" + dir, "LC_ALL=" + c.name}
		if name, err := cmd.Output(); err != nil || strings.TrimSpace(string(name)) != c.name {
			t.Fatalf("the locale of %s is of %q: %v", c.name, name, err)
		}
	}
	return dir
}

// torn returns values in which bytes beyond ASCII precede bytes that they could
// absorb.
func torn(n int, seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 3))
	pieces := []string{
		`\`, `\`, `\`, `'`, `'`, `"`, "`", "$", ";", "|", "&", "\n", " ", ";touch canary;", "';touch canary;'", `\';touch canary;'`, "`touch canary`", "$(touch canary)",
		"@", "A", "[", "]", "^", "_", "a", "{", "}", "~", "0", "9", "é", "ü", "日", "本", "語", "表", "ソ", "能", "十", "功", "許", "中", "文", "한", "🙂", "\u00a0", "\u2028", "\ufeff",
	}
	values := make([]string, n)
	for i := range values {
		var b strings.Builder
		for range 1 + r.IntN(10) {
			if i%3 == 0 && r.IntN(2) == 0 {
				b.WriteByte(byte(0x80 + r.IntN(0x80)))
				continue
			}
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		values[i] = b.String()
	}
	return values
}

// tried counts the results of evaluations.
type tried struct{ right, refused, wrong int }

// try counts the values that arrive, and the evaluations that fail with status
// 3 of the reader's script. Anything else is wrong.
func (r reader) try(t *testing.T, dir string, values []string, usual map[string]string) (sum tried) {
	t.Helper()
	vars := variables(values)
	got, err := r.run(t, dir, export(t, r.dialect, vars))
	exit, failed := errors.AsType[*exec.ExitError](err)
	switch {
	case failed && exit.ExitCode() == 3 && len(values) > 1:
		for half := range slices.Chunk(values, (len(values)+1)/2) {
			part := r.try(t, dir, half, usual)
			sum.right += part.right
			sum.refused += part.refused
			sum.wrong += part.wrong
		}
		return sum
	case failed && exit.ExitCode() == 3:
		return tried{refused: 1}
	case err != nil:
		t.Log(err)
		return tried{wrong: len(values)}
	}
	for _, v := range vars {
		if value, found := got[v.Name]; found && value == v.Value {
			sum.right++
		} else if sum.wrong++; sum.wrong < 4 {
			t.Logf("%.200q becomes %.200q", v.Value, value)
		}
		delete(got, v.Name)
	}
	maps.DeleteFunc(got, func(name, _ string) bool {
		_, found := usual[name]
		return found
	})
	for name := range got {
		t.Logf("stray variable %.100q", name)
		sum.wrong++
	}
	return sum
}

// inLocales returns readers in which a failing evaluation sets the exit status.
func inLocales() []reader {
	var readers []reader
	for _, r := range every() {
		switch {
		case r.dialect == envfile.Sh && strings.HasSuffix(r.name, " quoted"), r.dialect == envfile.Sh && strings.HasSuffix(r.name, " unquoted"):
			r.script += " || exit 3"
		case r.dialect == envfile.Fish:
			r.script += "; or exit 3"
		case r.name == "tcsh eval":
			r.script += "\nif ($status != 0) exit 3"
		case r.dialect == envfile.Xonsh:
			r.script = "import subprocess, sys\ntry:\n    execx(subprocess.check_output(['cat', $TEXT], text=True))\nexcept Exception:\n    sys.exit(3)\n"
		case r.dialect == envfile.Elvish:
		default:
			continue
		}
		r.takes = nil // the text must detect it
		readers = append(readers, r)
	}
	return readers
}

// TestShellsInEveryLocale checks that no value is executed as a command, and
// that no wrong value has a successful status, in any locale. ENVFILE_LOCALES
// is the number of values for each shell and locale.
func TestShellsInEveryLocale(t *testing.T) {
	n := setting(t, "ENVFILE_LOCALES", 0)
	long := n > 0
	every, random := 5, 30 // of the locales, and random values
	if inCI() || long {
		every, random = 1, 150
	}
	values := append(hostile(), torn(max(n, random), uint64(setting(t, "ENVFILE_SEED", 1)))...)
	dir := locales(t, long)
	for i, r := range inLocales() {
		if shell := strings.Fields(r.name)[0]; !long && (r.name != shell+" quoted" && r.name != shell+" source" && r.dialect == envfile.Sh) {
			continue
		}
		for k, c := range charsets() {
			if (i+k)%every != 0 {
				continue
			}
			if r.args[0] == "yash" && (c.name == "SHIFT_JIS" || c.name == "WINDOWS-31J") {
				continue // its backslash is a yen sign in that locale
			}
			if r.dialect == envfile.Xonsh && c.name == "WINDOWS-31J" {
				continue // Python does not start in that locale
			}
			r := r
			r.locale, r.locales = c.name, dir
			t.Run(r.name+" in "+c.name, func(t *testing.T) {
				t.Parallel()
				need(t, r.args[0])
				dir := trap(t)
				usual, err := r.run(t, dir, nil)
				if err != nil {
					t.Fatal(err)
				}
				values := values
				if r.args[0] == "yash" && !long {
					values = values[:len(hostile())+20] // it takes ten times as long as the others
					if !inCI() {
						values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return len(v) > 1<<10 })
					}
				}
				var sum tried
				for _, batch := range batches(r.writable(values), 200) {
					part := r.try(t, dir, batch, usual)
					sum.right += part.right
					sum.refused += part.refused
					sum.wrong += part.wrong
				}
				if t.Logf("%d values arrive, %d are refused, %d are wrong", sum.right, sum.refused, sum.wrong); sum.wrong > 0 {
					t.Fail()
				}
				if sum.refused > 0 && slices.Contains([]string{"bash", "zsh", "fish", "dash", "mksh", "posh", "busybox"}, r.args[0]) {
					t.Errorf("%d values are refused by a shell that can have them", sum.refused)
				}
				checkCanary(t, dir)
			})
		}
	}
}
