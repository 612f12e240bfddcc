package token

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/tokens"
)

type recoverCmd struct{ tokens.RecoveryOptions }

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
those, name it with --deleted. For ten minutes after the command, a request may
still take effect and its token be listed.

To continue a rotation whose new token is stored, use "astra token rotate" as
its row shows.`,
		Example: "  astra token recover\n" +
			"  astra token recover --revoke-unconfirmed --yes",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	f.BoolVar(&in.RevokeUnconfirmed, "revoke-unconfirmed", false, "also revoke tokens whose secret was being printed")
	f.StringArrayVar(&in.Revoke, "revoke", nil, "`ID` of a listed token to revoke; repeatable")
	f.StringArrayVar(&in.Deleted, "deleted", nil, "`ID` of an older token that another administrator deleted; repeatable")
	f.StringArrayVar(&in.Keep, "keep", nil, "`ID` of an operation, or of its token, to end without revoking; repeatable")
	return cli.WithoutPendingNotice(cmd)
}

func (in recoverCmd) run(ctx context.Context, app *cli.App) error {
	if err := cli.CheckList(app, pendingColumns(app)); err != nil {
		return err
	}
	found, err := tokens.ExaminePending(ctx, app, in.RecoveryOptions)
	for i := range found {
		defer found[i].Leave()
	}
	if err != nil {
		return err
	}
	var toRevoke []string
	for _, p := range found {
		toRevoke = append(toRevoke, p.Revoke...)
	}
	slices.Sort(toRevoke)
	if toRevoke = slices.Compact(toRevoke); len(toRevoke) > 0 {
		if err := app.Confirm(ctx, "Revoke %s?", strings.Join(toRevoke, ", ")); err != nil {
			return err
		}
	}
	if !app.Globals.DryRun {
		for i := range found {
			found[i].Finish(ctx)
		}
	}
	if err := cli.Print(app, pendingColumns(app), found, "No unfinished operations."); err != nil || app.Globals.DryRun {
		return err
	}
	return tokens.RecoveryError(found)
}
