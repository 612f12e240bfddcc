package envfile_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/envfile"
)

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
		{"ksh93", "ksh93"},
		{"mksh", "mksh"},
		{"posh", "posh"},
		{"yash", "yash --norcfile"},
		{"busybox", "busybox sh"},
	}
	var readers []reader
	for _, s := range shells {
		for how, script := range map[string]string{"quoted": quoted, "unquoted": unquoted, "sourced": sourced} {
			r := reader{name: s.name + " " + how, dialect: envfile.Sh, args: append(strings.Fields(s.command), "-c"), script: script}
			if s.name == "yash" {
				r.takes = utf8.ValidString
			}
			readers = append(readers, r)
		}
	}
	return sorted(readers)
}

// others returns the shells with languages of their own. BSD csh fails on a
// word of more than 4 KiB.
func others() []reader {
	var readers []reader
	add := func(d envfile.Dialect, command, how, script, env string, takes func(string) bool) {
		args := strings.Fields(command)
		readers = append(readers, reader{name: args[0] + " " + how, dialect: d, args: args, script: script, env: env, takes: takes})
	}
	for how, script := range map[string]string{"source": `cat $TEXT | source`, "eval": `eval (cat $TEXT)`, "eval collect": `eval (cat $TEXT | string collect)`} {
		add(envfile.Fish, "fish --no-config -c", how, script, "", nil)
	}
	for how, script := range map[string]string{"eval": "eval `cat $TEXT:q`", "source": "source $TEXT:q"} {
		add(envfile.Tcsh, "tcsh -f -c", how, script, "", nil)
		add(envfile.Tcsh, "bsd-csh -f -c", how, script, "", func(v string) bool { return len(v) < 300 })
	}
	add(envfile.Elvish, "elvish -norc -c", "eval", `eval (cat $E:TEXT | slurp)`, "", nil)
	add(envfile.Nu, "nu --no-config-file -c", "load-env", `^cat $env.TEXT | from json | load-env`, "exec env '-0'", nil)
	// Not $(…), which in xonsh 0.13 sometimes returns nothing.
	add(envfile.Xonsh, "xonsh --no-rc -c", "execx", "import subprocess\nexecx(subprocess.check_output(['cat', $TEXT], text=True))", "xexec env -0", nil)
	return sorted(readers)
}

func sorted(readers []reader) []reader {
	slices.SortFunc(readers, func(a, b reader) int { return strings.Compare(a.name, b.name) })
	return readers
}

func every() []reader { return append(bourne(), others()...) }

// sampled returns every reader, or each shell in one of its ways in a short run without CI.
func sampled(t *testing.T) []reader {
	t.Helper()
	if inCI() || setting(t, "ENVFILE_VALUES", 0) > 0 {
		return every()
	}
	var shells []string
	ways := map[string][]reader{}
	for _, r := range every() {
		shell := strings.Join(r.args, " ")
		if ways[shell] == nil {
			shells = append(shells, shell)
		}
		ways[shell] = append(ways[shell], r)
	}
	var readers []reader
	for i, shell := range shells {
		readers = append(readers, ways[shell][i%len(ways[shell])])
	}
	return readers
}

func TestShellsReadEveryValueBack(t *testing.T) {
	values := append(hostile(), generated(t)...)
	for _, r := range sampled(t) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			need(t, r.args[0])
			dir := trap(t)
			usual, err := r.run(t, dir, export(t, r.dialect, nil))
			if err != nil {
				t.Fatal(err)
			}
			writable := r.writable(values)
			size := 500
			if r.args[0] == "bsd-csh" {
				size = 50 // its time grows with the square
			}
			for _, batch := range batches(writable, size) {
				if n := r.wrong(t, dir, batch, usual, func(vars []envfile.Var) []byte { return export(t, r.dialect, vars) }); n > 0 {
					t.Errorf("%d of %d values wrong", n, len(batch))
				}
			}
			checkCanary(t, dir)
			t.Logf("%d values", len(writable))
		})
	}
}

// Values of the service need no helper, and their text is the same for fish.
func TestFishReadsSafeValuesOfTheShellForm(t *testing.T) {
	values := []envfile.Var{{Name: "A"}, {Name: "B", Value: "AstraCS:abc.DEF,+_-:0123"}, {Name: "C", Value: "naive"}}
	for _, r := range others() {
		if r.dialect != envfile.Fish {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			need(t, "fish")
			got, err := r.environment(t, t.TempDir(), export(t, envfile.Sh, values))
			want := map[string]string{"A": "", "B": values[1].Value, "C": values[2].Value}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
		})
	}
}

