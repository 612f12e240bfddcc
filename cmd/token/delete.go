package token

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/tokens"
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
	all, err := tokens.List(ctx, app, session)
	if err != nil {
		return err
	}
	var found []tokens.RevocationTarget
	if in.chosen != (filter{}) {
		found, err = in.choose(ctx, app, session, all)
	} else {
		options := tokens.DeletionOptions{Force: in.force, IfExists: in.ifExists, Single: len(in.refs) == 1}
		found, err = tokens.ResolveDeletions(ctx, app, session, all, named, options)
	}
	if err != nil {
		return err
	}
	revoker, err := tokens.NewRevoker(app, session, all, found, in.ifExists)
	if err != nil {
		return err
	}
	if len(in.refs) > 0 && len(found) == 1 {
		return revokeOne(ctx, app, revoker, found[0])
	}
	longer, cancel := app.ExtendTimeout(cmd, time.Duration(len(found))*time.Second)
	defer cancel()
	return revokeSeveral(longer, app, revoker, found)
}

// check refuses a command line without tokens, or with both names and filters.
func (in deleteCmd) check() error {
	named := len(in.refs) > 0 || in.from != ""
	switch {
	case !named && in.chosen == filter{}:
		return exit.Usagef("TOKEN is required").WithHint("name tokens, or select them with --from, " + filterFlags).
			WithNext("astra token list")
	case named && in.chosen != filter{}:
		return exit.Usagef("cannot combine named tokens with %s", filterFlags)
	}
	return in.chosen.check()
}

// names returns the tokens that are named on the command line and in --from.
func (in deleteCmd) names(ctx context.Context, app *cli.App) ([]tokens.NamedToken, error) {
	var all []tokens.NamedToken
	for _, ref := range in.refs {
		if ref != "-" {
			all = append(all, tokens.NamedToken{Ref: ref})
			continue
		}
		if in.from == "-" || slices.ContainsFunc(all, func(n tokens.NamedToken) bool { return n.Line == "standard input: " }) {
			return nil, exit.Usagef("standard input cannot be both a whole token and the lines of --from")
		}
		token, err := tokens.ReadToken(ctx, app)
		if err != nil {
			return nil, err
		}
		all = append(all, tokens.NamedToken{Line: "standard input: ", Ref: token.ClientID})
	}
	if in.from == "" {
		return all, nil
	}
	text, err := app.ReadText(ctx, "--from", in.from)
	if err != nil {
		return nil, err
	}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		place := fmt.Sprintf("line %d: ", number)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case secret.LooksLikeToken(line):
			return nil, exit.Usagef("--from: %sfound a whole token; use its client ID, the 24 letters in the middle", place)
		case spelling.Unseen(line) != "":
			return nil, exit.Usagef("--from: %s%s is not allowed in a name", place, spelling.Unseen(line))
		default:
			all = append(all, tokens.NamedToken{Line: place, Ref: line})
		}
	}
	return all, nil
}

// choose returns the tokens that match the filters.
func (in deleteCmd) choose(ctx context.Context, app *cli.App, session *cli.Session, all []tokens.Token) ([]tokens.RevocationTarget, error) {
	chosen, err := in.chosen.choose(ctx, app, session, all)
	if err != nil {
		return nil, err
	}
	var found []tokens.RevocationTarget
	for _, r := range chosen {
		if r.Current && !in.force {
			app.Warn("skipping %s, the token in use; --force revokes it too", r.ClientID)
			continue
		}
		found = append(found, tokens.RevocationTarget{Token: r, Input: r.ClientID})
	}
	return found, nil
}

// revokeOne revokes one token.
func revokeOne(ctx context.Context, app *cli.App, revoker *tokens.Revoker, t tokens.RevocationTarget) error {
	row := bulk.Result{Row: 1, Input: t.Input, ID: t.ClientID, Action: "delete", Outcome: bulk.OK}
	printUnchanged := func(id string) error {
		row.ID, row.Action, row.Outcome = id, string(bulk.Unchanged), bulk.Unchanged
		return bulkcmd.PrintOne(app, row, nil)
	}
	switch {
	case t.Stale != "":
		if err := deleteStale(ctx, app, revoker, t); err != nil || app.Globals.DryRun {
			return err
		}
		return printUnchanged(t.Stale)
	case t.ClientID == "":
		app.Say("Token %s does not exist; nothing was revoked.", t.Input)
		return printUnchanged("")
	}
	if err := app.Confirm(ctx, "Revoke %s (%s)?", t.ClientID, t.Describe()); err != nil {
		return err
	}
	existed, err := revoker.Revoke(ctx, t)
	switch {
	case app.Globals.DryRun:
		return err
	case err != nil:
		return bulkcmd.PrintOne(app, row, err)
	case !existed:
		app.Say("Token %s does not exist; nothing was revoked.", t.Input)
		return printUnchanged(t.ClientID)
	}
	app.Say("Revoked %s.", t.ClientID)
	return bulkcmd.PrintOne(app, row, revoker.DeleteSecret(ctx, t))
}

// deleteStale deletes the saved secret of a token that was revoked elsewhere.
func deleteStale(ctx context.Context, app *cli.App, revoker *tokens.Revoker, t tokens.RevocationTarget) error {
	if err := app.Confirm(ctx, "Delete the saved secret of %s (%s, already revoked)?", t.Saved, t.Stale); err != nil {
		return err
	}
	if app.DryRunf("delete the saved secret of %s (already revoked)", t.Saved) {
		return nil
	}
	if err := revoker.DeleteStale(ctx, t); err != nil {
		return err
	}
	app.Say("Deleted the saved secret of %s (%s, already revoked).", t.Saved, t.Stale)
	return nil
}

// revokeSeveral shows the tokens, asks for confirmation, and prints a row for each.
func revokeSeveral(ctx context.Context, app *cli.App, revoker *tokens.Revoker, found []tokens.RevocationTarget) error {
	tokens.SortForRevocation(found)
	live, stale := 0, 0
	for _, t := range found {
		if t.ClientID != "" {
			app.Say("- %s (%s)", t.ClientID, t.Describe())
			live++
		}
		if t.Stale != "" {
			app.Say("- %s (%s, already revoked; its saved secret is deleted)", t.Stale, t.Saved)
			stale++
		}
	}
	var effects []string
	if live > 0 {
		effects = append(effects, "revoke "+spelling.Count(live, "token"))
	}
	if stale > 0 {
		effects = append(effects, "delete the saved secrets of "+spelling.Count(stale, "revoked token"))
	}
	if len(effects) > 0 {
		question := strings.Join(effects, " and ")
		if err := app.Confirm(ctx, "%s?", strings.ToUpper(question[:1])+question[1:]); err != nil {
			return err
		}
	}
	if app.Globals.DryRun {
		if stale > 0 {
			app.DryRunf("delete the saved secrets of %s", spelling.Count(stale, "revoked token"))
		}
		return revoker.DryRun(ctx, found)
	}
	results := revoker.RevokeAll(ctx, found)
	if live > 0 {
		app.Say("Revoked %d of %s.", countRevoked(results), spelling.Count(live, "token"))
	}
	if err := cli.Print(app, bulkcmd.Columns(), results, "No tokens match."); err != nil {
		return err
	}
	return bulkcmd.Summarize(app, results, false)
}

// countRevoked returns the number of revoked tokens, also of those whose saved secret
// was not deleted.
func countRevoked(results []bulk.Result) int {
	n := bulk.Done(results)
	for _, r := range results {
		if r.Action == "delete" && exit.Code(r.Exit) == exit.SomeFailed {
			n++
		}
	}
	return n
}
