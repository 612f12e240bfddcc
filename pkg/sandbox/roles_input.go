package sandbox

import (
	"net/http"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/iam"
)

// readRole returns the role as the request's body has it, under the id of old.
// taken is the status for a name that another role has.
func (c *request) readRole(old role, conflictStatus int) (role, error) {
	in, err := decode[struct {
		Name   string
		Policy *struct {
			Description        *string
			Resources, Actions []string
			Effect             string
		}
	}](c)
	if err != nil {
		return role{}, err
	}
	switch {
	case strings.TrimSpace(in.Name) == "":
		return role{}, refuse(http.StatusBadRequest, "name is required")
	case in.Policy == nil:
		return role{}, refuse(http.StatusBadRequest, "policy is required")
	case in.Policy.Description == nil:
		return role{}, refuse(http.StatusBadRequest, "policy.description is required")
	}
	r := role{
		ID: old.ID, Name: in.Name, UpdatedAt: c.now.Truncate(time.Second), UpdatedBy: c.caller.ClientID,
		Policy: policy{*in.Policy.Description, in.Policy.Resources, in.Policy.Actions, in.Policy.Effect},
	}
	if err := r.Policy.check(c.meta.OrgID); err != nil {
		return role{}, err
	}
	return r, c.checkName(r, conflictStatus)
}

// check refuses what no policy can be. It takes actions that it does not know:
// the service does, whose own list of them is out of date.
func (p policy) check(org string) error {
	switch {
	case p.Effect != iam.Allow:
		return refuse(http.StatusBadRequest, "policy.effect must be %q", iam.Allow)
	case p.Resources == nil:
		return refuse(http.StatusBadRequest, "policy.resources is required")
	case len(p.Actions) == 0:
		return refuse(http.StatusBadRequest, "policy.actions is required")
	}
	for _, action := range p.Actions {
		if strings.TrimSpace(action) == "" {
			return refuse(http.StatusBadRequest, "an action is empty")
		}
	}
	for _, resource := range p.Resources {
		d, err := iam.ParseDRN(resource)
		switch {
		case err != nil:
			return refuse(http.StatusBadRequest, "invalid resource: %v", err)
		case d.Org != org:
			return refuse(http.StatusBadRequest, "the resource %q is not of the organization %s", resource, org)
		}
	}
	return nil
}

func (c *request) checkName(r role, conflictStatus int) error {
	roles, err := c.withName(r.Name)
	if err != nil {
		return err
	}
	for _, other := range roles {
		if other.ID != r.ID {
			return refuse(conflictStatus, "a role named %q exists already", other.Name)
		}
	}
	return nil
}

func (c *request) withName(name string) ([]role, error) {
	var roles []role
	for _, r := range iam.DefaultRoles() {
		if nameKey(r.Name) == nameKey(name) {
			roles = append(roles, defaultRole(r))
		}
	}
	r, found, err := customRoles().find(c.tx, nameKey(name))
	if found {
		roles = append(roles, r)
	}
	return roles, err
}
