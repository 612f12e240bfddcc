package cmd_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/completion"
)

// freeText are the placeholders and flags for which a shell has nothing to offer:
// new names, numbers, times, texts, and what no list tells.
func freeText() map[string]bool {
	free := map[string]bool{}
	for word := range strings.FieldsSeq(`
		NAME TITLE EMAIL… CIDR… KEYSPACE.TABLE MONTH
		--admin-user --advance --api-url --behavior --capacity-units --confirm --deleted --description --email --endpoint --enterprise --expires --expires-within --fault --from --id
		--jq --keep --key-id --keys --latency --listen --max --max-age --min --name --older-than --org-name --overlap --principal --rate-limit --reserved --resource --revoke --save --table
		--template --tier --time-scale --timeout --title --to --username
		PATH --field
		--access-key --auth-name --bootstrap-servers --index --oauth2-audience --oauth2-issuer-url --oauth2-scope --region --sasl-username
		--site --source --sourcetype --stream --topic --user KEYSPACE.TABLE…`) {
		free[word] = false
	}
	return free
}

// placeholders returns the arguments in the usage line of a command, without flags.
func placeholders(cmd *cobra.Command) []string {
	var all []string
	isValue := false
	for _, word := range strings.Fields(cmd.Use)[1:] {
		switch {
		case isValue:
			isValue = false
		case strings.HasPrefix(word, "--"):
			isValue = word != "--"
		case word != "[flags]":
			all = append(all, word)
		}
	}
	return all
}

// TestEveryWordIsCompleted requires of each argument and of each value of a flag that
// it has a source of candidates or is free text on purpose, and that the usage line
// names as many arguments as the command accepts and completes.
func TestEveryWordIsCompleted(t *testing.T) {
	t.Parallel()
	free := freeText()
	isFree := func(word string) bool {
		_, known := free[word]
		if known {
			free[word] = true
		}
		return known
	}
	walk(func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() == "bool" || f.Hidden { // those that the command rejects are hidden
				return
			}
			source := completion.FlagSource(f)
			if source == completion.None && !isFree("--"+f.Name) {
				t.Errorf("%s --%s has no source: declare it with completion.Flags, or add it to freeText", c.CommandPath(), f.Name)
			}
			if placeholder, _ := pflag.UnquoteUsage(f); placeholder == "file" && source != completion.Files {
				t.Errorf("%s --%s takes a file and completes %q", c.CommandPath(), f.Name, source)
			}
		})
		if !isVerb(c) {
			return
		}
		words := placeholders(c)
		repeats := len(words) > 0 && strings.Contains(words[len(words)-1], "…")
		for i, word := range words {
			if completion.ArgSource(c, i) == completion.None && !isFree(strings.Trim(word, "[]")) {
				t.Errorf("%s %s has no source: declare it with completion.Args, or add it to freeText", c.CommandPath(), word)
			}
		}
		if next := completion.ArgSource(c, len(words)); (next != completion.None) != (repeats && completion.ArgSource(c, len(words)-1) != completion.None) {
			t.Errorf("%s completes %q behind the last argument of its usage line", c.CommandPath(), next)
		}
		if c.Name() == "run" { // -- stands before its words
			return
		}
		args := slices.Repeat([]string{"x"}, len(words))
		if err := c.Args(c, args); err != nil {
			t.Errorf("%s: the usage line names %d arguments, which are refused: %v", c.CommandPath(), len(words), err)
		}
		if err := c.Args(c, append(args, "x")); (err == nil) != repeats {
			t.Errorf("%s: the usage line names %d arguments, and one more gives %v", c.CommandPath(), len(words), err)
		}
	})
	for _, word := range slices.Sorted(maps.Keys(free)) {
		if !free[word] {
			t.Errorf("%s is free text, and nowhere", word)
		}
	}
}

// TestValues completes flags and arguments with declared values.
func TestValues(t *testing.T) {
	t.Parallel()
	self, err := program()
	check(t, err)
	bin := filepath.Join(t.TempDir(), "astra")
	check(t, os.Symlink(self, bin))
	for _, c := range []struct {
		line string
		want string
	}{
		{"db list --output", "table wide json yaml csv tsv name"},
		{"db list --color", "auto always never"},
		{"db list --debug=", "http"},
		{"db create --cloud", "aws azure gcp"},
		{"db create --type", "vector serverless classic"},
		{"region list --type", "serverless vector classic"},
		{"auth login --store", "keyring file env"},
		{"profile import --store", "keyring file"},
		{"role create --lint", "error warn off"},
		{"role list --kind", "default custom"},
		{"user list --status", "active pending"},
		{"billing show --per", "minute hour day month"},
		{"permission list --group", "organization keyspace table api capability"},
		{"token generate --format", "json csv env text"},
		{"completion", "bash fish powershell zsh"},
		{"env hook", "direnv bash zsh fish"},
		{"open", "org users roles tokens billing db"},
	} {
		line := append([]string{"__complete"}, strings.Fields(c.line)...)
		if last := len(line) - 1; !strings.HasSuffix(line[last], "=") {
			line = append(line, "")
		}
		program := exec.Command(bin, line...)
		program.Env = []string{"HOME=" + t.TempDir()}
		out, err := program.Output()
		want := strings.Join(append(strings.Fields(c.want), ":4"), "\n") + "\n"
		if string(out) != want || err != nil {
			t.Errorf("%s: %v, got %q, want %q", c.line, err, out, want)
		}
	}
}
