package cli

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
)

// page writes a text for people to standard output, by the program that PAGER
// names if the text is longer than the terminal is high and somebody sits there.
// Like a browser it gets its words as they are, and nothing of what the environment
// holds of Astra. Where it cannot be started the text is written as it is.
func (a *App) page(text []byte) error {
	words := strings.Fields(a.Getenv("PAGER"))
	if len(words) == 0 || !a.Interactive() || !a.Terminal.Out || bytes.Count(text, []byte("\n")) < a.Terminal.Height {
		_, err := a.Out.Write(text)
		return err
	}
	cmd := exec.Command(words[0], words[1:]...) //nolint:gosec,noctx // the user's own choice, which the user ends
	cmd.Env = slices.DeleteFunc(a.ChildEnviron(), func(v string) bool { return strings.HasPrefix(strings.ToUpper(v), "ASTRA_") })
	if a.Getenv("LESS") == "" {
		cmd.Env = append(cmd.Env, "LESS=FRX") // as git does: what fits needs no key, and stays on the screen
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(a.Secrets.Redact(string(text))), a.Stdout(), a.Stderr()
	if cmd.Start() != nil {
		_, err := a.Out.Write(text)
		return err
	}
	_ = cmd.Wait() // whoever has seen enough ends it with whatever status
	return nil
}
