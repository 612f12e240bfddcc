package cli

import "strings"

// pagerWords is a program with words between blanks: the shell of this system quotes
// otherwise than programs expect.
func pagerWords(command string) []string { return strings.Fields(command) }
