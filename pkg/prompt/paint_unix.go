//go:build unix

package prompt

import (
	"fmt"
	"strings"

	"github.com/AlecAivazis/survey/v2/terminal"
)

// paint writes lines from the cursor's line on, replaces everything below, and
// restores the cursor. A single write avoids flicker.
func paint(stdio terminal.Stdio, lines []string, _ int) error {
	frame := "\r\x1b[J" + strings.Join(lines, "\n") + "\r"
	if up := len(lines) - 1; up > 0 {
		frame += fmt.Sprintf("\x1b[%dA", up)
	}
	_, err := fmt.Fprint(stdio.Out, frame)
	return err
}
