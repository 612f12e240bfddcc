package cli

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/textfile"
)

func (a *App) tokenFile() CredentialSource {
	return CredentialSource{Name: "--token-file", Present: a.Globals.TokenFile != "", Detail: a.Globals.TokenFile, read: a.readTokenFile}
}

// maxTokenFile is more than any file with one token holds.
const maxTokenFile = 64 << 10

// readTokenFile reads the token that --token-file names, - for standard input.
func (a *App) readTokenFile(ctx context.Context) (credential.Item, error) {
	text, err := a.ReadTokenFile(ctx, a.Globals.TokenFile)
	if err != nil {
		return credential.Item{}, err
	}
	url, err := a.RequestedURL()
	return credential.Item{Token: text, APIURL: url}, err
}

// ReadTokenFile reads a file that holds one token, - for standard input, within
// the time limit of ctx: the token alone, or what "token generate --out" writes. It does
// not check the token's shape.
func (a *App) ReadTokenFile(ctx context.Context, name string) (secret.Text, error) {
	if name == "-" && a.Terminal.In {
		return "", exit.Usagef("standard input is a terminal, and would show the token").WithHint("astra auth login asks for it without showing it")
	}
	data, err := a.ReadInput(ctx, name, maxTokenFile+1)
	switch {
	case errors.Is(err, exit.ErrSlowInput):
		return "", exit.Failf(exit.Unconfirmed, "no token came in time")
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", a.unreadable("--token-file", name, err)
	case len(data) > maxTokenFile:
		return "", exit.Usagef("%s is larger than 64 KiB", a.input("--token-file", name))
	}
	a.warnReadable(name)
	text, err := textfile.Decode(data)
	if err != nil {
		return "", exit.Usagef("%s: %v", a.input("--token-file", name), err)
	}
	only, count := secret.Only(text)
	if count > 1 {
		return "", exit.Usagef("%s holds %s; it must hold one", a.input("--token-file", name), spelling.Count(count, "token"))
	}
	return secret.Text(strings.TrimSpace(only)), nil
}

// warnReadable warns of a file with a secret that others can read. It is a
// warning and no more: secrets that a container is given are files that everybody
// in it can read.
func (a *App) warnReadable(name string) {
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 && goos != "windows" {
		a.Warn("other users can read %s; run: chmod 600 %s", name, shellword.Quote(name))
	}
}
