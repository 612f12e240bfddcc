package cli

import (
	"context"
	"strings"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
)

// NewPassword reads a password that is to be set: from the file of
// --password-file, - for standard input. Without one it is asked for, twice, and
// read from standard input where that is no terminal. of says whose it is.
func (a *App) NewPassword(ctx context.Context, file, of string) (secret.Text, error) {
	const least = 6 // the service takes no shorter one
	text, err := a.password(ctx, file, of)
	if err != nil {
		return "", err
	}
	a.Secrets.Add(text)
	switch n := len([]rune(text.Reveal())); {
	case strings.ContainsAny(text.Reveal(), "\r\n"):
		return "", exit.Usagef("the password has several lines")
	case n < least:
		return "", exit.Usagef("the password has %s, and needs %d at least", spelling.Count(n, "character"), least)
	}
	return text, nil
}

func (a *App) password(ctx context.Context, file, of string) (secret.Text, error) {
	switch {
	case file == "" && a.Interactive():
		return a.askNewPassword(ctx, of)
	case file == "":
		file = "-"
	}
	if file == "-" && a.Terminal.In {
		return "", exit.Failf(exit.Unconfirmed, "there is no password, and nobody to ask").WithHint("give it on standard input, or with --password-file")
	}
	a.warnReadable(file)
	text, err := a.ReadText(ctx, "--password-file", file)
	return secret.Text(strings.TrimSuffix(text, "\n")), err
}

func (a *App) askNewPassword(ctx context.Context, of string) (secret.Text, error) {
	text, err := a.AskSecret(ctx, "New password of "+of)
	if err != nil {
		return "", err
	}
	again, err := a.AskSecret(ctx, "Once more")
	if err == nil && again != text {
		err = &exit.Error{Exit: exit.Unconfirmed, Message: "the two passwords differ; nothing was changed"}
	}
	return text, err
}
