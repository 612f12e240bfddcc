//go:build !unix

package prompt

import (
	"fmt"

	"github.com/AlecAivazis/survey/v2/terminal"
)

// paint writes lines from the cursor's line on, replaces the lines before, and
// restores the cursor. It uses the library's system calls, because some
// consoles do not support escape sequences.
func paint(stdio terminal.Stdio, lines []string, before int) error {
	out := terminal.NewAnsiStdout(stdio.Out)
	rows := max(len(lines), before)
	for i := range rows {
		if i > 0 {
			fmt.Fprint(stdio.Out, "\n")
		}
		if err := terminal.EraseLine(stdio.Out, terminal.ERASE_LINE_ALL); err != nil {
			return err
		}
		if i < len(lines) {
			if _, err := fmt.Fprint(out, lines[i]); err != nil {
				return err
			}
		}
	}
	cursor := &terminal.Cursor{In: stdio.In, Out: stdio.Out}
	if rows > 1 {
		if err := cursor.Up(rows - 1); err != nil {
			return err
		}
	}
	return cursor.HorizontalAbsolute(0)
}
