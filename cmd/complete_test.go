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

	"github.com/astra-admin/astra/pkg/cli"
)

// freeText are the placeholders and flags for which a shell has nothing to offer:
// new names, numbers, times, texts, and what no list tells.
func freeText() map[string]bool {
	free := map[string]bool{}
	for word := range strings.FieldsSeq(`
		NAME EMAIL… CIDR… GROUP KEYSPACE.TABLE MONTH
		--admin-user --advance --api-url --behavior --capacity-units --confirm --deleted --description --email --enterprise --expires --fault --from --id
		--jq --keep --key-id --keys --latency --listen --name --older-than --org-name --overlap --rate-limit --resource --revoke --save --table
		--template --tier --time-scale --timeout --to --username`) {
		free[word] = false
	}
	return free
}

// TestEveryWordIsCompleted holds each argument and each value of a flag to have
// candidates, to be a file, or to be free text on purpose.
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
			if f.Value.Type() != "bool" && cli.FlagOrigin(c, f) == cli.None && !isFree("--"+f.Name) {
				t.Errorf("%s --%s offers nothing: let FlagOrigin know it, or freeText", c.CommandPath(), f.Name)
			}
		})
		if !isVerb(c) {
			return
		}
		words := cli.Placeholders(c)
		for _, word := range words {
			if cli.ArgumentOrigin(c, word) == cli.None && !isFree(strings.Trim(word, "[]")) {
				t.Errorf("%s %s offers nothing: let ArgumentOrigin know it, or freeText", c.CommandPath(), word)
			}
		}
		if c.Name() == "run" { // -- stands before its words
			return
		}
		args := slices.Repeat([]string{"x"}, len(words))
		if err := c.Args(c, args); err != nil {
			t.Errorf("%s: the usage line names %d arguments, which are refused: %v", c.CommandPath(), len(words), err)
		}
		repeats := len(words) > 0 && strings.Contains(words[len(words)-1], "…")
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

// TestChoices compares what is read out of the texts of flags with what a shell
// should offer.
func TestChoices(t *testing.T) {
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
		{"permission list --group", "organization keyspace table api"},
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
