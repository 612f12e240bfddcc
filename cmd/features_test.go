package cmd_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFeatures holds docs/features.md to the commands and scripts that it names: each
// row has a task, commands, and scripts that run these commands. That the commands
// have the flags of the page, TestTopicsNameCommands checks.
func TestFeatures(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/features.md")
	check(t, err)
	quoted := regexp.MustCompile("`([^`]+)`")
	tasks := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		row := strings.TrimSpace(line)
		if !strings.HasPrefix(row, "| ") || row == "| Task | Command | Script |" {
			continue
		}
		cells := strings.Split(strings.Trim(row, "| "), " | ")
		if len(cells) != 3 || tasks[cells[0]] {
			t.Errorf("%s: want three cells and a task of its own", row)
			continue
		}
		task := cells[0]
		tasks[task] = true
		commands, names := quoted.FindAllStringSubmatch(cells[1], -1), quoted.FindAllStringSubmatch(cells[2], -1)
		if len(commands) == 0 || len(names) == 0 {
			t.Errorf("%s: names no command or no script", task)
		}
		var scripts strings.Builder
		for _, name := range names {
			text, err := os.ReadFile(filepath.Join("..", "testdata", "script", name[1]+".txtar"))
			if err != nil {
				t.Errorf("%s: %v", task, err)
			}
			scripts.Write(text)
		}
		for _, command := range commands {
			if words := commandWords(t, command[1]); !strings.Contains(scripts.String(), words) {
				t.Errorf("%s: none of its scripts runs %q", task, words)
			}
		}
	}
	if len(tasks) == 0 {
		t.Error("docs/features.md has no rows")
	}
}

// commandWords returns the words of a command line that name the command.
func commandWords(t *testing.T, line string) string {
	t.Helper()
	words := strings.Fields(strings.TrimPrefix(line, "astra "))
	if len(words) > 1 && words[0] == "help" {
		return "astra " + strings.Join(words[:2], " ")
	}
	c, _, err := tree().Find(words)
	if err != nil || !isVerb(c) {
		t.Errorf("%s: no such command: %v", line, err)
		return line
	}
	return strings.TrimPrefix(c.CommandPath(), "astra ")
}
