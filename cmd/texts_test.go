package cmd_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestTexts holds the help of every command and the topics to the voice of the program.
func TestTexts(t *testing.T) {
	t.Parallel()
	short := regexp.MustCompile(`^[A-Z][a-z]+ `)
	hold := func(where, text string) {
		if found := banned.FindString(strings.Join(strings.Fields(text), " ")); found != "" {
			t.Errorf("%s: %q is not a word of this program", where, found)
		}
	}
	walk(func(c *cobra.Command) {
		path := c.CommandPath()
		if utf8.RuneCountInString(c.Short) > 60 || strings.HasSuffix(c.Short, ".") || !short.MatchString(c.Short) || notAVerb(c.Short) {
			t.Errorf("%s: the short help is not a verb and an object in 60 characters: %q", path, c.Short)
		}
		hold(path, c.Short)
		hold(path, c.Long)
		hold(path, c.Example)
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { hold(path+" --"+f.Name, f.Usage) })
		if strings.Contains(c.Example, "--sandbox") {
			t.Errorf("%s: an example uses --sandbox: write it for a user's organization", path)
		}
	})
	pages, err := filepath.Glob("topics/*.md")
	check(t, err)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		check(t, err)
		hold(page, string(text))
	}
}

// notAVerb reports whether a text begins with a word that is not an imperative.
func notAVerb(text string) bool {
	first, _, _ := strings.Cut(text, " ")
	return strings.HasSuffix(first, "ing") || strings.HasSuffix(first, "s") || first == "The" || first == "What" || first == "How" || first == "Where"
}
