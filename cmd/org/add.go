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

The API neither issues a credential for the new organization, nor lists or
deletes organizations. So the organization is recorded on this machine and shown
by "astra org list". To use it, log in with a token generated in its Portal.`,
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
	if in.name, err = app.NewName("an organization", in.name); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	in.email = app.Composed(in.email)
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
	if err := in.known(app); err != nil {
		return err
	}
	if err := app.Confirm(ctx, "Add the organization %s, owned by %s? It cannot be deleted from here.", in.name, in.email); err != nil {
		return err
	}
	made, err := session.Orgs.Create(ctx, devops.NewOrg{
		Name: in.name, Email: in.email, AdminUserID: admin, EnterpriseID: in.enterprise,
	})
	if err != nil {
		return in.advise(ctx, session, fmt.Errorf("add organization %s: %w", in.name, err))
	}
	added := organization{id: made.ID, name: cmp.Or(made.Name, in.name)}
	in.note(ctx, app, added)
	app.Say("Added %s. An email about it goes to %s.", added.name, cmp.Or(made.Email, in.email))
	app.Say("To work in it, generate a token in its Portal (%s), then: %s", browser.PortalPage(added.id, "settings", "tokens"), login(ctx, app, added.name))
	return cli.PrintOne(app, columns(), added)
}

func (in add) check() error {
	switch {
	case in.email == "":
		return exit.Usagef("--email is missing: an organization has an owner, who is sent an email")
	case spelling.NoAddress(in.email) != "":
		return exit.Usagef("--email: %s", spelling.NoAddress(in.email))
	case strings.Contains(in.adminUser, "@"):
		return exit.Usagef("--admin-user is the id of a user, not an address").WithNext(shellword.Line("astra", "user", "get", in.adminUser))
	}
	return nil
}

// administrator returns the id of the user who is to administer the new
// organization.
func (in add) administrator(ctx context.Context, session *cli.Session) (string, error) {
	if in.adminUser != "" {
		return in.adminUser, nil
	}
	members, err := session.Members(ctx)
	if err != nil {
		return "", fmt.Errorf("look for %s among the members (needless with --admin-user ID): %w", in.email, err)
	}
	for _, u := range members.Users {
		if spelling.SameAddress(u.Email, in.email) {
			return u.ID, nil
		}
	}
	return "", exit.Usagef("no member of %s has the address %s, so the new organization would have no administrator", members.OrgName, in.email).
		WithHint("name the administrator, any user of the service, with --admin-user ID").WithNext("astra user list --columns id,email")
}

// known warns of an organization with the same name: the service takes a second
// one, and then the name says too little.
func (in add) known(app *cli.App) error {
	all, err := knownOrgs(app)
	if err != nil {
		return err
	}
	for _, o := range all {
		if spelling.SameName(o.name, in.name) {
			app.Warn("there is an organization called %s already: %s", o.name, o.id)
		}
		app.WarnAlike("organization", in.name, o.name)
	}
	return nil
}

// advise says what helps where the service did not add the organization, or did
// not say whether it did.
func (in add) advise(ctx context.Context, session *cli.Session, err error) error {
	page := browser.PortalPage("")
	if id, unknown := session.OrgID(ctx); unknown == nil {
		page = browser.PortalPage(id)
	}
	switch {
	case errors.Is(err, devops.ErrForbidden):
		return exit.Hint(err, "only a credential with rights in an enterprise can add organizations, and this one has none there; "+
			"ask for a token of the enterprise, or use the Portal (Organizations, Manage Organizations, Add Organization): "+page)
	case errors.Is(err, devops.ErrOutcomeUnknown):
		return exit.Hint(err, "the service cannot list organizations: before you run this again, look whether "+in.email+
			" was sent an email, or in the Portal (Organizations, Manage Organizations): "+page+"; astra org list does not show it")
	}
	return err
}

// note writes the organization down, because the service cannot list it. It is
// made by now, so that a failure here is no failure of the command.
func (in add) note(ctx context.Context, app *cli.App, added organization) {
	err := app.UpdateConfig(ctx, func(c *config.Config) error {
		if !slices.ContainsFunc(c.Organizations, func(o config.Org) bool { return o.ID == added.id }) {
			c.Organizations = append(c.Organizations, config.Org{ID: added.id, Name: config.DisplayName(output.Sanitize(added.name))})
		}
		return nil
	})
	if err != nil {
		app.Warn("%s was added, but could not be noted here, so that org list does not show it: %v", added.name, err)
	}
}
