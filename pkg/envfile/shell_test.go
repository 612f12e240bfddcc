package envfile_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/envfile"
)

// A reader is one way in which people evaluate the text: a shell with its
// options, and the script that they would write. TEXT is the file of the text.
type reader struct {
	name   string
	args   []string
	script string
}

const (
	quoted   = `eval "$(cat "$TEXT")"`
	unquoted = `eval $(cat "$TEXT")`
	sourced  = `. "$TEXT"`
)

func bourne() []reader {
	shells := []struct{ name, command string }{
		{"sh", "sh"},
		{"dash", "dash"},
		{"dash allexport", "dash -aeu"},
		{"bash", "bash --norc"},
		{"bash posix", "bash --posix"},
		{"bash globs", "bash -eu -O extglob -O nullglob -O globstar"},
		{"bash failglob", "bash -O failglob -O extglob"},
		{"zsh", "zsh -f"},
		{"zsh globs", "zsh -f -o shwordsplit -o globsubst -o extendedglob -o kshglob -o magicequalsubst"},
		{"mksh", "mksh"},
		{"busybox", "busybox sh"},
	}
	var readers []reader
	for _, s := range shells {
		for how, script := range map[string]string{"quoted": quoted, "unquoted": unquoted, "sourced": sourced} {
			readers = append(readers, reader{s.name + " " + how, append(strings.Fields(s.command), "-c"), script})
		}
	}
	slices.SortFunc(readers, func(a, b reader) int { return strings.Compare(a.name, b.name) })
	return readers
}

func fish() []reader {
	args := []string{"fish", "--no-config", "-c"}
	return []reader{
		{"fish source", args, `cat $TEXT | source`},
		{"fish eval", args, `eval (cat $TEXT)`},
		{"fish eval collect", args, `eval (cat $TEXT | string collect)`},
	}
}

// need skips the test where the shell is missing, but not in CI: there a
// missing shell would be a proof that quietly stopped being one.
func (r reader) need(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath(r.args[0]); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// environment evaluates text in dir and returns what a child of the shell then
// finds in its environment, without what every shell puts there.
func (r reader) environment(t *testing.T, dir string, text []byte) (map[string]string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.args[0], append(slices.Clone(r.args[1:]), r.script+"\nexec env -0")...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TEXT=" + file, "LC_ALL=C.UTF-8"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		return nil, fmt.Errorf("%s: %w: %.500q", r.name, err, stderr.Bytes())
	}
	got := map[string]string{}
	for entry := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		name, value, _ := strings.Cut(entry, "=")
		got[name] = value
	}
	maps.DeleteFunc(got, func(name, _ string) bool {
		return slices.Contains([]string{"PATH", "HOME", "TEXT", "LC_ALL", "LOGNAME", "USER", "PWD", "OLDPWD", "SHLVL", "_"}, name)
	})
	return got, nil
}

// wrong counts the values that do not arrive, and the variables that nobody
// asked for.
func (r reader) wrong(t *testing.T, dir string, values []string, export func([]envfile.Var) []byte) int {
	t.Helper()
	want := map[string]string{}
	vars := make([]envfile.Var, len(values))
	for i, value := range values {
		vars[i] = envfile.Var{Name: fmt.Sprintf("V%d", i), Value: value}
		want[vars[i].Name] = value
	}
	got, err := r.environment(t, dir, export(vars))
	if err != nil {
		t.Log(err)
		return len(values)
	}
	bad := 0
	for name, value := range want {
		if got[name] != value {
			bad++
		}
		delete(got, name)
	}
	return bad + len(got)
}

