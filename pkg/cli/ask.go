package cli

import (
	"cmp"
	"context"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/secret"
)

// AskSecret asks for a secret without showing it. It must not be used unless
// Interactive.
func (a *App) AskSecret(ctx context.Context, question string) (secret.Text, error) {
	answer, err := a.Prompter().Secret(ctx, question)
	if err != nil {
		return "", a.asked(err)
	}
	return secret.Text(answer), nil
}

// EnvironmentToken returns the token of ASTRA_TOKEN or ASTRA_API_TOKEN.
func (a *App) EnvironmentToken() secret.Text {
	return cmp.Or(a.settings.Token, a.settings.APIToken)
}

// NamedProfile returns the profile called name, or the chosen one if name is
// empty.
func (a *App) NamedProfile(name string) (config.Profile, error) {
	if name == "" {
		return a.Profile()
	}
	return a.findProfile(name)
}
