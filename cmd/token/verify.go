package token

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/shellword"
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

// verification is what is known of a token.
type verification struct {
	tokenRow
	reason         string // why it is not valid
	orgID, orgName string
	otherOrg       any // a bool, or nil where there is nothing to compare with
	permissions    []string
	near           string // advice about a name that was mistyped
}

func findingColumns() []output.Column[verification] {
	return []output.Column[verification]{
		{Key: "valid", Value: verification.valid},
		{Key: "reason", Value: func(f verification) any { return output.OrNull(f.reason) }},
		{Key: "clientId", Value: func(f verification) any { return f.ClientID }, Name: true},
		{Key: "name", Value: func(f verification) any { return output.OrNull(f.saved) }},
		{Key: "orgId", Value: func(f verification) any { return output.OrNull(f.orgID) }},
		{Key: "orgName", Value: func(f verification) any { return output.OrNull(f.orgName) }},
		{Key: "otherOrg", Value: func(f verification) any { return f.otherOrg }},
		{Key: "roles", Value: func(f verification) any { return f.roles }, Text: func(f verification) string { return lookup.RoleNames(f.roles) }},
		{Key: "permissions", Value: func(f verification) any { return f.permissions }},
		{Key: "expiresAt", Value: func(f verification) any { return f.ExpiresAt }, Unset: verification.unset},
		{Key: "current", Value: func(f verification) any { return f.current }},
	}
}

func verify(ctx context.Context, app *cli.App, ref string) error {
	f, err := examine(ctx, app, ref)
	if exit.Is(err, exit.NotFound) && isFile(ref) {
		return exit.Hint(err, "to verify a token in a file, give it on standard input", "astra token verify - < "+shellword.Quote(ref))
	}
	if err != nil {
		return err
	}
	if err := cli.PrintOne(app, findingColumns(), *f); err != nil {
		return err
	}
	if f.otherOrg == true {
		app.Warn("%s belongs to another organization than the login in use: %s", f.ClientID, f.orgID)
	}
	if f.reason == "" {
		return nil
	}
	if f.reason == isUntold {
		return exit.Failf(exit.CheckFailed, "the validity of %s is unknown: it is listed without its expiry", f.ClientID).
			WithHint("pass the whole token on standard input").WithNext("astra token verify -")
	}
	e := exit.Failf(exit.CheckFailed, "%s is not valid: %s", f.ClientID, f.explain())
	e.Hint = f.near
	if hint, command := app.OtherService(); f.reason == isRejected && e.Hint == "" && hint != "" {
		return e.WithHint("%s", hint).WithNext(command)
	}
	return e
}

// unset is what people read of a valid token without an expiry, if it was listed with
// its times.
func (f verification) unset() string {
	if f.reason == "" && !f.GeneratedOn.IsZero() {
		return "never"
	}
	return ""
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// valid is a bool, or nil if it is unknown.
func (f verification) valid() any {
	if f.reason == isUntold {
		return nil
	}
	return f.reason == ""
}

// explain says in words why the token is not valid.
func (f verification) explain() string {
	switch f.reason {
	case isExpired:
		return "expired on " + formatExpiry(f.ExpiresAt)
	case isRevoked:
		return "revoked"
	case isUnknown:
		return "not a token of this organization (revoked, or of another organization)"
	}
	return "rejected (revoked, expired, or for another service)"
}
