package envfile_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/envfile"
)

// reader is one way to evaluate the text: a shell with options, and a script,
// in which TEXT is the file of the text.
type reader struct {
	name    string
	dialect envfile.Dialect
	args    []string
	script  string
	env     string                  // replaces exec env -0
	takes   func(value string) bool // values that the shell can store in a variable
	locale  string                  // C.UTF-8 if empty
	locales string                  // directory of the locale
}

// need skips the test if a program is missing, and fails in CI, where a missing
// program would hide a lost check.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, err)
		}
	}
}

// needs is need for a part of a program, such as a module; probe is a command
// that fails without it.
func needs(t *testing.T, part string, env []string, probe ...string) {
	t.Helper()
	if _, err := output(t, env, probe[0], probe[1:]...); err != nil {
		missing(t, part+" is missing")
	}
}

// inCI reports whether tests try every case. Elsewhere the tests with the most
// processes take a part of their cases.
func inCI() bool { return os.Getenv("CI") == "true" }

func missing(t *testing.T, what any) {
	t.Helper()
	if inCI() {
		t.Fatal(what)
	}
	t.Skip(what)
}

// run evaluates text in dir and returns the environment of a child of the
// shell.
func (r reader) run(t *testing.T, dir string, text []byte) (map[string]string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	script := r.script + "\n" + cmp.Or(r.env, "exec env -0")
	cmd := exec.CommandContext(ctx, r.args[0], append(slices.Clone(r.args[1:]), script)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TEXT=" + file, "LC_ALL=" + cmp.Or(r.locale, "C.UTF-8")}
	if r.locales != "" {
		cmd.Env = append(cmd.Env, "LOCPATH="+r.locales)
	}
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
	return got, nil
}

// environment is run without the variables that every shell sets.
func (r reader) environment(t *testing.T, dir string, text []byte) (map[string]string, error) {
	t.Helper()
	got, err := r.run(t, dir, text)
	if err != nil {
		return nil, err
	}
	usual, err := r.run(t, dir, export(t, r.dialect, nil))
	maps.DeleteFunc(got, func(name, _ string) bool {
		_, found := usual[name]
		return found
	})
	return got, err
}

// wrong counts missing and changed values, and unexpected variables.
func (r reader) wrong(t *testing.T, dir string, values []string, usual map[string]string, export func([]envfile.Var) []byte) int {
	t.Helper()
	vars := variables(values)
	got, err := r.run(t, dir, export(vars))
	if err != nil {
		t.Log(err)
		return len(values)
	}
	bad := 0
	for _, v := range vars {
		if value, found := got[v.Name]; !found || value != v.Value {
			if bad++; bad < 4 {
				t.Logf("%.200q becomes %.200q", v.Value, value)
			}
		}
		delete(got, v.Name)
	}
	for name := range got {
		if _, found := usual[name]; !found {
			t.Logf("stray variable %.100q", name)
			bad++
		}
	}
	return bad
}

func variables(values []string) []envfile.Var {
	vars := make([]envfile.Var, len(values))
	for i, value := range values {
		vars[i] = envfile.Var{Name: fmt.Sprintf("V%d", i), Value: value}
	}
	return vars
}

// writable excludes values that the dialect refuses or the shell cannot store.
func (r reader) writable(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(value string) bool {
		_, err := envfile.Export(r.dialect, []envfile.Var{{Name: "A", Value: value}})
		return err != nil || r.takes != nil && !r.takes(value)
	})
}

// trap creates a directory with file names that match patterns of an unquoted
// substitution, and that do harm as commands.
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

// generated returns ENVFILE_VALUES values of several shapes, or a few, from the
// seed ENVFILE_SEED.
func generated(t *testing.T) []string {
	n, seed := setting(t, "ENVFILE_VALUES", 100), setting(t, "ENVFILE_SEED", 1)
	t.Logf("ENVFILE_VALUES=%d ENVFILE_SEED=%d", n, seed)
	r := rand.New(rand.NewPCG(uint64(seed), 2))
	const punctuation = " \t\n'\"\\$`*?[]{}()<>|&;!#~=%^,.:-+@/_aZ0"
	values := make([]string, n)
	for i := range values {
		var b []byte
		for range r.IntN(24) {
			switch i % 4 {
			case 0:
				b = append(b, byte(1+r.IntN(255)))
			case 1:
				b = append(b, punctuation[r.IntN(len(punctuation))])
			case 2:
				b = append(b, byte(' '+r.IntN(95)))
			default:
				b = append(b, string(rune(1+r.IntN([]int{0x7f, 0x7ff, 0xffff, 0x10ffff}[r.IntN(4)])))...)
			}
		}
		values[i] = string(b)
	}
	return values
}

func setting(t *testing.T, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// batches keeps each environment below the system's limit.
func batches(values []string, limit int) [][]string {
	var all [][]string
	size := 0
	for _, v := range values {
		if len(all) == 0 || size+len(v) > 128<<10 || len(all[len(all)-1]) == limit {
			all, size = append(all, nil), 0
		}
		all[len(all)-1] = append(all[len(all)-1], v)
		size += len(v)
	}
	return all
}

func export(t *testing.T, d envfile.Dialect, vars []envfile.Var) []byte {
	t.Helper()
	text, err := envfile.Export(d, vars)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
