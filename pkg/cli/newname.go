package cli

import (
	"strings"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/spelling"
)

// NewName checks the name of something that is to be created, and returns it with
// composed accents. A name that nobody could type again or tell from another is wrong
// (exit 2); letters of several scripts in one word are only warned of.
func (a *App) NewName(kind, name string) (string, error) {
	if strings.TrimSpace(name) == "" {
		return "", exit.Usagef("the name of %s cannot be blank", kind)
	}
	if unseen := spelling.Unseen(name); unseen != "" {
		return "", exit.Usagef("the name of %s has %s: %q", kind, unseen, name)
	}
	if mixed := spelling.MixedWord(name); mixed != "" {
		a.Warn("the name %q has %s", name, mixed)
	}
	return a.Composed(name), nil
}

// Composed returns a text with composed accents, and says so where it had others.
func (a *App) Composed(text string) string {
	composed := spelling.Composed(text)
	if composed != text {
		a.Say("Sending %s with composed accents.", text)
	}
	return composed
}
