package token

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/tokens"
)

func newVerify(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "verify [TOKEN]",
		Aliases: []string{"check", "whoami"},
		Short:   "Check the validity and permissions of a token",
		Long: `Check the validity, organization and permissions of a token, by default of the
token in use.

A token given by client ID or saved name is looked up in the organization's
list. With - the whole token is read from standard input; it is checked with the
service and never stored. Its roles are shown if the login in use can list
tokens.

Exits with status 0 for a valid token and 10 for any other. The output is one
object in both cases:

    valid        true or false; null if unknown
    reason       null or why it is invalid: expired; revoked (saved here and no longer listed); unknown (not listed: revoked, or of another organization); rejected (by the service); untold (listed without its expiry, and not saved here to be tested)
    clientId     the client ID
    name         the saved name, or null
    orgId        its organization, or null
    orgName      the name of that organization, or null
    otherOrg     whether that is another organization than that of the login; null without a login
    roles        [{id,name}], as far as visible
    permissions  all permissions of the roles, as API parameters
    expiresAt    when it expires, or null
    current      whether it is the token in use`,
		Example:     "  astra token verify\n  astra token verify - < token.txt",
		Args:        cli.Args("[TOKEN]"),
		Annotations: completion.Args(completion.Tokens),
		RunE: func(cmd *cobra.Command, args []string) error {
			return verify(cmd.Context(), app, strings.Join(args, ""))
		},
	}
}

func verify(ctx context.Context, app *cli.App, ref string) error {
	var f *tokens.Verification
	var err error
	if ref == "-" {
		f, err = verifyInput(ctx, app)
	} else {
		f, err = tokens.Verify(ctx, app, ref)
	}
	if exit.Is(err, exit.NotFound) && isFile(ref) {
		return exit.Hint(err, "to verify a token in a file, give it on standard input", "astra token verify - < "+shellword.Quote(ref))
	}
	if err != nil {
		return err
	}
	if err := cli.PrintOne(app, verificationColumns(), *f); err != nil {
		return err
	}
	if f.OtherOrg == true {
		app.Warn("%s belongs to another organization than the login in use: %s", f.ClientID, f.OrgID)
	}
	if f.Reason == "" {
		return nil
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
func verifyInput(ctx context.Context, app *cli.App) (*tokens.Verification, error) {
	token, err := tokens.ReadToken(ctx, app)
	if err != nil {
		return nil, err
	}
	return tokens.VerifySecret(ctx, app, token)
}
