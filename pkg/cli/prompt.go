package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/prompt"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// AskSecret asks for a secret without showing it. It must not be used unless
// Interactive.
func (s *Streams) AskSecret(ctx context.Context, question string) (secret.Text, error) {
	answer, err := s.Prompter().Secret(ctx, question)
	if err != nil {
		return "", s.promptError(err)
	}
	return secret.Text(answer), nil
}

// EnvironmentToken returns the token of ASTRA_TOKEN or ASTRA_API_TOKEN.
func (s *Settings) EnvironmentToken() secret.Text {
	return cmp.Or(s.settings.Token, s.settings.APIToken)
}

// NamedProfile returns the profile with a name, or the current one for "".
func (s *Settings) NamedProfile(name string) (config.Profile, error) {
	if name == "" {
		return s.Profile()
	}
	return s.findProfile(name)
}

// Confirm asks before a change. It returns nil for yes, and for --yes. Without a terminal
// it fails with status 8 and shows the command with --yes.
func (s *Streams) Confirm(ctx context.Context, question string, args ...any) error {
	for i, arg := range args {
		args[i] = output.Sanitize(fmt.Sprint(arg))
	}
	question = fmt.Sprintf(question, args...)
	switch {
	case s.Globals.Yes, s.Globals.DryRun:
		return nil
	case !s.Interactive():
		return s.errNoTerminal(question, "--yes", s.WithFlag("--yes"))
	}
	yes, err := s.Prompter().Confirm(ctx, question, false)
	switch {
	case errors.Is(err, prompt.ErrBack):
		return s.errBack(s.dialog.at)
	case err != nil:
		return s.promptError(err)
	case !yes:
		return errDeclined()
	}
	return nil
}

// promptError words the error of a prompt without an answer.
func (s *Streams) promptError(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w; nothing was changed", exit.ErrNoAnswer)
	}
	return err
}

// errNoTerminal is the error for a change that needs a confirmation without a terminal:
// it names the flag and repeats the command line with it. The question begins with the
// change; the text after the question mark is the hint.
func (s *Streams) errNoTerminal(question, flag, repaired string) *exit.Error {
	asked, rest, _ := strings.Cut(question, "? ")
	asked = strings.TrimSuffix(asked, "?")
	return &exit.Error{
		Exit: exit.Unconfirmed,
		Message: "confirmation required to " + strings.ToLower(asked[:1]) + asked[1:] +
			", but this is not an interactive terminal. Add " + flag + ".",
		Hint: rest,
		Next: []string{repaired},
	}
}

// ConfirmName asks for a name to be typed before a change that must not happen by habit,
// for which --yes is not enough. given is the value of --confirm.
func (s *Streams) ConfirmName(ctx context.Context, given, name, question string, args ...any) error {
	for i, arg := range args {
		args[i] = output.Sanitize(fmt.Sprint(arg))
	}
	question = fmt.Sprintf(question, args...)
	switch {
	case s.Globals.DryRun:
		return nil
	case given == "" && !s.Interactive():
		const flag = "--confirm=NAME"
		repaired := strings.Replace(s.WithFlag(flag), flag, shellword.Quote("--confirm="+name), 1)
		return s.errNoTerminal(question, "--confirm NAME", repaired).WithHint("--yes is not enough")
	case given == "":
		s.Warn("%s", question)
		var err error
		given, err = s.Prompter().Input(ctx, fmt.Sprintf("Type %s to confirm", output.Sanitize(name)), "")
		if err != nil {
			return s.promptError(err)
		}
	}
	if !spelling.SameName(given, name) {
		e := &exit.Error{Exit: exit.Unconfirmed, Name: declinedCode, Message: fmt.Sprintf("%q is not %q; nothing was changed", given, name)}
		if spelling.Alike(given, name) {
			e.Hint = "they look the same: " + spelling.Difference(given, name)
		}
		return e
	}
	return nil
}

// Choose asks for one of options and returns its index. It must not be used unless
// Interactive.
func (s *Streams) Choose(ctx context.Context, question string, options ...prompt.Option) (int, error) {
	chosen, err := s.askList(question, options, nil, func(q prompt.Question, clean []prompt.Option) ([]int, error) {
		if len(q.Selected) > 0 {
			q.Default = q.Selected[0]
		}
		i, err := s.Prompter().Select(ctx, q, clean)
		return []int{i}, err
	})
	if err != nil {
		return 0, err
	}
	return chosen[0], nil
}

// ChooseSome asks for one or more of options and returns their indexes. Those at selected
// are selected at the beginning. It must not be used unless Interactive.
func (s *Streams) ChooseSome(ctx context.Context, question string, options []prompt.Option, selected []int) ([]int, error) {
	return s.askList(question, options, selected, func(q prompt.Question, clean []prompt.Option) ([]int, error) {
		return s.Prompter().MultiSelect(ctx, q, clean)
	})
}

// dialog holds the answers of a command's lists, so that Esc can go back to one.
type dialog struct {
	open   bool     // Esc goes back
	given  []answer // in the order of the questions
	at     int      // questions asked in this run
	replay int      // so many of them have the answer of the run before
}

type answer struct {
	question string
	options  []prompt.Option
	chosen   []int
}

// backError says which question to ask again.
type backError struct{ to int }

func (backError) Error() string { return prompt.ErrBack.Error() }

