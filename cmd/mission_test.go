package cmd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMission holds docs/mission.md to the commands and scripts that it names:
// each row once, and each command in a script beside it. That the commands and
// their flags exist, TestTopicsNameCommands sees.
func TestMission(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/mission.md")
	check(t, err)
	quoted := regexp.MustCompile("`([^`]+)`")
	seen := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, " | ")
		id := strings.TrimPrefix(cells[0], "| ")
		if !regexp.MustCompile(`^[BOAP][0-9]+$`).MatchString(id) {
			continue
		}
		if seen[id] || len(cells) != 4 {
			t.Errorf("%s is there twice, or has not four cells", id)
			continue
		}
		seen[id] = true
		var scripts strings.Builder
		for _, name := range quoted.FindAllStringSubmatch(cells[3], -1) {
			text, err := os.ReadFile(filepath.Join("..", "testdata", "script", name[1]+".txtar"))
			if err != nil {
				t.Errorf("%s: %v", id, err)
			}
			scripts.Write(text)
		}
		commands := quoted.FindAllStringSubmatch(cells[2], -1)
		if len(commands) == 0 {
			t.Errorf("%s names no command", id)
		}
		for _, m := range commands {
			if words := path(m[1]); !strings.Contains(scripts.String(), words) {
				t.Errorf("%s: no script beside it runs %s", id, words)
			}
		}
	}
	leftOut := []string{"P13", "P19", "P22", "P26", "P28"} // of other tools, and not wanted here yet
	for letter, last := range map[string]int{"B": 15, "O": 47, "A": 9, "P": 29} {
		for i := range last {
			if id := fmt.Sprint(letter, i+1); seen[id] == slices.Contains(leftOut, id) {
				t.Errorf("%s: its row is there: %v", id, seen[id])
			}
		}
	}
}

// path returns the words of a command line that name the command.
func path(line string) string {
	words := strings.Fields(line)[1:]
	if words[0] == "help" {
		return strings.Join(words[:2], " ")
	}
	c, _, err := tree().Find(words)
	if err != nil {
		return line
	}
	return strings.TrimPrefix(c.CommandPath(), "astra ")
}
