package cmd_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/cmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/help"
)

// walk calls visit for each command of the tree.
func walk(visit func(*cobra.Command)) {
	var down func(*cobra.Command)
	down = func(c *cobra.Command) {
		visit(c)
		for _, child := range c.Commands() {
			if child.Name() != "help" {
				down(child)
			}
		}
	}
	down(tree())
}

func tree() *cobra.Command { return cmd.New(cli.System(testVersion)) }

// isVerb reports whether a command does something itself.
func isVerb(c *cobra.Command) bool { return c.Runnable() && !c.HasSubCommands() }

// scriptOf is where the script of a command is: role_create.txtar.
func scriptOf(c *cobra.Command) string {
	name := strings.ReplaceAll(strings.TrimPrefix(c.CommandPath(), "astra "), " ", "_")
	return filepath.Join("..", "testdata", "script", name+".txtar")
}

// TestEveryCommand holds each command to what users can expect of all.
func TestEveryCommand(t *testing.T) {
	t.Parallel()
	placeholder := regexp.MustCompile("`[^`]+`")
	walk(func(c *cobra.Command) {
		complain := func(format string, args ...any) {
			t.Helper()
			t.Errorf(c.CommandPath()+": "+format, args...)
		}
		if c.Short == "" || !unicode.IsUpper([]rune(c.Short)[0]) || strings.HasSuffix(c.Short, ".") {
			complain("the short text begins with a capital and has no full stop: %q", c.Short)
		}
		for line := range strings.Lines(c.Long) {
			if len(line) > 100 && !strings.HasPrefix(line, "    ") && !strings.HasPrefix(line, "|") && isVerb(c) {
				complain("a line of its help is longer than a terminal is wide: %q", line)
			}
		}
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Name == "version" {
				return
			}
			switch first := []rune(strings.TrimPrefix(f.Usage, "`"))[:2]; {
			case unicode.IsUpper(first[0]) && !unicode.IsUpper(first[1]):
				complain("the text of --%s begins with a capital", f.Name)
			case f.Value.Type() != "bool" && !placeholder.MatchString(f.Usage):
				complain("the text of --%s does not name its value in backquotes", f.Name)
			case f.Value.Type() == "stringSlice":
				complain("--%s splits its value at commas", f.Name)
			}
		})
		if !isVerb(c) {
			return
		}
		if c.Example == "" {
			complain("there is no example")
		}
		if text := (help.Layout{Width: 80}).Command(c); !strings.HasSuffix(text, "\n\nGlobal flags: astra help flags\n") || !strings.Contains(text, "\nUSAGE\n") {
			complain("its help does not show the usage and where the global flags are")
		}
		if c.Name() == "list" && !strings.Contains(c.Long, "\n\nColumns: ") {
			complain("its help does not name the columns: see cli.Listing")
		}
		if c.Args == nil {
			complain("its arguments are not checked")
		}
		if _, err := os.Stat(scriptOf(c)); err != nil {
			complain("there is no script: %v", err)
		}
	})
}

// TestScriptsHaveCommands finds scripts that no command answers to: a name is a
// command's, or one's with a dash and a word behind it.
func TestScriptsHaveCommands(t *testing.T) {
	t.Parallel()
	known := []string{"astra"}
	walk(func(c *cobra.Command) {
		known = append(known, strings.TrimSuffix(filepath.Base(scriptOf(c)), ".txtar"))
	})
	scripts, err := filepath.Glob(filepath.Join("..", "testdata", "script", "*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatal(err, "no scripts")
	}
	for _, s := range scripts {
		name := strings.TrimSuffix(filepath.Base(s), ".txtar")
		if !slices.ContainsFunc(known, func(k string) bool { return name == k || strings.HasPrefix(name, k+"-") }) {
			t.Errorf("%s belongs to no command", s)
		}
	}
}

// TestExitCodes freezes the exit statuses: scripts out there depend on them.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	frozen := map[exit.Code]string{
		0: "OK", 1: "FAILED", 2: "USAGE", 3: "CONFIG", 4: "UNAUTHENTICATED", 5: "FORBIDDEN", 6: "NOT_FOUND", 7: "CONFLICT",
		8: "UNCONFIRMED", 9: "SOME_FAILED", 10: "NEGATIVE", 11: "UNDECIDED", 12: "NETWORK", 13: "RATE_LIMITED", 14: "SERVER", 15: "OUTCOME_UNKNOWN",
		16: "NOTHING_KEPT", 17: "STORE", 18: "UNWRITABLE", 19: "REFUSED",
		125: "RUN_FAILED", 126: "CANNOT_EXECUTE", 127: "COMMAND_NOT_FOUND", 129: "HUNG_UP", 130: "INTERRUPTED", 141: "READER_LEFT", 143: "TERMINATED",
	}
	exits := exit.Table()
	if len(exits) != len(frozen) {
		t.Errorf("%d statuses, want %d", len(exits), len(frozen))
	}
	for _, e := range exits {
		if frozen[e.Code] != e.Name {
			t.Errorf("status %d is %s, want %s", e.Code, e.Name, frozen[e.Code])
		}
	}
}

