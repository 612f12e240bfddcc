package cli

import (
	"context"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// settling is how long a program is watched that opens a page: one that fails
// does so soon, and one that goes on is the browser itself.
const settling = 2 * time.Second

// browse opens an address in the user's browser and reports whether it could. It
// never waits for the browser.
func (a *App) browse(ctx context.Context, address string) bool {
	for _, words := range a.browsers() {
		if a.launch(ctx, withAddress(words, address)) {
			return true
		}
	}
	return false
}

// browsers are the command lines to try: those of BROWSER, else the system's
// own, where there is a screen.
func (a *App) browsers() [][]string {
	if chosen := a.Getenv("BROWSER"); chosen != "" {
		var all [][]string
		for line := range strings.SplitSeq(chosen, string(listSeparator)) {
			if words := strings.Fields(line); len(words) > 0 {
				all = append(all, words)
			}
		}
		return all
	}
	switch {
	case a.Terminal.CI:
		return nil
	case runtime.GOOS == "darwin":
		return [][]string{{"open"}}
	case runtime.GOOS == "windows":
		return [][]string{{"rundll32", "url.dll,FileProtocolHandler"}}
	case a.Getenv("DISPLAY") == "" && a.Getenv("WAYLAND_DISPLAY") == "" && a.Getenv("WSL_DISTRO_NAME") == "":
		return nil
	}
	return [][]string{{"xdg-open"}, {"wslview"}}
}

// withAddress puts the address where %s stands, else at the end.
func withAddress(words []string, address string) []string {
	words = slices.Clone(words)
	found := false
	for i, w := range words {
		if strings.Contains(w, "%s") {
			words[i], found = strings.ReplaceAll(w, "%s", address), true
		}
	}
	if !found {
		words = append(words, address)
	}
	return words
}

// launch starts a program that outlives this one, apart from its terminal and
// without what the environment holds of Astra.
func (a *App) launch(ctx context.Context, words []string) bool {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), words[0], words[1:]...) //nolint:gosec // the user's own choice
	cmd.Env = a.StrangerEnviron()
	detach(cmd)
	if cmd.Start() != nil {
		return false
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err == nil
	case <-time.After(settling):
	case <-ctx.Done():
	}
	return true
}