// trap makes a directory whose file names match the patterns that an unquoted
// substitution expands, and harm if they are then taken for commands.
func trap(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	names := []string{"';touch canary;'", "$(touch canary)", "`touch canary`", "a b", "export", "V0=x", "-n", "é", "\\"}
	for c := byte('!'); c <= '~'; c++ {
		if c != '/' && c != '.' {
			names = append(names, string(c))
		}
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func checkCanary(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Lstat(filepath.Join(dir, "canary")); err == nil {
		t.Error("a value was run as a command")
	}
}

func hostile() []string {
	all := make([]byte, 0, 255)
	for c := 1; c < 256; c++ {
		all = append(all, byte(c))
	}
	return []string{
		"", "-", "-n", "--", " ", "  two  blanks  ", "\t", "\n", "a\n", "a\n\n", "\na", "a\r\n", "*", "?", "a*", "[a-z]", "[!a]*", "~", "~root", "=ls", "#", "# a",
		"'", "''", `"`, `\`, `\\`, `\n`, `\'`, `a\`, "`touch canary`", "$(touch canary)", "${IFS}", "$HOME", "$", "$$", "$'a'", "!", "!!", "a!b", "^a^b",
		";touch canary;", "';touch canary;'", `";touch canary;"`, "&", "|", "<a", ">canary", "(a)", "{a,b}", "{1..3}", "@(a|b)", "!(a)", "**/", "a=b", "a:=ls:~root", "%", "%s%n",
		"\x1b[31m", "\x07", "\x7f", "\u0085", "\u202eabc", "\u2028", "naïve", "日本語", "👩‍👧", "\xff", "\xc3", "\xe2\x80", "a\xffb\xfe", "\xed\xa0\x80", "\ue000\uf600\uf8ff", "\ufdd0\uffff",
		"AstraCS:abc.DEF,+_-:0123", "https://x.apps.astra.datastax.com:443/a?b=c&d=e", string(all), strings.Repeat("all of it's *\n", 100), strings.Repeat("s", 60<<10), strings.Repeat(strings.Repeat("s", 1000)+"\n* ", 60),
	}
}

// generated returns n values of several shapes, always the same ones.
func generated(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	const punctuation = " \t\n'\"\\$`*?[]{}()<>|&;!#~=%^,.:-+@/_aZ0"
	values := make([]string, n)
	for i := range values {
		b := make([]byte, r.IntN(24))
		for j := range b {
			switch i % 3 {
			case 0:
				b[j] = byte(1 + r.IntN(255))
			case 1:
				b[j] = punctuation[r.IntN(len(punctuation))]
			default:
				b[j] = byte(' ' + r.IntN(95))
			}
		}
		values[i] = string(b)
	}
	return values
}

// batches keeps each environment below the limit of the system.
func batches(values []string) [][]string {
	var all [][]string
	size := 0
	for _, v := range values {
		if len(all) == 0 || size+len(v) > 128<<10 || len(all[len(all)-1]) == 500 {
			all, size = append(all, nil), 0
		}
		all[len(all)-1] = append(all[len(all)-1], v)
		size += len(v)
	}
	return all
}

func exporter(t *testing.T, d envfile.Dialect) func([]envfile.Var) []byte {
	return func(vars []envfile.Var) []byte {
		t.Helper()
		text, err := envfile.Export(d, vars)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
}

func TestShellsReadEveryValueBack(t *testing.T) {
	values := append(hostile(), generated(1500)...)
	check := func(readers []reader, d envfile.Dialect) {
		for _, r := range readers {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				r.need(t)
				dir := trap(t)
				for _, batch := range batches(values) {
					if n := r.wrong(t, dir, batch, exporter(t, d)); n > 0 {
						t.Errorf("%d of %d values wrong", n, len(batch))
					}
				}
				checkCanary(t, dir)
			})
		}
	}
	check(bourne(), envfile.Sh)
	check(fish(), envfile.Fish)
}

// What Astra hands out needs no helper, and that text is the same for fish.
func TestFishReadsSafeValuesOfTheShellForm(t *testing.T) {
	for _, r := range fish() {
		t.Run(r.name, func(t *testing.T) {
			r.need(t)
			if n := r.wrong(t, t.TempDir(), []string{"", "AstraCS:abc.DEF,+_-:0123", "naïve"}, exporter(t, envfile.Sh)); n > 0 {
				t.Errorf("%d values wrong", n)
			}
		})
	}
}

// fish takes variables whose name ends in PATH for lists.
func TestFishKeepsPaths(t *testing.T) {
	for _, r := range fish() {
		r.need(t)
		want := map[string]string{"ASTRA_DB_SECURE_BUNDLE_PATH": "/a b:/c::d:"}
		text, err := envfile.Export(envfile.Fish, []envfile.Var{{Name: "ASTRA_DB_SECURE_BUNDLE_PATH", Value: "/a b:/c::d:"}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.environment(t, t.TempDir(), text)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
	}
}

// The harness has to see what the usual way of quoting does wrong.
func TestTextbookQuotingFailsUnquoted(t *testing.T) {
	naive := func(vars []envfile.Var) []byte {
		var b []byte
		for _, v := range vars {
			b = fmt.Appendf(b, "export %s='%s'\n", v.Name, strings.ReplaceAll(v.Value, "'", `'\''`))
		}
		return b
	}
	values := []string{"two  blanks", "a b", "a *", "\n"}
	r := reader{"sh", []string{"sh", "-c"}, quoted}
	r.need(t)
	dir := trap(t)
	if n := r.wrong(t, dir, values, naive); n > 0 {
		t.Errorf("quoted: %d wrong", n)
	}
	r.script = unquoted
	if n := r.wrong(t, dir, values, naive); n == 0 {
		t.Error("nothing wrong with the naive form")
	}
}

func TestShellsUnset(t *testing.T) {
	names := []string{"A", "B"}
	for d, readers := range map[envfile.Dialect][]reader{envfile.Sh: bourne(), envfile.Fish: fish()} {
		for _, r := range readers {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				r.need(t)
				set := exporter(t, d)([]envfile.Var{{Name: "A", Value: "1"}, {Name: "B", Value: "it's 2"}})
				unset, err := envfile.Unset(d, names)
				if err != nil {
					t.Fatal(err)
				}
				got, err := r.environment(t, t.TempDir(), append(set, unset...))
				if len(got) > 0 || err != nil {
					t.Error(err, got)
				}
			})
		}
	}
}

func TestFailureFailsTheEval(t *testing.T) {
	for d, readers := range map[envfile.Dialect][]reader{envfile.Sh: bourne(), envfile.Fish: fish()} {
		for _, r := range readers {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				r.need(t)
				file := filepath.Join(t.TempDir(), "text")
				if err := os.WriteFile(file, []byte(envfile.Failure(d)), 0o600); err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), r.args[0], append(slices.Clone(r.args[1:]), r.script)...)
				cmd.Env = append(os.Environ(), "TEXT="+file)
				if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 1 {
					t.Errorf("the eval succeeds: %v", err)
				}
			})
		}
	}
}

