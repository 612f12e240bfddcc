package role

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/shellword"
)

// roleChange is a role before and after a change.
type roleChange struct {
	before, after devops.Role
}

// empty reports whether there is nothing to change.
func (c roleChange) empty() bool { return equal(c.before, c.after) }

// equal reports whether two roles have the same settings, in any order of permissions
// and resources.
func equal(a, b devops.Role) bool {
	return a.Name == b.Name && a.Policy.Description == b.Policy.Description && a.Policy.Effect == b.Policy.Effect &&
		slices.Equal(distinct(a.Policy.Actions), distinct(b.Policy.Actions)) &&
		slices.Equal(distinct(a.Policy.Resources), distinct(b.Policy.Resources))
}

// removesPermissions reports whether the change removes a permission or a resource.
func (c roleChange) removesPermissions() bool {
	return len(missingFrom(c.after.Policy.Actions, c.before.Policy.Actions))+len(subtractResources(c.after.Policy.Resources, c.before.Policy.Resources)) > 0
}

// print prints the changes, one per line.
func (c roleChange) print(app *cli.App, databases map[string]string) {
	app.Say("Changes to role %s:", c.before.Name)
	for _, line := range c.lines(databases) {
		app.Say("  %s", line)
	}
}

// lines returns the changes, one per line.
func (c roleChange) lines(databases map[string]string) []string {
	var all []string
	if c.before.Name != c.after.Name {
		all = append(all, "name: "+c.after.Name)
	}
	if c.before.Policy.Description != c.after.Policy.Description {
		all = append(all, "description: "+c.after.Policy.Description)
	}
	for _, side := range []struct {
		sign      string
		old, grow devops.Policy
	}{{"+", c.before.Policy, c.after.Policy}, {"-", c.after.Policy, c.before.Policy}} {
		for _, words := range permissionWords(missingFrom(side.old.Actions, side.grow.Actions)) {
			all = append(all, side.sign+" "+words)
		}
		for _, words := range formatScope(scopes(missingFrom(side.old.Resources, side.grow.Resources), databases)) {
			all = append(all, side.sign+" "+words)
		}
	}
	return all
}

// send updates the role if it is unchanged since it was shown, and reads it
// back, since the service does not return it.
func (c roleChange) send(ctx context.Context, session *cli.Session) (devops.Role, error) {
	id := c.before.ID
	look := shellword.Line("astra", "role", "get", "id:"+id)
	now, err := session.Roles.Get(ctx, id)
	if errors.Is(err, devops.ErrNotFound) || err == nil && !equal(now, c.before) {
		return now, exit.Failf(exit.Conflict, "role %s was changed by another client; nothing was sent", c.before.Name).
			WithHint("review the role, then run the command again").WithNext(look)
	}
	if err != nil {
		return now, err
	}
	if err := session.Roles.Update(ctx, id, c.after.Name, c.after.Policy); err != nil {
		return now, fmt.Errorf("update role %s: %w", c.before.Name, err)
	}
	after, err := session.Roles.Get(ctx, id)
	if lostReadAccess(err) {
		return after, exit.Failf(exit.Forbidden, "role %s was changed, but the token in use can no longer read it: %v", c.after.Name, err).
			WithAnswer(err).WithHint("check the role with another token").WithNext(look)
	}
	if err != nil {
		return after, exit.Hint(err, "role "+c.after.Name+" was changed, but could not be verified")
	}
	if !equal(after, c.after) {
		return after, exit.Failf(exit.Server, "the API accepted the change of role %s, but shows a different role", c.after.Name).
			WithNext(look)
	}
	return after, nil
}

// missingFrom returns the elements of those that are not in these.
func missingFrom(these, those []string) []string {
	return slices.DeleteFunc(distinct(those), func(s string) bool { return slices.Contains(these, s) })
}

// subtractResources returns the resources of those that none of these covers. Malformed
// resources are only covered by themselves.
func subtractResources(these, those []string) []string {
	return slices.DeleteFunc(missingFrom(these, those), func(name string) bool {
		target, ok := iam.DescribeResource(name)
		return ok && slices.ContainsFunc(these, func(other string) bool {
			d, ok := iam.DescribeResource(other)
			return ok && d.Covers(target)
		})
	})
}
