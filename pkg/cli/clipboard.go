package cli

import "github.com/astra-admin/astra/pkg/onetime"

// Clipboard is the clipboard in front of the user as a destination of a new
// token. Its program gets none of our own variables, in which a credential may
// be.
func (a *App) Clipboard() *onetime.Clipboard {
	c := &onetime.Clipboard{Getenv: a.Getenv, Environ: a.ThirdPartyEnv()}
	if a.Terminal.Err {
		c.Terminal = a.Stderr()
	}
	return c
}
