package tokens

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/onetime"
)

// RunAtStart is the hook cli.App.AtStart: it ends interrupted changes of profiles,
// except in a dry run, and warns about pending operations if notice is set.
func RunAtStart(ctx context.Context, app *cli.App, notice bool) {
	if !app.Globals.DryRun {
		if err := endTransfers(ctx, app); err != nil {
			app.Warn("secrets of an interrupted profile change remain: %v", err)
		}
	}
	if notice {
		warnPending(app)
	}
}

// warnPending warns in one line about the operations that earlier commands did not
// finish.
func warnPending(app *cli.App) {
	words, next, err := DescribeUnfinished(app)
	if errors.Is(err, config.ErrNoHome) {
		return // "astra doctor" reports it
	}
	if err != nil {
		app.Warn("cannot check for unfinished operations: %v", err)
		return
	}
	if len(words) == 0 {
		return
	}
	const most = 3
	if len(words) > most {
		words = append(words[:most], fmt.Sprintf("and %d more", len(words)-most))
	}
	if until := waitingUntil(app); until != "" {
		app.Warn("unfinished: %s. To finish: %s; unless it is listed by then, there is nothing to do before %s", strings.Join(words, ", "), app.Command(next), until)
		return
	}
	app.Warn("unfinished: %s. To finish: %s", strings.Join(words, ", "), app.Command(next))
}

// waitingUntil returns the time until which requests with lost answers may still take
// effect, if nothing else is unfinished; else it is empty.
func waitingUntil(app *cli.App) string {
	journal, err := openJournal(app)
	if err != nil {
		return ""
	}
	all, err := journal.List()
	if err != nil {
		return ""
	}
	now, err := app.ServiceNow()
	if err != nil {
		return ""
	}
	var until time.Time
	for _, o := range all {
		switch end := o.Record.UndecidedUntil(app.Now()); {
		case !o.NeedsWarning(now):
		case o.Err != nil || end.IsZero():
			return "" // something can be done now
		case until.IsZero() || end.Before(until):
			until = end
		}
	}
	if until.IsZero() {
		return ""
	}
	return cli.TimeOfDay(until)
}

// DescribeUnfinished names the operations that earlier commands did not finish, and the
// command that finishes them.
func DescribeUnfinished(app *cli.App) (words []string, next string, err error) {
	journal, err := openJournal(app)
	if err != nil {
		return nil, "", err
	}
	all, err := journal.List()
	if err != nil || len(all) == 0 {
		return nil, "", err
	}
	now, err := app.ServiceNow()
	if err != nil {
		return nil, "", err
	}
	next = "astra token rotate --due --yes"
	for _, o := range all {
		if o.NeedsWarning(now) {
			words = append(words, describeOperation(o))
			if !isDue(o) {
				next = "astra token recover"
			}
		}
	}
	return words, next, nil
}

// isDue reports whether all that remains of a rotation is to revoke its old token.
func isDue(o onetime.PendingOperation) bool {
	return o.Err == nil && o.Record.Kind == onetime.Rotating && o.Record.Step == onetime.Switched
}

// describeOperation names the token of an operation: by its client ID if that is known,
// else by the mark in the description.
func describeOperation(o onetime.PendingOperation) string {
	r := o.Record
	switch {
	case errors.Is(o.Err, onetime.ErrDamaged) && r.Made == "" || r.Kind == "":
		return "a damaged journal file " + o.Path
	case isDue(o):
		return "the old token " + r.Old + " of a rotation, which is due to be revoked"
	case r.Kind == onetime.Rotating:
		if !r.Step.Reached(onetime.Verified) { // the response may have named another token
			return "the rotation of " + r.Old + ", with mark " + r.Mark
		}
		return "the rotation of " + r.Old
	case r.Made != "":
		return "the token " + r.Made
	}
	if r.Named != "" {
		return "a token that may have been generated, perhaps " + r.Named + ", with mark " + r.Mark
	}
	return "a token that may have been generated, with mark " + r.Mark
}
