// Package browser opens pages of the Portal in the browser of the user.
package browser

import (
	"context"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/process"
)

// watched is how long a program is watched that opens a page: one that fails
// does so soon, and one that goes on is the browser itself.
const watched = 2 * time.Second

// Open opens an address in the user's browser and reports whether it could. It does
// not wait for the browser.
func Open(ctx context.Context, app *cli.App, address string) bool {
	for _, words := range browsers(app) {
		if launch(ctx, app, withAddress(words, address)) {
			return true
		}
	}
	return false
}

// browsers are the command lines to try: those of BROWSER, else the system's
// own, where there is a screen.
func browsers(app *cli.App) [][]string {
	if chosen := app.Getenv("BROWSER"); chosen != "" {
		var all [][]string
		for line := range strings.SplitSeq(chosen, string(listSeparator)) {
			if words := strings.Fields(line); len(words) > 0 {
				all = append(all, words)
			}
		}
		return all
	}
	switch {
	case app.Terminal.CI:
		return nil
	case runtime.GOOS == "darwin":
		return [][]string{{"open"}}
	case runtime.GOOS == "windows":
		return [][]string{{"rundll32", "url.dll,FileProtocolHandler"}}
	case app.Getenv("DISPLAY") == "" && app.Getenv("WAYLAND_DISPLAY") == "" && app.Getenv("WSL_DISTRO_NAME") == "":
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
func launch(ctx context.Context, app *cli.App, words []string) bool {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), words[0], words[1:]...) //nolint:gosec // the user's own choice
	cmd.Env = process.ThirdPartyEnv(app.Environ())
	detach(cmd)
	if cmd.Start() != nil {
		return false
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err == nil
	case <-time.After(watched):
	case <-ctx.Done():
	}
	return true
}
