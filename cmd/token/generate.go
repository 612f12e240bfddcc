package token

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/spelling"
)

type generate struct {
	roles       []string
	description string
	expires     string
	org         string
	save        string
	out         string
	format      string
	copy        bool
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

For APIs use the token; for drivers use client ID and secret. The token never
expires unless --expires is given.

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
	f.StringVar(&in.expires, "expires", "", "`time` at which the token expires: "+flags.ExpiryForms+" (default: never)")
	f.StringVar(&in.org, "org", "", "`ID` of the organization, for an enterprise token (default: that of the credential)")
	f.StringVar(&in.save, "save", "", "save the token in the secret store under this `name`")
	f.StringVar(&in.out, "out", "", "write the token to this new `file`, readable only by you")
	f.BoolVar(&in.copy, "copy", false, "also copy the token to the clipboard")
	flags.Enum(f, &in.format, "format", "", []string{"json", "csv", "env", "text"}, "`format` of the file (default by its suffix, else json)")
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
	if in.format != "" && in.out == "" {
		return exit.Usagef("--format requires --out; for standard output use -o")
	}
	if err := cli.CheckOne(app, generatedColumns(false)); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	roles, err := in.choose(ctx, app, session)
	if err != nil {
		return err
	}
	destinations, err := in.destinations(app, session, roles)
	if err != nil {
		return err
	}
	if of := lookup.Manages(roles...); of != "" {
		app.Say("This token can manage %s.", of)
	}
	if app.Interactive() && !app.Globals.Yes {
		explain(app, roles)
		if expires.IsZero() {
			app.Say("This token never expires. Use --expires 90d to limit it.")
		} else {
			app.Say("This token expires on %s.", formatExpiry(expires))
		}
		if err := app.Confirm(ctx, "Generate a token (%s)?", joinRoleNames(roles)); err != nil {
			return err
		}
	}
	order := onetime.Order{OrgID: in.org, Description: in.description, ExpiresAt: expires}
	for _, r := range roles {
		order.Roles = append(order.Roles, r.ID)
	}
	if order.OrgID == "" {
		if order.OrgID, err = session.OrgID(ctx); err != nil {
			return err
		}
	}
	if app.Globals.DryRun { // nothing may be touched, not even to try a destination out
		_, err := session.Tokens.Create(ctx, devops.NewToken(order))
		return err
	}
	if in.save == "" && in.out == "" && !in.copy {
		warnOfLog(app)
	}
	maker, err := app.Maker(ctx, session)
	if err != nil {
		return err
	}
	made, kept, err := maker.Make(ctx, order, destinations)
	app.Secrets.Add(made.Token)
	app.Secrets.Add(made.Secret)
	if made.ClientID == "" {
		return in.refused(ctx, session, err)
	}
	return in.report(app, made, roles, kept, err)
}

// refused words the refusal of a token for another organization than that of the
// token in use, which is not only about a permission.
func (in generate) refused(ctx context.Context, session *cli.Session, err error) error {
	if in.org == "" || !errors.Is(err, devops.ErrForbidden) {
		return err
	}
	own, failed := session.OrgID(ctx)
	if failed != nil || own == in.org {
		return err
	}
	return exit.Hint(err, "the token in use belongs to organization "+own+"; another one requires a token of its enterprise with org-token-write")
}

// choose returns the roles that were named, or those that are picked from a list.
func (in generate) choose(ctx context.Context, app *cli.App, session *cli.Session) ([]devops.Role, error) {
	if len(in.roles) > 0 {
		return session.RolesNamed(ctx, in.roles)
	}
	return app.PickRoles(ctx, session, "Roles for the token", nil)
}

// destinations are where the secret goes, safest first. Standard output is one
// only if there is no other.
func (in generate) destinations(app *cli.App, session *cli.Session, roles []devops.Role) ([]onetime.Destination, error) {
	var all []onetime.Destination
	shown := func(made devops.Credential) issuedView { return in.shown(made, roles) }
	if in.save != "" {
		saved, err := app.Saved(session, in.save)
		if err != nil {
			return nil, err
		}
		all = append(all, saved)
	}
	if in.out != "" {
		render, err := toFile(app, in.out, in.format, generatedColumns(true), shown)
		if err != nil {
			return nil, err
		}
		all = append(all, &onetime.File{Path: in.out, Format: in.format, Render: render})
	}
	if len(all) == 0 {
		all = append(all, &onetime.Stdout{File: app.Stdout(), To: app.Unfiltered(), Alone: true, Render: toStdout(app, generatedColumns(true), shown)})
	}
	if in.copy {
		all = append(all, app.Clipboard()) // the last one: what is on it cannot be taken back
	}
	return all, nil
}

// warnOfLog warns before a secret goes to standard output in CI, which keeps that.
func warnOfLog(app *cli.App) {
	if !app.Terminal.CI {
		return
	}
	if info, err := app.Stdout().Stat(); err == nil && info.Mode().IsRegular() {
		return
	}
	app.Warn("the secret goes to standard output and, unless redirected, into this job's log; use --out or --save")
}

// explain shows what the roles allow, before the question.
func explain(app *cli.App, roles []devops.Role) {
	for _, r := range roles {
		allowed := lookup.PermissionsOf(r)
		app.Say("%s has %s: %s", r.Name, spelling.Count(len(allowed), "permission"), strings.Join(allowed, ", "))
	}
}

// report says where the secret is, and shows what is no secret where it went
// elsewhere than to standard output.
func (in generate) report(app *cli.App, made devops.Credential, roles []devops.Role, kept []string, failure error) error {
	if in.save == "" && in.out == "" {
		app.Say("Save the secret and token now; they cannot be shown again.")
		app.Say("For APIs use the token; for drivers use client ID and secret.")
		if len(kept) > 1 {
			app.Say("The token is also in %s.", kept[len(kept)-1])
		}
		return failure
	}
	app.Say("Generated %s (%s); its secret is in %s.", made.ClientID, joinRoleNames(roles), strings.Join(kept, " and in "))
	if failure != nil {
		return failure
	}
	if in.save != "" {
		app.Say("Select it for a database: %s", app.Command("astra env use DB --saved-token "+in.save))
	}
	return cli.PrintOne(app, generatedColumns(false), in.shown(made, roles))
}

func joinRoleNames(roles []devops.Role) string {
	var names []string
	for _, r := range roles {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}

// formatExpiry is how an expiry is shown to people.
func formatExpiry(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}
