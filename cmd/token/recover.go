package token

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/onetime"
)

type recoverCmd struct {
	revokeUnconfirmed bool
	revoke            []string
	keep              []string
	deleted           []string
}

func newRecover(app *cli.App) *cobra.Command {
	var in recoverCmd
	cmd := &cobra.Command{
		Use:   "recover",
		Short: "Clean up after interrupted commands",
		Long: `Clean up after interrupted commands. Every token operation is recorded, without
secrets, before the token is generated. After an interruption, other commands
warn about the pending operation until it is finished here.

A token whose secret was not delivered is revoked. A token whose secret is in
the store or in its file is kept. astra cannot tell whether a secret it was
printing reached you: --revoke-unconfirmed revokes such tokens, --keep confirms
that you have the secret or that no token was generated.

The token is recognized by a mark in its description. If the service does not
show the mark, all new tokens are listed as candidates with their roles and
descriptions, the best matches first: choose one with --revoke. A deletion
counts only if a complete list confirms it. A list is complete if it contains
your own token and all earlier ones: if another administrator deleted one of
those, name it with --deleted. A request may still take effect within five
minutes of the command.

To continue a rotation whose new token is stored, use "astra token rotate" as
its row shows.`,
		Example: "  astra token recover\n" +
			"  astra token recover --revoke-unconfirmed --yes",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	f.BoolVar(&in.revokeUnconfirmed, "revoke-unconfirmed", false, "also revoke tokens whose secret was being printed")
	f.StringArrayVar(&in.revoke, "revoke", nil, "`ID` of a listed token to revoke; repeatable")
	f.StringArrayVar(&in.deleted, "deleted", nil, "`ID` of an older token that another administrator deleted; repeatable")
	f.StringArrayVar(&in.keep, "keep", nil, "`ID` of an operation, or of its token, to end without revoking; repeatable")
	return cli.WithoutPendingNotice(cmd)
}

func (in recoverCmd) run(ctx context.Context, app *cli.App) error {
	if err := cli.CheckList(app, remnantColumns(app)); err != nil {
		return err
	}
	journal, open, err := app.Operations()
	if err != nil {
		return err
	}
	if err := in.checkKept(open); err != nil {
		return err
	}
	found := make([]pendingOp, len(open))
	if err := in.noteDeleted(app, journal); err != nil {
		return err
	}
	var doomed, known []string
	for i, o := range open {
		session, err := app.Session(ctx)
		if err != nil {
			return err
		}
		found[i].open = o
		defer found[i].keepPending()
		found[i].examine(ctx, app, session, journal, in)
		known = append(known, found[i].clientIDs...)
		doomed = append(doomed, found[i].revoke...)
	}
	describe(ctx, app, found)
	for _, id := range in.revoke {
		if !slices.Contains(known, id) {
			return exit.NotFoundf("token of an unfinished operation", id, known).WithNext("astra token recover --dry-run")
		}
	}
	slices.Sort(doomed)
	doomed = slices.Compact(doomed)
	if len(doomed) > 0 {
		if err := app.Confirm(ctx, "Revoke %s?", strings.Join(doomed, ", ")); err != nil {
			return err
		}
	}
	if app.Globals.DryRun {
		return cli.Print(app, remnantColumns(app), found, "No unfinished operations.")
	}
	for i := range found {
		found[i].finish(ctx)
	}
	if err := cli.Print(app, remnantColumns(app), found, "No unfinished operations."); err != nil {
		return err
	}
	return verdict(found)
}

// checkKept refuses a --keep that names nothing, before anything is done.
func (in recoverCmd) checkKept(open []onetime.Open) error {
	for _, name := range in.keep {
		one := recoverCmd{keep: []string{name}}
		if !slices.ContainsFunc(open, one.keeps) {
			return exit.NotFoundf("unfinished operation", name, nil).WithNext("astra token recover --dry-run")
		}
	}
	return nil
}

// noteDeleted notes which older tokens another administrator deleted, as the user says.
func (in recoverCmd) noteDeleted(app *cli.App, journal onetime.Journal) error {
	for _, id := range in.deleted {
		if !cli.LooksLikeClientID(id) {
			return exit.Usagef("--deleted: %q is not a client ID", id)
		}
	}
	for _, id := range in.deleted {
		if app.DryRunf("note that %s was deleted", id) {
			continue
		}
		if err := journal.NoteDeleted(id); err != nil {
			return err
		}
	}
	return nil
}

// keeps reports whether --keep names an operation, or what it made.
func (in recoverCmd) keeps(o onetime.Open) bool {
	return slices.Contains(in.keep, o.ID) || o.Record.Made != "" && slices.Contains(in.keep, o.Record.Made)
}

// verdict fails while an operation is unfinished, and where a secret is kept, but not
// everywhere.
func verdict(found []pendingOp) error {
	var open []string
	var failure, short error
	for _, r := range found {
		switch {
		case r.unfinished():
			open = append(open, r.open.ID+" ("+r.state+")")
			failure = errors.Join(failure, r.failure)
		case r.failure != nil && r.outcome != isOpen:
			short = errors.Join(short, r.failure)
		}
	}
	if len(open) == 0 {
		return short
	}
	e := exit.Failf(exit.Unknown, "unfinished operations: %s", strings.Join(open, ", "))
	if failure != nil {
		e.Message += ": " + failure.Error()
	}
	if slices.ContainsFunc(found, func(r pendingOp) bool { return r.state == string(onetime.Waiting) }) {
		hint := "a request may still take effect; try again " + again(found)
		if slices.ContainsFunc(found, func(r pendingOp) bool { return r.state == string(onetime.Waiting) && len(r.clientIDs) > 0 }) {
			hint += ", or name the token to revoke with --revoke CLIENT-ID"
		}
		return e.WithHint("%s", hint).WithNext("astra token recover")
	}
	return e.WithHint("the column NEXT shows the command to run")
}

// again says when all requests of operations that wait are over.
func again(found []pendingOp) string {
	var until time.Time
	for _, r := range found {
		if r.until.After(until) {
			until = r.until
		}
	}
	if until.IsZero() {
		return "now"
	}
	return "after " + cli.TimeOfDay(until)
}
