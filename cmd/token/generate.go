package token

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/tokens"
)

type generate struct {
	roles       []string
	description string
	expires     string
	org         string
	tokens.Delivery
}

func newGenerate(app *cli.App) *cobra.Command {
	var in generate
	cmd := &cobra.Command{
		Use:        "generate --role ROLE",
		Aliases:    []string{"create"},
		SuggestFor: []string{"new", "add"},
		Short:      "Generate an application token",
		Long: `Generate an application token with one or more roles.

Client ID, secret and token are written to standard output, unless --save puts
them into the secret store or --out into a new file. The service shows them only
once, so every destination is checked before the token is generated, and a token
that could not be delivered is revoked.

--copy also copies the token to the clipboard: with wl-copy, xclip, xsel,
pbcopy, clip.exe or termux-clipboard-set, else through the terminal (OSC 52,
also over ssh). The clipboard is never the only destination, because it cannot
be checked.

For APIs use the token; for drivers use client ID and secret. Without --expires
it expires after the maximum lifetime that the organization sets, or never.

--org generates a token of another organization with a token of its enterprise.
A token that the service made for an organization or with roles other than
requested is revoked and not delivered.

Without org-token-read astra cannot list tokens: a token whose response is lost,
or that could not be delivered, is neither found nor revoked.

On a terminal you can pick the roles from a list, and their permissions are
shown before the token is generated.`,
		Example: "  astra token generate --role 'RO User' -o json\n" +
			"  astra token generate --role 'R/W User' --description 'orders service' --expires 90d --save orders",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return app.Dialog(func() error { return in.run(cmd.Context(), app) })
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&in.roles, "role", nil, "`name` or ID of a role; repeatable")
	f.StringVar(&in.description, "description", "", "`text` that describes the token")
	f.StringVar(&in.expires, "expires", "", "`time` at which the token expires: "+flags.ExpiryForms+" (default: the limit of the organization, if any)")
	f.StringVar(&in.org, "org", "", "`ID` of the organization, for an enterprise token (default: that of the credential)")
	f.StringVar(&in.Save, "save", "", "save the token in the secret store under this `name`")
	f.StringVar(&in.Out, "out", "", "write the token to this new `file`, readable only by you")
	f.BoolVar(&in.Copy, "copy", false, "also copy the token to the clipboard")
	flags.Enum(f, &in.Format, "format", "", []string{"json", "csv", "env", "text"}, "`format` of the file (default by its suffix, else json)")
	completion.Flags(f, completion.Roles, "role")
	completion.Flags(f, completion.OrganizationIDs, "org")
	completion.Flags(f, completion.Files, "out")
	return cmd
}

func (in generate) run(ctx context.Context, app *cli.App) error {
	if len(in.roles) == 0 && !app.Interactive() {
		return exit.Usagef("--role is required").WithNext("astra role list")
	}
	now, err := app.ServiceNow()
	if err != nil {
		return err
	}
	expires, err := flags.ParseExpiry("--expires", in.expires, now)
	if err != nil {
		return err
	}
	if in.Format != "" && in.Out == "" {
		return exit.Usagef("--format requires --out; for standard output use -o")
	}
	if err := cli.CheckOne(app, tokens.IssuedColumns(false)); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	session.Ahead(ctx, lookup.Roles(), lookup.Org())
	asks := app.Interactive() && !app.Globals.Yes
	if !asks && len(in.roles) > 0 && in.org == "" && !app.Globals.DryRun {
		session.Ahead(ctx, lookup.Tokens()) // the list before the request; after a prompt it would be old
	}
	roles, err := in.choose(ctx, app, session)
	if err != nil {
		return err
	}
	if devops.LooksLikeID(in.org) {
		in.org = strings.ToLower(in.org) // as the service has it
	}
	request := onetime.Request{OrgID: in.org, Description: in.description, ExpiresAt: expires}
	issue, err := tokens.NewIssue(app, session, roles, request, in.Delivery)
	if err != nil {
		return err
	}
	if of := lookup.Manages(roles...); of != "" {
		app.Say("This token can manage %s.", of)
	}
	if asks {
		explain(app, roles)
		if expires.IsZero() {
			app.Say("Without --expires this token lasts as long as the organization permits. Use --expires 90d to limit it.")
		} else {
			app.Say("This token expires on %s.", tokens.FormatTime(expires))
		}
		if err := app.Confirm(ctx, "Generate a token (%s)?", joinRoleNames(roles)); err != nil {
			return err
		}
	}
	if issue.Shown && !app.Globals.DryRun {
		warnOfLog(app)
	}
	made, kept, err := issue.Run(ctx)
	if made.ClientID == "" {
		return in.explainRefusal(ctx, session, err)
	}
	return in.report(app, issue.View(made), kept, err)
}

// explainRefusal explains the refusal of a token for another organization, for which a
// permission does not suffice.
func (in generate) explainRefusal(ctx context.Context, session *cli.Session, err error) error {
	if in.org == "" || !errors.Is(err, devops.ErrForbidden) {
		return err
	}
	own, failed := session.OrgID(ctx)
	if failed != nil || own == in.org {
		return err
	}
	return exit.Hint(err, "the token in use belongs to organization "+own+"; another one requires a token of its enterprise with org-token-write")
}

// choose returns the roles of --role, or those that the user picks from a list.
func (in generate) choose(ctx context.Context, app *cli.App, session *cli.Session) ([]devops.Role, error) {
	if len(in.roles) > 0 {
		return session.FindRoles(ctx, in.roles)
	}
	return app.PickRoles(ctx, session, "Roles for the token", nil)
}

// warnOfLog warns before a secret goes to standard output in CI, which logs it.
func warnOfLog(app *cli.App) {
	if !app.Terminal.CI {
		return
	}
	if info, err := app.Stdout().Stat(); err == nil && info.Mode().IsRegular() {
		return
	}
	app.Warn("the secret goes to standard output and, unless redirected, into this job's log; use --out or --save")
}

// explain shows the permissions of the roles before the confirmation.
func explain(app *cli.App, roles []devops.Role) {
	for _, r := range roles {
		allowed := lookup.PermissionsOf(r)
		app.Say("%s has %s: %s", r.Name, spelling.Count(len(allowed), "permission"), strings.Join(allowed, ", "))
	}
}

// report says where the secret is, and prints the other facts if it is not on standard
// output.
func (in generate) report(app *cli.App, made tokens.IssuedToken, kept []string, failure error) error {
	if in.ToStdout() {
		app.Say("Save the secret and token now; they cannot be shown again.")
		app.Say("For APIs use the token; for drivers use client ID and secret.")
		if len(kept) > 1 {
			app.Say("The token is also in %s.", kept[len(kept)-1])
		}
		return failure
	}
	app.Say("Generated %s (%s); its secret is in %s.", made.ClientID, lookup.RoleNames(made.Roles), strings.Join(kept, " and in "))
	if failure != nil {
		return failure
	}
	if in.Save != "" {
		app.Say("Select it for a database: %s", app.Command("astra env use DB --saved-token "+in.Save))
	}
	return cli.PrintOne(app, tokens.IssuedColumns(false), made)
}

func joinRoleNames(roles []devops.Role) string {
	var names []string
	for _, r := range roles {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}
