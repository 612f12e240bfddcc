package role

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
)

type remove struct {
	refs     []string
	ifExists bool
	force    bool
}

func newDelete(app *cli.App) *cobra.Command {
	var in remove
	cmd := &cobra.Command{
		Use:     "delete ROLE…",
		Aliases: []string{"rm", "remove"},
		Short:   "Delete custom roles",
		Long: `Delete custom roles. Whoever holds one loses what it permits; they are shown
before the question.

Default roles cannot be deleted. A role that the token in use carries is refused
without --force: you might lock yourself out.`,
		Example: "  astra --sandbox role create Reporting --like 'RO User' --db demo\n" +
			"  astra --sandbox role delete Reporting --yes",
		Args: cli.Args("ROLE…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.refs = args
			return in.run(cmd.Context(), app)
		},
	}
	cmd.Flags().BoolVar(&in.ifExists, "if-exists", false, "succeed if there is no such role")
	cmd.Flags().BoolVar(&in.force, "force", false, "also delete a role that the token in use carries")
	return cmd
}

func (in remove) run(ctx context.Context, app *cli.App) error {
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	roles, err := in.find(ctx, app, session)
	if err != nil || len(roles) == 0 {
		return err
	}
	held, err := assigned(ctx, app, session)
	if err != nil {
		return err
	}
	own := slices.ContainsFunc(roles, func(r devops.Role) bool { return held.carries(session, r.ID) })
	if own && !in.force {
		return cli.Refusef("the token that this command uses carries a role that is to be deleted: it may lock you out").
			WithHint("use another token, or --force")
	}
	if err := in.agree(ctx, app, roles, held); err != nil {
		return err
	}
	deleted, err := in.delete(ctx, app, session, roles)
	if len(deleted) > 0 && !own { // a token that lost its rights cannot look
		err = errors.Join(err, gone(ctx, session, deleted))
	}
	return err
}

// find returns the roles that are to be deleted, each once.
func (in remove) find(ctx context.Context, app *cli.App, session *cli.Session) ([]devops.Role, error) {
	var roles []devops.Role
	for _, ref := range in.refs {
		r, err := find(ctx, session, ref)
		if in.ifExists && missing(err) {
			app.Say("There is no role %s.", ref)
			continue
		}
		if err == nil {
			err = custom(r, "delete")
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(roles, func(other devops.Role) bool { return other.ID == r.ID }) {
			roles = append(roles, r)
		}
	}
	return roles, nil
}

// agree shows whom it affects, and asks.
func (in remove) agree(ctx context.Context, app *cli.App, roles []devops.Role, held assignments) error {
	var affected []holder
	for _, r := range roles {
		holders := held.to(r.ID)
		sayHolders(app, r, holders)
		for _, h := range holders {
			if !slices.Contains(affected, h) {
				affected = append(affected, h)
			}
		}
	}
	if len(roles) == 1 {
		return app.Confirm(ctx, "Delete role %s, which is held by %s?", roles[0].Name, count(affected))
	}
	return app.Confirm(ctx, "Delete %s roles (%s), which are held by %s?", len(roles), names(roles), count(affected))
}

// delete deletes one role after the other, and goes on when one cannot be.
func (in remove) delete(ctx context.Context, app *cli.App, session *cli.Session, roles []devops.Role) ([]devops.Role, error) {
	var deleted []devops.Role
	var failure error
	for _, r := range roles {
		err := session.Roles.Delete(ctx, r.ID)
		switch {
		case err == nil, in.ifExists && errors.Is(err, devops.ErrNotFound):
			deleted = append(deleted, r)
			app.Say("Deleted role %s.", r.Name)
		case app.Globals.DryRun:
			failure = err // the request was shown; there are more to show
		default:
			if failure != nil {
				app.Warn("%v", failure)
			}
			failure = fmt.Errorf("delete role %s: %w", r.Name, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if failure != nil && len(deleted) > 0 {
		failure = cli.PartlyFailed(failure, "deleted: "+names(deleted))
	}
	return deleted, failure
}

// gone makes sure that the service no longer lists the roles.
func gone(ctx context.Context, session *cli.Session, deleted []devops.Role) error {
	live, err := session.Roles.List(ctx)
	if err != nil {
		return cli.Hint(err, names(deleted)+" was deleted, which could not be verified")
	}
	for _, r := range deleted {
		if slices.ContainsFunc(live, func(other devops.Role) bool { return other.ID == r.ID }) {
			return cli.Failf(cli.Server, "the service accepted the deletion of role %s and still lists it", r.Name)
		}
	}
	return nil
}

func names(roles []devops.Role) string {
	var words []string
	for _, r := range roles {
		words = append(words, r.Name)
	}
	return strings.Join(words, ", ")
}
