package token

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/shellword"
)

type deleteCmd struct {
	refs     []string
	from     string
	chosen   filter
	ifExists bool
	force    bool
}

func newDelete(app *cli.App) *cobra.Command {
	var in deleteCmd
	cmd := &cobra.Command{
		Use:     "delete TOKEN…",
		Aliases: []string{"revoke", "rm"},
		Short:   "Revoke tokens immediately",
		Long: `Revoke tokens immediately. Clients that use them lose access.

A token is identified by its client ID, by its saved name, or by - with the
whole token on standard input. Name several as arguments or in the lines of
--from, or select them by the same filters as "astra token list". Tokens are
listed before they are revoked. If a name is unknown, nothing is revoked. Each
token is a row of the output: {row,input,id,action,outcome,exit,error}, with the
outcome ok, failed, unknown, unchanged or "not started".

Revoking the token in use requires --force; filters never select it. Saved
secrets of revoked tokens are deleted, also if the token was revoked elsewhere
and the service rejects it.`,
		Example: "  astra token generate --role 'RO User' --save throwaway\n" +
			"  astra token delete throwaway --yes\n" +
			"  astra token delete --role 'RO User' --older-than 90d --yes\n" +
			"  astra token list --filter description~nightly -o name | astra token delete --from - --yes",
		Args:        cli.Args("[TOKEN…]"),
		Annotations: completion.Args(completion.Repeat(completion.Tokens)),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.refs = args
			return in.run(cmd, app)
		},
	}
	cmd.Flags().StringVar(&in.from, "from", "", "revoke the tokens listed in a `file`, one per line; - reads standard input")
	completion.Flags(cmd.Flags(), completion.Files, "from")
	in.chosen.flags(cmd)
	cmd.Flags().BoolVar(&in.ifExists, "if-exists", false, "succeed if the token does not exist")
	cmd.Flags().BoolVar(&in.force, "force", false, "allow revoking the token in use")
	return cmd
}

func (in deleteCmd) run(cmd *cobra.Command, app *cli.App) error {
	ctx := cmd.Context()
	if err := in.check(); err != nil {
		return err
	}
	if err := cli.CheckList(app, bulkcmd.Columns()); err != nil {
		return err
	}
	named, err := in.names(ctx, app)
	if err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	all, err := rows(ctx, app, session)
	if err != nil {
		return err
	}
	var found []deleteArg
	if in.chosen != (filter{}) {
		found, err = in.choose(ctx, app, session, all)
	} else {
		found, err = in.find(ctx, app, session, all, named)
	}
	if err != nil {
		return err
	}
	witness, err := newWitness(app, session, all, found)
	if err != nil {
		return err
	}
	for _, t := range found {
		id := cmp.Or(t.ClientID, t.stale)
		rotates := func(r onetime.Record) bool { return id != "" && (r.Old == id || r.Made == id) }
		if err := app.CheckNoRotation("to revoke "+id, rotates); err != nil {
			return err
		}
	}
	if len(in.refs) > 0 && len(found) == 1 {
		return in.one(ctx, app, session, witness, found[0])
	}
	longer, cancel := app.ExtendTimeout(cmd, time.Duration(len(found))*time.Second)
	defer cancel()
	return in.several(longer, app, session, witness, found)
}

// check refuses a command line that names no tokens, or both names and chooses.
func (in deleteCmd) check() error {
	named := len(in.refs) > 0 || in.from != ""
	switch {
	case !named && in.chosen == filter{}:
		return exit.Usagef("TOKEN is required").WithHint("name tokens, or select them with --from, --role, --older-than or --no-expiry").
			WithNext("astra token list")
	case named && in.chosen != filter{}:
		return exit.Usagef("cannot combine named tokens with --role, --older-than or --no-expiry")
	}
	_, err := in.chosen.age()
	return err
}

// one revokes one token.
func (in deleteCmd) one(ctx context.Context, app *cli.App, session *cli.Session, witness *onetime.Witness, t deleteArg) error {
	row := bulk.Result{Row: 1, Input: t.input, ID: t.ClientID, Action: "delete", Outcome: bulk.OK}
	none := func(id string) error {
		row.ID, row.Action, row.Outcome = id, string(bulk.Unchanged), bulk.Unchanged
		return bulkcmd.PrintOne(app, row, nil)
	}
	switch {
	case t.stale != "":
		if err := deleteStale(ctx, app, session, witness, t); err != nil || app.Globals.DryRun {
			return err
		}
		return none(t.stale)
	case t.ClientID == "":
		app.Say("Token %s does not exist; nothing was revoked.", t.input)
		return none("")
	}
	if err := app.Confirm(ctx, "Revoke %s (%s)?", t.ClientID, t.words()); err != nil {
		return err
	}
	deleted := session.Tokens.Delete(ctx, t.ClientID)
	if app.Globals.DryRun {
		return deleted
	}
	if errors.Is(deleted, devops.ErrNotFound) && t.unlisted && t.saved != "" {
		return bulkcmd.PrintOne(app, row, exit.Failf(exit.Conflict, "token %s (%s) does not exist in the service, but its saved secret is accepted; nothing was changed", t.saved, t.ClientID).
			WithHint("the saved secret may belong to another token"))
	}
	if err := in.proven(ctx, app, witness, t, deleted); err != nil {
		return bulkcmd.PrintOne(app, row, fmt.Errorf("revoke %s: %w", t.ClientID, err))
	}
	if t.unlisted && errors.Is(deleted, devops.ErrNotFound) {
		app.Say("Token %s does not exist; nothing was revoked.", t.input)
		return none(t.ClientID)
	}
	app.Say("Revoked %s.", t.ClientID)
	return bulkcmd.PrintOne(app, row, deleteSaved(ctx, app, session, t.tokenRow))
}