// TestChildrenAreGivenAnEnvironment finds programs that are started with the
// environment as it is, in which there may be secrets. The clipboard's programs
// get theirs from its caller.
func TestChildrenAreGivenAnEnvironment(t *testing.T) {
	t.Parallel()
	start, given := regexp.MustCompile(`exec\.Command(Context)?\(`), regexp.MustCompile(`process\.(ThirdParty)?Env\(|\.Env = \[\]string\{\}|\.Env = c\.Environ\n`)
	starters := 0
	for _, root := range []string{".", "../pkg"} {
		check(t, filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "internal") {
				return err
			}
			text, err := os.ReadFile(path)
			if start.Match(text) {
				starters++
				if !given.Match(text) {
					t.Errorf("%s starts a program with all of the environment: give it that of process.Env", path)
				}
			}
			return err
		}))
	}
	if starters == 0 {
		t.Error("no program is started anywhere, so this test looks for the wrong thing")
	}
}

// TestFuzzTargets holds the table of docs/reliability.md against the source.
func TestFuzzTargets(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/reliability.md")
	check(t, err)
	target, listed := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`), regexp.MustCompile("`((?:pkg|cmd)/\\w+)`: ((?:`Fuzz\\w+`(?:, )?)+)")
	want := map[string]bool{}
	for _, row := range listed.FindAllSubmatch(page, -1) {
		for name := range strings.SplitSeq(string(row[2]), ", ") {
			want[string(row[1])+" "+strings.Trim(name, "`")] = true
		}
	}
	for _, root := range []string{"../cmd", "../pkg"} {
		check(t, filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range target.FindAllSubmatch(text, -1) {
				name := strings.TrimPrefix(filepath.Dir(path), "../") + " " + string(found[1])
				if !want[name] {
					t.Errorf("docs/reliability.md does not list %s", name)
				}
				delete(want, name)
			}
			return err
		}))
	}
	for name := range want {
		t.Errorf("docs/reliability.md lists %s, which there is not", name)
	}
}

// TestOnlyWhatIsCalledIsBuilt finds each command by the part of the tree that is
// built for its command line, and sees that the other nouns have no verbs there.
func TestOnlyWhatIsCalledIsBuilt(t *testing.T) {
	t.Parallel()
	part := func(line ...string) *cobra.Command {
		app := cli.System(testVersion)
		app.Args = line
		return cmd.New(app)
	}
	walk(func(c *cobra.Command) {
		line := strings.Fields(c.CommandPath())[1:]
		for _, before := range [][]string{nil, {"--profile", "prod"}, {"help"}, {"__complete"}} {
			found, _, err := part(slices.Concat(before, line)...).Find(line)
			if err != nil || found.CommandPath() != c.CommandPath() || found.LocalFlags().FlagUsages() != c.LocalFlags().FlagUsages() {
				t.Errorf("%q before %q finds %v, %v", before, line, found, err)
			}
		}
	})
	for _, line := range [][]string{{}, {"--version"}, {"env", "export"}} {
		for _, noun := range part(line...).Commands() {
			if noun.HasSubCommands() && !slices.Contains(line, noun.Name()) {
				t.Errorf("%q builds the verbs of %s", line, noun.Name())
			}
		}
	}
}

// TestForeignWords finds one command for each word of another tool, among those
// that stand beside each other.
func TestForeignWords(t *testing.T) {
	t.Parallel()
	walk(func(parent *cobra.Command) {
		owner := map[string]string{}
		for _, c := range parent.Commands() {
			for _, word := range slices.Concat([]string{c.Name()}, c.Aliases, c.SuggestFor) {
				if owner[word] != "" {
					t.Errorf("%s: %s is %s and %s", parent.CommandPath(), word, owner[word], c.Name())
				}
				owner[word] = c.Name()
			}
		}
	})
}