// Dialog runs a command that asks with lists. Esc at a list or a confirmation goes
// back to the list before it: the command runs again, with the same answers up to
// there. Until its last question is answered it must not change anything.
func (s *Streams) Dialog(run func() error) error {
	s.dialog = dialog{open: true}
	for {
		s.dialog.at = 0
		err := run()
		back, ok := errors.AsType[backError](err)
		if !ok {
			return err
		}
		s.dialog.replay = back.to
	}
}

// errBack is the error of Esc at a question: back to the list before it, or a
// cancellation if there is none. asked is the number of lists answered before.
func (s *Streams) errBack(asked int) error {
	e := errDeclined()
	if s.dialog.open && asked > 0 {
		e.Cause = backError{asked - 1}
	}
	return e
}

const (
	// declinedCode is the machine name of a question that was answered with no, with Esc,
	// or with another name than the one to be typed.
	declinedCode     = "DECLINED"
	cancelledMessage = "cancelled; nothing was changed"
)

// errDeclined is the error of a question that was answered with no.
func errDeclined() *exit.Error {
	return &exit.Error{Exit: exit.Unconfirmed, Name: declinedCode, Message: cancelledMessage}
}

// askList asks with a list, unless an earlier run has the answer.
func (s *Streams) askList(question string, options []prompt.Option, selected []int,
	ask func(prompt.Question, []prompt.Option) ([]int, error),
) ([]int, error) {
	d := &s.dialog
	at := d.at
	d.at++
	this := answer{question: question, options: sanitize(options)}
	if at < len(d.given) && (d.given[at].question != question || !slices.Equal(d.given[at].options, this.options)) {
		d.given = d.given[:at] // an answer is for the options that were shown, and no others
	}
	if at < len(d.given) {
		selected = d.given[at].chosen
		if at < d.replay {
			return selected, nil
		}
	}
	var err error
	this.chosen, err = ask(prompt.Question{Text: output.Sanitize(question), Selected: selected}, this.options)
	switch {
	case errors.Is(err, prompt.ErrBack):
		return nil, s.errBack(at)
	case err != nil:
		return nil, s.promptError(err)
	case at < len(d.given):
		d.given[at] = this
	default:
		d.given = append(d.given, this)
	}
	return this.chosen, nil
}

// sanitize makes text from outside safe for the terminal.
func sanitize(options []prompt.Option) []prompt.Option {
	clean := slices.Clone(options)
	for i, o := range clean {
		clean[i] = prompt.Option{
			Label: output.Sanitize(o.Label), Alias: output.Sanitize(o.Alias),
			Description: output.Sanitize(o.Description), Group: output.Sanitize(o.Group),
		}
	}
	return clean
}

// ReadSecretInput reads an existing secret from the file of a flag, - for standard input.
// Without a file it asks, or reads standard input where that is not a terminal. of names
// the secret.
func (s *Streams) ReadSecretInput(ctx context.Context, flag, file, of string) (secret.Text, error) {
	var text secret.Text
	var err error
	if file == "" && s.Interactive() {
		text, err = s.AskSecret(ctx, Capitalize(of))
	} else {
		text, err = s.readSecretFile(ctx, flag, cmp.Or(file, "-"), "the "+of)
	}
	if err != nil {
		return "", err
	}
	s.Secrets.Add(text)
	switch {
	case text == "":
		return "", exit.Usagef("the %s is empty", of).WithHint("pass it with %s FILE", flag)
	case strings.ContainsAny(text.Reveal(), "\r\n"):
		return "", exit.Usagef("the %s must be a single line", of)
	}
	return text, nil
}

// NewPassword reads a new password from the file of --password-file, - for standard
// input. Without a file it asks twice, or reads standard input where that is not a
// terminal. of names the owner of the password.
func (s *Streams) NewPassword(ctx context.Context, file, of string) (secret.Text, error) {
	const least = 6 // the service takes no shorter one
	text, err := s.password(ctx, file, of)
	if err != nil {
		return "", err
	}
	s.Secrets.Add(text)
	switch n := len([]rune(text.Reveal())); {
	case strings.ContainsAny(text.Reveal(), "\r\n"):
		return "", exit.Usagef("the password must be a single line")
	case n < least:
		return "", exit.Usagef("the password has %s; at least %d are required", spelling.Count(n, "character"), least)
	}
	return text, nil
}

func (s *Streams) password(ctx context.Context, file, of string) (secret.Text, error) {
	switch {
	case file == "" && s.Interactive():
		return s.askNewPassword(ctx, of)
	case file == "":
		file = "-"
	}
	return s.readSecretFile(ctx, "--password-file", file, "a password")
}

func (s *Streams) readSecretFile(ctx context.Context, flag, file, of string) (secret.Text, error) {
	if file == "-" && s.Terminal.In {
		return "", exit.Failf(exit.Unconfirmed, "%s is required", of).WithHint("pass it on standard input or with %s", flag)
	}
	s.warnReadable(file)
	text, err := s.ReadText(ctx, flag, file)
	return secret.Text(strings.TrimSuffix(text, "\n")), err
}

func (s *Streams) askNewPassword(ctx context.Context, of string) (secret.Text, error) {
	text, err := s.AskSecret(ctx, "New password of "+of)
	if err != nil {
		return "", err
	}
	again, err := s.AskSecret(ctx, "Repeat the password")
	if err == nil && again != text {
		err = &exit.Error{Exit: exit.Unconfirmed, Message: "the passwords do not match; nothing was changed"}
	}
	return text, err
}
