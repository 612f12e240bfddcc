package help

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/flags"
)

func TestMarkdown(t *testing.T) {
	t.Parallel()
	text := "Words that are long, see [the docs](https://example.com).\n\n# A heading\n\n| What | Where | How |\n|---|---|---|\n| pay | Billing page | `astra open billing` |\n| wait | an email | |\n\n" +
		"| Key | Meaning |\n|---|---|\n| `ab` | a meaning that needs more than one line of text |\n\n```\nastra a very long line of code that stays whole\n```\n\n- a point of a list that is broken"
	want := "Words that are long, see the docs\n(https://example.com).\n\n\x1b[1mA HEADING\x1b[0m\n\n- pay, Billing page:\n  astra open billing\n- wait: an email\n\n" +
		"\x1b[1mKey  Meaning\x1b[0m\nab   a meaning that needs more than\n     one line of text\n\n    astra a very long line of code that stays whole\n\n- a point of a list that is broken"
	if got := (Layout{Width: 37, Bold: true}).Markdown(text); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestCommandsAreBrokenBeforeFlags(t *testing.T) {
	t.Parallel()
	line := `  astra role create Reporting --permission 'Select --Table' --db demo -o json | astra role create Copy --from -`
	want := "  astra role create Reporting \\\n    --permission 'Select --Table' \\\n    --db demo -o json \\\n    | astra role create Copy --from -"
	if got := (Layout{Width: 40}).Commands(line); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := (Layout{Width: 200}).Commands(line); got != line {
		t.Errorf("got\n%s", got)
	}
}

// TestHelpFits lays the help of a command out at several widths.
func TestHelpFits(t *testing.T) {
	t.Parallel()
	cmd := &cobra.Command{Use: "generate NAME", Short: "Generate a thing", Aliases: []string{"create"}, Example: "  astra generate x", Run: func(*cobra.Command, []string) {}}
	root := &cobra.Command{Use: "astra"}
	root.AddCommand(cmd)
	var store string
	flags.Enum(cmd.Flags(), &store, "store", "keyring", []string{"keyring", "file"}, "`store` that takes what this command makes, with a sentence that is rather long")
	for _, width := range []int{30, 40, 80, 100} {
		text := Layout{Width: width}.Command(cmd)
		for line := range strings.Lines(text) {
			if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > width {
				t.Errorf("%d columns: %q is too long", width, line)
			}
		}
		last := 0
		for _, part := range []string{"Generate a thing.", "USAGE\n  astra generate NAME", "ALIASES\n  create", "EXAMPLES\n  astra generate x", "FLAGS\n  --store STORE", "Global flags: astra help flags"} {
			at := strings.Index(text, part)
			if at < last {
				t.Errorf("%d columns: %q is missing or in the wrong place in\n%s", width, part, text)
			}
			last = at
		}
		if !strings.Contains(strings.Join(strings.Fields(text), " "), "(keyring, file; default keyring)") {
			t.Errorf("%d columns: the values of --store are missing in\n%s", width, text)
		}
	}
}

func TestTablesInProse(t *testing.T) {
	t.Parallel()
	text := "Pages:\n\n    org      the organization and all that is in it\n    astra env hook fish | source          ~/.config/fish/config.fish"
	want := "Pages:\n\n    org      the organization and all\n             that is in it\n    astra env hook fish | source\n        ~/.config/fish/config.fish"
	if got := (Layout{Width: 38}).Prose(text); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
