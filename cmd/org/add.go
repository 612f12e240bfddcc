package org

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/browser"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

type add struct {
	name, email, adminUser, enterprise string
}

func newAdd(app *cli.App) *cobra.Command {
	var in add
	cmd := &cobra.Command{
		Use:     "add NAME --email EMAIL",
		Aliases: []string{"create"},
		Short:   "Add an organization to the enterprise",
		Long: `Add an organization to the enterprise of the credential. The service sends an
email to --email, the address of its owner.

The administrator of the new organization is the member of this organization
with the address --email, or the user with the ID --admin-user.

The API neither lists nor deletes organizations. So the organization is recorded
on this machine and shown by "astra org list". To use it, generate a token for it
with "astra token generate --org ID", and log in with that token.`,
		Example: "  astra org add 'Acme Europe' --email owner@example.com --yes",
		Args:    cli.Args("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.name = strings.TrimSpace(args[0])
			return in.run(cmd.Context(), app)
		},
	}
	cmd.Flags().StringVar(&in.email, "email", "", "email `address` of the owner, who is notified")
	cmd.Flags().StringVar(&in.adminUser, "admin-user", "", "`ID` of the user who becomes its administrator (default: the member with the address of --email)")
	cmd.Flags().StringVar(&in.enterprise, "enterprise", "", "`ID` of the enterprise (default: that of the credential)")
	return cmd
}

func (in add) run(ctx context.Context, app *cli.App) error {
	var err error
	if in.name, err = app.CheckName("an organization", in.name); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	in.email = app.Compose(in.email)
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	admin, err := in.administrator(ctx, session)
	if err != nil {
		return err
	}
	if err := in.warnDuplicate(app); err != nil {
		return err
	}
	if err := app.Confirm(ctx, "Add organization %s, owned by %s? The API cannot delete organizations.", in.name, in.email); err != nil {
		return err
	}
	created, err := session.Orgs.Create(ctx, devops.NewOrg{
		Name: in.name, Email: in.email, AdminUserID: admin, EnterpriseID: in.enterprise,
	})
	if err != nil {
		return in.addHint(ctx, session, fmt.Errorf("add organization %s: %w", in.name, err))
	}
	added := organization{id: created.ID, name: cmp.Or(created.Name, in.name)}
	in.record(ctx, app, added)
	app.Say("Added organization %s. The service sends an email to %s.", added.name, cmp.Or(created.Email, in.email))
	generate := shellword.Line("astra", "token", "generate", "--org", added.id, "--role", "Organization Administrator", "--jq", ".token")
	app.Say("To use it, generate a token for it and log in with that: %s | %s --token-file -", app.Command(generate), login(ctx, app, added.name))
	return cli.PrintOne(app, columns(), added)
}

func (in add) check() error {
	switch {
	case in.email == "":
		return exit.Usagef("--email is required")
	case spelling.NoAddress(in.email) != "":
		return exit.Usagef("--email: %s", spelling.NoAddress(in.email))
	case strings.Contains(in.adminUser, "@"):
		return exit.Usagef("--admin-user must be a user ID, not an email address").WithNext(shellword.Line("astra", "user", "get", in.adminUser))
	}
	return nil
}

// administrator returns the ID of the administrator of the new organization.
func (in add) administrator(ctx context.Context, session *cli.Session) (string, error) {
	if in.adminUser != "" {
		return in.adminUser, nil
	}
	members, err := session.Members(ctx)
	if err != nil {
		return "", fmt.Errorf("look up %s among the members (not needed with --admin-user ID): %w", in.email, err)
	}
	for _, u := range members.Users {
		if spelling.SameAddress(u.Email, in.email) {
			return u.ID, nil
		}
	}
	return "", exit.Usagef("no member of %s has the address %s", members.OrgName, in.email).
		WithHint("specify the administrator of the new organization with --admin-user ID").WithNext("astra user list --columns id,email")
}

// warnDuplicate warns about an organization with the same name, since the service
// allows duplicates.
func (in add) warnDuplicate(app *cli.App) error {
	all, err := knownOrgs(app)
	if err != nil {
		return err
	}
	for _, o := range all {
		if spelling.SameName(o.name, in.name) {
			app.Warn("an organization named %s already exists: %s", o.name, o.id)
		}
		lookup.WarnAlike(app.Warn, "organization", in.name, o.name)
	}
	return nil
}

// addHint adds a hint to an error of the service, or to an unknown outcome.
func (in add) addHint(ctx context.Context, session *cli.Session, err error) error {
	page := browser.PortalPage("")
	if id, unknown := session.OrgID(ctx); unknown == nil {
		page = browser.PortalPage(id)
	}
	switch {
	case errors.Is(err, devops.ErrForbidden):
		return exit.Hint(err, "adding organizations requires a token with permissions in an enterprise; "+
			"use such a token, or the Portal (Organizations, Manage Organizations, Add Organization): "+page)
	case errors.Is(err, devops.ErrOutcomeUnknown):
		return exit.Hint(err, "the API cannot list organizations: before you retry, check whether "+in.email+
			" got an email, or look in the Portal (Organizations, Manage Organizations): "+page+"; astra org list does not show it")
	}
	return err
}

// record records the organization, because the service cannot list it. A failure
// is only a warning, because the organization exists.
func (in add) record(ctx context.Context, app *cli.App, added organization) {
	err := app.UpdateConfig(ctx, func(c *config.Config) error {
		if !slices.ContainsFunc(c.Organizations, func(o config.Org) bool { return o.ID == added.id }) {
			c.Organizations = append(c.Organizations, config.Org{ID: added.id, Name: config.DisplayName(output.Sanitize(added.name))})
		}
		return nil
	})
	if err != nil {
		app.Warn("organization %s was added, but could not be recorded on this machine, so org list does not show it: %v", added.name, err)
	}
}
