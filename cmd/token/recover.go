package token

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/onetime"
)

type recovery struct {
	revokeUnconfirmed bool
	revoke            []string
	keep              []string
}

func newRecover(app *cli.App) *cobra.Command {
	var in recovery
	cmd := &cobra.Command{
		Use:   "recover",
		Short: "Settle what an interrupted run left behind",
		Long: `Settle what an interrupted run left behind. Before a token is made, that is
written down, without any secret; if the run is cut short, every command reminds of
it until it is settled here.

A token whose secret nobody holds is revoked. One whose secret is in the store or in
its file is kept. Whether a secret that was being shown arrived, only you can tell:
--revoke-unconfirmed revokes such tokens, --keep says that you hold the secret, or
that there is nothing to settle. Where the service shows no descriptions, tokens that
look like the one that was made are named, and --revoke says which it is.

A rotation whose new token is stored goes on with "token rotate"; the row says how.`,
		Example: "  astra --sandbox token recover\n" +
			"  astra --sandbox token recover --revoke-unconfirmed --yes",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	f.BoolVar(&in.revokeUnconfirmed, "revoke-unconfirmed", false, "also revoke what was being shown when the run ended")
	f.StringArrayVar(&in.revoke, "revoke", nil, "`id` of a token that is shown here, to be revoked; may be repeated")
	f.StringArrayVar(&in.keep, "keep", nil, "`id` of an operation, or of its token, to end without revoking anything; may be repeated")
	return cli.Untold(cmd)
}

func (in recovery) run(ctx context.Context, app *cli.App) error {
	if err := cli.CheckList(app, remnantColumns(app)); err != nil {
		return err
	}
	journal, err := app.Journal()
	if err != nil {
		return err
	}
	open, err := journal.List()
	if err != nil {
		return err
	}
	if err := in.checkKept(open); err != nil {
		return err
	}
	found := make([]remnant, len(open))
	var doomed, known []string
	for i, o := range open {
		session, err := app.Session(ctx)
		if err != nil {
			return err
		}
		found[i].open = o
		defer found[i].leave()
		found[i].examine(ctx, app, session, journal, in)
		known = append(known, found[i].clientIDs...)
		if id := found[i].revoke; id != "" {
			doomed = append(doomed, id)
		}
	}
	for _, id := range in.revoke {
		if !slices.Contains(known, id) {
			return cli.NotFoundf("token of an open operation", id, known).WithNext("astra token recover --dry-run")
		}
	}
	if len(doomed) > 0 {
		if err := app.Confirm(ctx, "Revoke %s?", strings.Join(doomed, ", ")); err != nil {
			return err
		}
	}
	if app.Globals.DryRun {
		return cli.Print(app, remnantColumns(app), found, "Nothing is open.")
	}
	for i := range found {
		found[i].settle(ctx)
	}
	if err := cli.Print(app, remnantColumns(app), found, "Nothing is open."); err != nil {
		return err
	}
	return verdict(found)
}

// checkKept refuses a --keep that names nothing, before anything is done.
func (in recovery) checkKept(open []onetime.Open) error {
	for _, name := range in.keep {
		one := recovery{keep: []string{name}}
		if !slices.ContainsFunc(open, one.keeps) {
			return cli.NotFoundf("open operation", name, nil).WithNext("astra token recover --dry-run")
		}
	}
	return nil
}

// keeps reports whether --keep names an operation, or what it made.
func (in recovery) keeps(o onetime.Open) bool {
	return slices.Contains(in.keep, o.ID) || o.Record.Made != "" && slices.Contains(in.keep, o.Record.Made)
}

// verdict fails while something is open that somebody should settle, and where a
// secret is kept, but not everywhere.
func verdict(found []remnant) error {
	var open []string
	var failure, short error
	for _, r := range found {
		switch {
		case r.unsettled():
			open = append(open, r.open.ID+" ("+r.state+")")
			failure = errors.Join(failure, r.failure)
		case r.failure != nil:
			short = errors.Join(short, r.failure)
		}
	}
	if len(open) == 0 {
		return short
	}
	e := cli.Failf(cli.Unknown, "not settled: %s", strings.Join(open, ", "))
	if failure != nil {
		e.Message += ": " + failure.Error()
	}
	if slices.ContainsFunc(found, func(r remnant) bool { return r.state == string(onetime.Waiting) }) {
		return e.WithHint("a request may be on its way yet: look again in half a minute").WithNext("astra token recover")
	}
	return e.WithHint("the rows say what is next")
}
