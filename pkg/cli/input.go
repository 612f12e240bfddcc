package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/textfile"
)

// ReadInput reads a file, - for standard input, up to limit bytes and within the time
// limit of ctx, which also bounds the opening of a pipe. The errors are those of the
// system and of ctx, and exit.ErrSlowInput.
func (s *Streams) ReadInput(ctx context.Context, name string, limit int64) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	s.waits++ // even a file may be a pipe
	read := make(chan result, 1)
	go func() {
		text, err := s.read(name, limit)
		read <- result{text, err}
	}()
	ended := ctx.Done()
	if failpoint.Disabled("input-limit") {
		ended = nil
	}
	select {
	case r := <-read:
		return r.text, r.err
	case <-ended:
		if cause := context.Cause(ctx); !errors.Is(cause, context.DeadlineExceeded) {
			return nil, cause
		}
		return nil, exit.ErrSlowInput
	}
}

func (s *Streams) read(name string, limit int64) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(s.In, limit))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

// maxDocument bounds what is read of a document that the user gives.
const maxDocument = 1 << 20

// ReadDocument reads the file that a flag names, - for standard input, within
// the time limit of ctx.
func (s *Streams) ReadDocument(ctx context.Context, flag, name string) ([]byte, error) {
	if name == "-" && s.Globals.TokenFile == "-" {
		return nil, exit.Usagef("%s and --token-file cannot both be read from standard input", flag)
	}
	text, err := s.ReadInput(ctx, name, maxDocument+1)
	switch {
	case errors.Is(err, exit.ErrSlowInput):
		return nil, exit.Failf(exit.Unconfirmed, "%s did not end in time", s.inputName(flag, name))
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, s.inputError(flag, name, err)
	case len(text) > maxDocument:
		return nil, exit.Usagef("%s is larger than 1 MB", s.inputName(flag, name))
	}
	return text, nil
}

// ReadText is ReadDocument for text, which it returns as UTF-8 with line feeds.
func (s *Streams) ReadText(ctx context.Context, flag, name string) (string, error) {
	data, err := s.ReadDocument(ctx, flag, name)
	if err != nil {
		return "", err
	}
	text, err := textfile.Decode(data)
	if err != nil {
		return "", exit.Usagef("%s: %v", s.inputName(flag, name), err)
	}
	return text, nil
}

// displayName returns the name of a file for messages.
func displayName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// inputName returns the name of an input for messages, after the flag that named it, if
// one did.
func (s *Streams) inputName(flag, name string) string {
	given := slices.ContainsFunc(s.Args, func(arg string) bool { return arg == flag || strings.HasPrefix(arg, flag+"=") })
	if name == "-" && !given {
		return displayName(name)
	}
	return flag + ": " + displayName(name)
}

// inputError words a failure to read an input. The system names a file itself.
func (s *Streams) inputError(flag, name string, err error) error {
	if name == "-" {
		return exit.Usagef("%s: %v", s.inputName(flag, name), err)
	}
	return exit.Usagef("%s: %v", flag, err)
}

// ReadAnyText reads text that may contain secrets, up to one byte above the limit: from a
// file, from standard input if name is -, and if name is empty from standard input or
// pasted at a prompt that does not show it.
func (s *Streams) ReadAnyText(ctx context.Context, name, question string, limit int) ([]byte, error) {
	switch {
	case name == "" && s.Interactive():
		text, err := s.Prompter().Paste(ctx, question, limit)
		if err != nil {
			return nil, s.promptError(err)
		}
		return text, nil
	case name == "":
		name = "-"
	}
	switch {
	case name == "-" && s.Globals.TokenFile == "-":
		return nil, exit.Usagef("standard input cannot be both the credential (--token-file -) and the text")
	case name == "-" && s.Terminal.In:
		return nil, exit.Usagef("refusing to read from the terminal: the text would be visible").WithHint("pass a file, or the text on standard input")
	}
	text, err := s.ReadInput(ctx, name, int64(limit)+1)
	switch {
	case errors.Is(err, exit.ErrSlowInput):
		return nil, exit.Failf(exit.Unconfirmed, "timed out reading the text")
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, exit.Usagef("%v", err)
	}
	return text, nil
}

func (a *App) tokenFile() CredentialSource {
	return CredentialSource{Name: "--token-file", Present: a.Globals.TokenFile != "", Detail: a.Globals.TokenFile, read: a.readTokenFile}
}

// maxTokenFile is more than any file with one token holds.
const maxTokenFile = 64 << 10

// readTokenFile reads the token that --token-file names, - for standard input.
func (s *Streams) readTokenFile(ctx context.Context) (credential.Item, error) {
	text, err := s.ReadTokenFile(ctx, s.Globals.TokenFile)
	if err != nil {
		return credential.Item{}, err
	}
	url, err := s.RequestedURL()
	return credential.Item{Token: text, APIURL: url}, err
}

// ReadTokenFile reads a file that contains one token, - for standard input, within the
// time limit of ctx: the token alone, or the output of "token generate --out". It does
// not check the form of the token.
func (s *Streams) ReadTokenFile(ctx context.Context, name string) (secret.Text, error) {
	if name == "-" && s.Terminal.In {
		return "", exit.Usagef("refusing to read from the terminal: the token would be visible").WithHint("use astra auth login, which hides it")
	}
	data, err := s.ReadInput(ctx, name, maxTokenFile+1)
	switch {
	case errors.Is(err, exit.ErrSlowInput):
		return "", exit.Failf(exit.Unconfirmed, "timed out waiting for a token")
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", s.inputError("--token-file", name, err)
	case len(data) > maxTokenFile:
		return "", exit.Usagef("%s is larger than 64 KiB", s.inputName("--token-file", name))
	}
	s.warnReadable(name)
	text, err := textfile.Decode(data)
	if err != nil {
		return "", exit.Usagef("%s: %v", s.inputName("--token-file", name), err)
	}
	only, count := secret.Only(text)
	if count > 1 {
		return "", exit.Usagef("%s contains %s; expected 1", s.inputName("--token-file", name), spelling.Count(count, "token"))
	}
	return secret.Text(strings.TrimSpace(only)), nil
}

// warnReadable warns of a file with a secret that others can read. It is not an error,
// because every process in a container can read the secrets of the container.
func (s *Streams) warnReadable(name string) {
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 && goos != "windows" {
		s.Warn("other users can read %s; run: chmod 600 %s", name, shellword.Quote(name))
	}
}
