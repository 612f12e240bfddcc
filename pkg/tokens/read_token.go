package tokens

import (
	"context"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
)

// ReadToken reads a token with its secret from standard input, or from a prompt that
// does not show it.
func ReadToken(ctx context.Context, app *cli.App) (secret.Token, error) {
	if app.Globals.TokenFile == "-" {
		return secret.Token{}, exit.Usagef("standard input cannot be both the credential (--token-file -) and the token")
	}
	read := func() (secret.Text, error) { return app.ReadTokenFile(ctx, "-") }
	if app.Interactive() {
		read = func() (secret.Text, error) { return app.AskSecret(ctx, "Application token:") }
	}
	text, err := read()
	if err != nil {
		return secret.Token{}, err
	}
	app.Secrets.Add(text)
	parsed, err := secret.ParseToken(text.Reveal())
	if err != nil {
		return secret.Token{}, exit.Usagef("standard input: %v", err)
	}
	app.Secrets.Add(parsed.Text)
	return parsed, nil
}