// errStillListed is the failure of a revocation that the service accepted. A list may be late.
func errStillListed(app *cli.App, clientID string) error {
	return cli.StillListed("token "+clientID).WithHint("the list may be late; run this again after %s to verify", app.ListsLate())
}

// errGoneBefore is the failure of a revocation of what the service does not know and
// still lists.
func errGoneBefore(app *cli.App, clientID string, refusal error) error {
	return exit.Failf(exit.NotFound, "the service reported that %s does not exist but still lists it", clientID).Answering(refusal).
		WithHint("it was probably revoked before and the list is late; run this again after %s to verify", app.ListsLate())
}

// errNeverListed says why the absence of a token from lists proves nothing.
var errNeverListed = errors.New("the service accepted the deletion of a token that was never listed")

// proven verifies that a token is gone. deleted is the result of its DELETE.
func (in deleteCmd) proven(ctx context.Context, app *cli.App, witness *onetime.Witness, t deleteArg, deleted error) error {
	looking, cancel := cli.Proving(ctx)
	defer cancel()
	gone := witness.Gone(looking, map[string]bool{t.ClientID: deleted == nil})[t.ClientID]
	switch {
	case gone == nil && t.unlisted && errors.Is(deleted, devops.ErrNotFound) && !in.ifExists:
		return exit.NotFoundf("token", t.input, t.known).WithNext("astra token list")
	case gone == nil && t.unlisted && deleted == nil: // that no list shows it proves nothing then
		if rejected, err := witness.Rejected(looking, t.ClientID); err != nil || !rejected {
			return cli.Unverified(errors.Join(err, errNeverListed))
		}
		return nil
	case gone == nil:
		return nil
	case errors.Is(gone, absence.ErrStillListed) && deleted == nil:
		return errStillListed(app, t.ClientID)
	case errors.Is(gone, absence.ErrStillListed) && errors.Is(deleted, devops.ErrNotFound):
		return errGoneBefore(app, t.ClientID, deleted)
	case deleted != nil && (errors.Is(gone, absence.ErrStillListed) || t.unlisted):
		return deleted
	}
	return cli.Unverified(errors.Join(deleted, gone))
}

// words describes a token in a prompt.
func (r tokenRow) words() string {
	if r.GeneratedOn.IsZero() && r.roles == nil {
		return "not listed"
	}
	words := lookup.RoleNames(r.roles)
	if words == "" {
		words = "no roles"
	}
	if r.saved != "" {
		words = r.saved + ", " + words
	}
	if r.description != "" {
		words += ", " + r.description
	}
	return words + ", generated " + cli.Age(r.now, r.GeneratedOn) + " ago"
}

// newWitness returns what decides whether tokens are gone, once their DELETE was
// sent. all are the rows of the list. That the service rejects a young token is no
// proof, unless it accepted it before: it may not know it yet.
func newWitness(app *cli.App, session *cli.Session, all []tokenRow, found []deleteArg) (*onetime.Witness, error) {
	w, err := app.Witness(session, tokensOf(all))
	if err != nil {
		return nil, err
	}
	rejected := w.Rejected
	w.Rejected = func(ctx context.Context, clientID string) (bool, error) {
		isOld := slices.ContainsFunc(all, func(r tokenRow) bool {
			return r.ClientID == clientID && !r.GeneratedOn.IsZero() && r.now.Sub(r.GeneratedOn) >= young
		})
		accepted := slices.ContainsFunc(found, func(t deleteArg) bool { return t.unlisted && t.saved != "" && t.ClientID == clientID })
		if clientID != session.ClientID && !isOld && !accepted {
			return false, nil
		}
		return rejected(ctx, clientID)
	}
	return w, nil
}

// tokensOf returns the tokens of rows.
func tokensOf(all []tokenRow) []devops.Token {
	tokens := make([]devops.Token, 0, len(all))
	for _, r := range all {
		tokens = append(tokens, r.Token)
	}
	return tokens
}

// young is the age of a token up to which a service may not know it everywhere.
const young = 10 * time.Minute

// deleteSaved deletes the saved secret of a revoked token, also from its bindings.
func deleteSaved(ctx context.Context, app *cli.App, session *cli.Session, deleted tokenRow) error {
	if deleted.saved == "" {
		return nil
	}
	profile, err := sessionProfile(app, session)
	if err != nil {
		return err
	}
	saved, _ := profile.Token(deleted.saved)
	return removeSaved(ctx, app, profile.Name, saved)
}

// removeSaved deletes the saved secret of a token from a profile, also from its bindings.
func removeSaved(ctx context.Context, app *cli.App, profile string, saved config.SavedToken) error {
	store, err := app.Store(saved.Store)
	if err != nil {
		return err
	}
	if err := awaitRejection(ctx, app, profile, saved); err != nil {
		return err
	}
	err = store.Delete(ctx, cli.SavedKey(profile, saved))
	if err != nil && !errors.Is(err, credential.ErrNotFound) {
		return exit.Hint(err, "the token was revoked, but its saved secret was not deleted")
	}
	p, err := app.NamedProfile(profile)
	if app.Sandboxed() {
		p, err = app.Profile()
	}
	if err == nil {
		err = app.DropRESTSessions(ctx, p, saved.ClientID)
	}
	if err != nil {
		return err
	}
	return app.UpdateProfile(ctx, profile, func(p *config.Profile) error {
		for _, database := range p.DatabasesWith(saved.Name) {
			app.Say("The token was selected for %s. To select another one: %s", database,
				app.Command("astra env use "+shellword.Quote(lookup.Reference(database))+" --role ROLE"))
		}
		p.RemoveToken(saved.Name)
		return nil
	})
}
