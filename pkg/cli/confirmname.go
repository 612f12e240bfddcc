package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// ConfirmName asks for a name to be typed before something that one does not
// want to do by habit; --yes is no answer to that. given is the value of
// --confirm.
func (a *App) ConfirmName(ctx context.Context, given, name, question string, args ...any) error {
	for i, arg := range args {
		args[i] = output.Sanitize(fmt.Sprint(arg))
	}
	question = fmt.Sprintf(question, args...)
	switch {
	case a.Globals.DryRun:
		return nil
	case given == "" && !a.Interactive():
		const flag = "--confirm=NAME"
		repaired := strings.Replace(a.withFlag(flag), flag, shellword.Quote("--confirm="+name), 1)
		return &exit.Error{
			Exit: exit.Unconfirmed, Message: question + ": the name has to be typed, and there is nobody to ask",
			Hint: "give the name with --confirm; --yes is not enough", Next: []string{repaired},
		}
	case given == "":
		a.Warn("%s", question)
		var err error
		given, err = a.Prompter().Input(ctx, fmt.Sprintf("Type %s to confirm", output.Sanitize(name)), "")
		if err != nil {
			return a.asked(err)
		}
	}
	if !spelling.SameName(given, name) {
		e := &exit.Error{Exit: exit.Unconfirmed, Name: wasDeclined, Message: fmt.Sprintf("%q is not %q; nothing was changed", given, name)}
		if spelling.Alike(given, name) {
			e.Hint = "they look the same: " + spelling.Difference(given, name)
		}
		return e
	}
	return nil
}
