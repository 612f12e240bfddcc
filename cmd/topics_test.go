package cmd_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTopicsNameCommands finds commands in help topics and in docs/features.md that
// do not exist, or flags that they do not have.
func TestTopicsNameCommands(t *testing.T) {
	t.Parallel()
	command := regexp.MustCompile("`(astra [^`]+)`")
	pages, err := filepath.Glob("topics/*.md")
	check(t, err)
	for _, page := range append(pages, "../docs/features.md") {
		text, err := os.ReadFile(page)
		check(t, err)
		for _, m := range command.FindAllStringSubmatch(string(text), -1) {
			words := strings.Fields(strings.TrimPrefix(m[1], "astra help "))
			if words[0] == "astra" {
				words = words[1:]
			}
			c, rest, err := tree().Find(words)
			if err != nil || c.Name() == "astra" && !strings.HasPrefix(words[0], "-") {
				t.Errorf("%s: %s: %v", page, m[1], err)
				continue
			}
			if strings.ContainsAny(m[1], "…|") {
				continue // in the middle of a line of a shell
			}
			if err := c.ParseFlags(rest); err != nil {
				t.Errorf("%s: %s: %v", page, m[1], err)
			}
		}
	}
}
