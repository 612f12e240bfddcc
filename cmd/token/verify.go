package token

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/rights"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/tokens"
)

type verify struct {
	can   string
	place rights.Place

	what access.What // of can
}

func newVerify(app *cli.App) *cobra.Command {
	var in verify
	cmd := &cobra.Command{
		Use:     "verify [TOKEN]",
		Aliases: []string{"check", "whoami"},
		Short:   "Check the validity and permissions of a token",
		Long: `Check the validity, organization and permissions of a token, by default of the
token in use.

A token given by client ID or saved name is looked up in the organization's
list. With - the whole token is read from standard input; it is checked with the
service and never stored. Its roles are shown if the login in use can list
tokens.

With --can it also answers whether the token has a permission or capability, such
as read-rows, at all of a place; "astra access why" explains the answer.

Exits with status 0 for a valid token, and 10 for any other, or if the answer of
--can is no or partly; with 11 if that is unknown. The output is one object in all
cases:

    valid        true or false; null if unknown
    reason       null or why it is invalid: expired; revoked (saved here and no longer listed); unknown (not listed: revoked, or of another organization); rejected (by the service); untold (listed without its expiry, and not saved here to be tested)
    clientId     the client ID
    name         the saved name, or null
    orgId        its organization, or null
    orgName      the name of that organization, or null
    otherOrg     whether that is another organization than that of the login; null without a login
    roles        [{id,name}], as far as visible
    permissions  all permissions of the roles, as API parameters
    places       [{permission,database,keyspace,table}], where the roles grant them for certain; database is {id,name}, "*" is all; null if a role may not be read
    can          the answer of --can: yes, no, partly, unclear or unknown; null without it
    expiresAt    when it expires, or null
    current      whether it is the token in use`,
		Example: "  astra token verify\n  astra token verify - < token.txt\n" +
			"  astra token verify --can read-rows --db demo --keyspace app",
		Args:        cli.Args("[TOKEN]"),
		Annotations: completion.Args(completion.Tokens),
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.run(cmd.Context(), app, strings.Join(args, ""))
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.can, "can", "", "ask whether the token has this `permission` or capability")
	rights.AddPlace(f, &in.place)
	completion.Flags(f, completion.Whats, "can")
	completion.Flags(f, completion.Databases, "db")
	completion.Flags(f, completion.Keyspaces, "keyspace")
	completion.Flags(f, completion.None, "table")
	return cmd
}

// check refuses wrong flags, before anything is sent.
func (in *verify) check(app *cli.App) error {
	if in.can == "" && in.place != (rights.Place{}) {
		return exit.Usagef("--db, --keyspace and --table require --can")
	}
	if err := in.place.Check(); err != nil || in.can == "" {
		return err
	}
	if err := cli.CheckOne(app, verificationColumns()); err != nil {
		return err
	}
	var err error
	in.what, err = rights.ParseWhat(in.can)
	return err
}

// ask answers --can, and returns how the command ends.
func (in *verify) ask(app *cli.App, f *tokens.Verification) (status, err error) {
	if in.can == "" || f.Reason != "" {
		if f.Hidden != "" {
			app.Say("%s; the roles of the token are not shown.", cli.Capitalize(f.Hidden))
		}
		return nil, nil
	}
	reason, status, err := f.Ask(app, in.what, in.place)
	if err == nil {
		app.Say("%s.", reason)
	}
	return status, err
}

func (in *verify) run(ctx context.Context, app *cli.App, ref string) error {
	if err := in.check(app); err != nil {
		return err
	}
	depth := tokens.Depth(in.can != "" || cli.ShowsOne(app, verificationColumns(), "places"))
	var f *tokens.Verification
	var err error
	if ref == "-" {
		f, err = verifyInput(ctx, app, depth)
	} else {
		f, err = tokens.Verify(ctx, app, ref, depth)
	}
	if exit.Is(err, exit.NotFound) && isFile(ref) {
		return exit.Hint(err, "to verify a token in a file, give it on standard input", "astra token verify - < "+shellword.Quote(ref))
	}
	if err != nil {
		return err
	}
	status, err := in.ask(app, f)
	if err != nil {
		return err
	}
	if f.Lost != nil {
		app.Warn("the places of the permissions are unknown: %v", f.Lost)
	}
	if err := cli.PrintOne(app, verificationColumns(), *f); err != nil {
		return err
	}
	if f.OtherOrg == true {
		app.Warn("%s belongs to another organization than the login in use: %s", f.ClientID, f.OrgID)
	}
	if f.Reason == "" {
		return status
	}
	if f.Reason == tokens.ReasonUntold {
		return exit.Failf(exit.CheckFailed, "the validity of %s is unknown: it is listed without its expiry", f.ClientID).
			WithHint("pass the whole token on standard input").WithNext("astra token verify -")
	}
	e := exit.Failf(exit.CheckFailed, "%s is not valid: %s", f.ClientID, f.ExplainReason())
	e.Hint = f.Suggestion
	if hint, command := app.OtherService(); f.Reason == tokens.ReasonRejected && e.Hint == "" && hint != "" {
		return e.WithHint("%s", hint).WithNext(command)
	}
	return e
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// verifyInput verifies a token with its secret on standard input.
func verifyInput(ctx context.Context, app *cli.App, depth tokens.Depth) (*tokens.Verification, error) {
	token, err := tokens.ReadToken(ctx, app)
	if err != nil {
		return nil, err
	}
	return tokens.VerifySecret(ctx, app, token, depth)
}