// fish and xonsh treat variables with these suffixes as lists.
func TestShellsKeepPaths(t *testing.T) {
	want := map[string]string{"ASTRA_DB_SECURE_BUNDLE_PATH": "~/a b:/c::d:$HOME:", "BUNDLE_DIRS": "~/a:"}
	for _, r := range sampled(t) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			need(t, r.args[0])
			text := export(t, r.dialect, []envfile.Var{
				{Name: "ASTRA_DB_SECURE_BUNDLE_PATH", Value: want["ASTRA_DB_SECURE_BUNDLE_PATH"]},
				{Name: "BUNDLE_DIRS", Value: want["BUNDLE_DIRS"]},
			})
			got, err := r.environment(t, t.TempDir(), text)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
		})
	}
}

// The harness must detect the errors of ordinary quoting.
func TestTextbookQuotingFailsUnquoted(t *testing.T) {
	textbook := func(vars []envfile.Var) []byte {
		var b []byte
		for _, v := range vars {
			b = fmt.Appendf(b, "export %s='%s'\n", v.Name, strings.ReplaceAll(v.Value, "'", `'\''`))
		}
		return b
	}
	n := 100
	if !inCI() {
		n = 25
	}
	values := slices.DeleteFunc(generated(t)[:n], func(v string) bool { return strings.Contains(v, "\x00") })
	for _, r := range bourne() {
		if !slices.Contains([]string{"dash quoted", "dash unquoted", "bash quoted", "bash unquoted", "zsh quoted", "zsh unquoted"}, r.name) {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			need(t, r.args[0])
			dir := trap(t)
			usual, err := r.run(t, dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			bad := 0
			for _, batch := range batches(values, 1) {
				bad += r.wrong(t, dir, batch, usual, textbook)
			}
			t.Logf("%d of %d wrong", bad, len(values))
			if unquoted := strings.HasSuffix(r.name, "unquoted"); unquoted != (bad > 0) {
				t.Fail()
			}
		})
	}
}

func TestShellsUnset(t *testing.T) {
	for _, r := range sampled(t) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			need(t, r.args[0])
			set := export(t, r.dialect, []envfile.Var{{Name: "A", Value: "1"}, {Name: "B", Value: "it's 2"}, {Name: "C_PATH", Value: "~"}})
			unset, err := envfile.Unset(r.dialect, []string{"A", "B", "C_PATH", "ABSENT"})
			if err != nil {
				t.Fatal(err)
			}
			text := append(set, unset...)
			if r.dialect == envfile.Nu {
				text = unset
				r.script = `load-env {A: "1", B: "2", C_PATH: "~"}; hide-env -i ...(^cat $env.TEXT | from json)`
			}
			got, err := r.run(t, t.TempDir(), text)
			for _, name := range []string{"A", "B", "C_PATH"} {
				if _, found := got[name]; found || err != nil {
					t.Error(err, name)
				}
			}
		})
	}
}

func TestFailureFailsTheEval(t *testing.T) {
	for _, r := range sampled(t) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			need(t, r.args[0])
			file := filepath.Join(t.TempDir(), "text")
			if err := os.WriteFile(file, []byte(envfile.Failure(r.dialect)), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), r.args[0], append(slices.Clone(r.args[1:]), r.script)...)
			cmd.Env = append(os.Environ(), "TEXT="+file, "HOME="+t.TempDir())
			if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() <= 0 {
				t.Errorf("the eval succeeds: %v", err)
			}
		})
	}
}

// FuzzShells splits its input at NUL bytes into several values, so that one
// start of a shell tests many, and selects the shell with its first argument.
func FuzzShells(f *testing.F) {
	readers := slices.DeleteFunc(every(), func(r reader) bool {
		_, err := exec.LookPath(r.args[0])
		return err != nil || strings.HasSuffix(r.name, "sourced") // same as quoted
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
		usual, err := r.run(t, dir, export(t, r.dialect, nil))
		if err != nil {
			t.Fatal(err)
		}
		values := r.writable(strings.Split(string(data), "\x00"))
		for _, batch := range batches(values, 500) {
			if n := r.wrong(t, dir, batch, usual, func(vars []envfile.Var) []byte { return export(t, r.dialect, vars) }); n > 0 {
				t.Errorf("%s: %d of %d values wrong", r.name, n, len(batch))
			}
		}
		checkCanary(t, dir)
	})
}