// FuzzSh takes its input for several values with NUL bytes between them, so
// that one start of a shell tries many, and leaves the choice of the shell to
// its first argument.
func FuzzSh(f *testing.F) { fuzz(f, envfile.Sh, bourne()) }

// FuzzFish is FuzzSh for fish.
func FuzzFish(f *testing.F) { fuzz(f, envfile.Fish, fish()) }

func fuzz(f *testing.F, d envfile.Dialect, readers []reader) {
	readers = slices.DeleteFunc(readers, func(r reader) bool {
		_, err := exec.LookPath(r.args[0])
		return err != nil || strings.HasSuffix(r.name, "sourced") // the same as quoted
	})
	if len(readers) == 0 {
		f.Skip("no shell to try")
	}
	for i := range readers {
		f.Add(byte(i), []byte("*\x00?\x00$(touch canary)\x00a\n\x00'"))
	}
	f.Fuzz(func(t *testing.T, choice byte, data []byte) {
		dir := trap(t)
		r := readers[int(choice)%len(readers)]
		for _, batch := range batches(strings.Split(string(data), "\x00")) {
			if n := r.wrong(t, dir, batch, exporter(t, d)); n > 0 {
				t.Errorf("%s: %d of %d values wrong", r.name, n, len(batch))
			}
		}
		checkCanary(t, dir)
	})
}
