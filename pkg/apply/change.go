package apply

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/astra-admin/astra/pkg/absence"
	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/orgstate"
	"github.com/astra-admin/astra/pkg/plan"
)

// change is the request of a step. Only what the step is about is in now.
type change struct {
	*Runner
	step plan.Step
	now  plan.State
}

func (r *Runner) change(s plan.Step) *change { return &change{r, s, r.State} }

// read reads the object of the step: whole lists, where its absence means something.
func (c *change) read(ctx context.Context) (plan.State, error) {
	s, err := c.step, error(nil)
	now := plan.State{Organization: c.State.Organization}
	switch {
	case s.Kind == plan.RoleStep && s.Action == plan.Update:
		var role devops.Role
		if role, err = c.Session.Roles.Get(ctx, s.ID); err == nil {
			now.Roles = []plan.StateRole{orgstate.Role(role)}
		}
	case s.Kind == plan.RoleStep:
		var roles []devops.Role
		roles, err = c.Session.Roles.List(ctx)
		for _, role := range roles {
			now.Roles = append(now.Roles, orgstate.Role(role))
		}
	case s.Kind == plan.UserStep && s.Action == plan.Update:
		var user devops.User
		if user, err = c.Session.Users.Get(ctx, s.ID); err == nil {
			now.Users = []plan.StateUser{orgstate.User(user)}
		}
	case s.Kind == plan.UserStep:
		var members devops.Members
		members, err = c.Session.Users.List(ctx)
		for _, user := range members.Users {
			now.Users = append(now.Users, orgstate.User(user))
		}
	case s.Kind == plan.TokenStep:
		var tokens []devops.Token
		tokens, err = c.Session.Tokens.List(ctx)
		for _, t := range tokens {
			now.Tokens = append(now.Tokens, plan.StateToken{ClientID: t.ClientID})
		}
	default:
		var list devops.AccessList
		list, err = c.readList(ctx)
		now.AccessLists = []plan.StateAccessList{orgstate.AccessList(list)}
	}
	if errors.Is(err, devops.ErrNotFound) {
		err = nil // Compare says whether it should be there
	}
	c.now = now
	return now, err
}

func (c *change) readList(ctx context.Context) (devops.AccessList, error) {
	if id := c.step.ListID(); id != "" {
		list, err := c.Session.AccessLists.Get(ctx, id)
		list.DatabaseID = id
		return list, err
	}
	addresses, err := c.Session.APIAccess.Get(ctx, c.State.Organization.ID)
	return devops.AccessList{Enabled: len(addresses) > 0, Addresses: addresses}, err
}

// send sends the request.
func (c *change) send(ctx context.Context) error {
	s := c.step
	switch s.Kind {
	case plan.RoleStep:
		switch s.Action {
		case plan.Create:
			_, err := c.Session.Roles.Create(ctx, s.RoleAfter.Name, orgstate.Policy(*s.RoleAfter))
			return err
		case plan.Update:
			return c.Session.Roles.Update(ctx, s.ID, s.RoleAfter.Name, orgstate.Policy(*s.RoleAfter))
		default:
			return c.Session.Roles.Delete(ctx, s.ID)
		}
	case plan.UserStep:
		switch s.Action {
		case plan.Invite:
			return c.Session.Users.Invite(ctx, c.State.Organization.ID, s.UserAfter.Email, s.UserAfter.Roles)
		case plan.Update:
			return c.Session.Users.SetRoles(ctx, s.ID, s.UserAfter.Roles)
		default:
			return c.Session.Users.Remove(ctx, s.ID)
		}
	case plan.TokenStep:
		return c.Session.Tokens.Delete(ctx, s.ID)
	default:
		if s.ListID() == "" {
			return c.sendToAPIList(ctx)
		}
		return c.sendToList(ctx)
	}
}

func (c *change) sendToList(ctx context.Context) error {
	s, lists := c.step, c.Session.AccessLists
	switch s.Action {
	case plan.Add:
		return lists.Add(ctx, s.ListID(), []devops.Address{address(*s.AddressAfter)})
	case plan.Update:
		return lists.Change(ctx, s.ListID(), []devops.Address{address(*s.AddressAfter)})
	case plan.Remove:
		return lists.Remove(ctx, s.ListID(), s.Address())
	default:
		return lists.Switch(ctx, s.ListID(), s.Action == plan.Enable)
	}
}

// sendToAPIList changes the list of the DevOps API, which applies while it has an address.
// No request removes a single address.
func (c *change) sendToAPIList(ctx context.Context) error {
	s, list, org := c.step, c.Session.APIAccess, c.State.Organization.ID
	var others []devops.Address
	for _, l := range c.now.AccessLists {
		for _, a := range l.Addresses {
			if l.DatabaseID == "" && a.Address != s.Address() {
				others = append(others, address(a))
			}
		}
	}
	switch {
	case s.Action == plan.Add && len(others) == 0:
		return list.Add(ctx, org, []devops.Address{address(*s.AddressAfter)})
	case s.Action == plan.Add:
		return list.Extend(ctx, org, address(*s.AddressAfter))
	case s.Action == plan.Update:
		return list.Change(ctx, org, address(*s.AddressAfter))
	case s.Action == plan.Enable:
		return exit.Failf(exit.Usage, "the access list of the DevOps API applies once it has an address, and cannot be enabled without one")
	case s.Action == plan.Remove && len(others) > 0:
		return list.Replace(ctx, org, others)
	default:
		return list.Clear(ctx, org)
	}
}

func address(a plan.Address) devops.Address {
	return devops.Address{Address: a.Address, Description: a.Description, Enabled: a.Enabled == nil || *a.Enabled}
}

// reconcile tells whether a request whose answer was lost took effect. No invitation is to be
// sent twice because a list lags.
func (c *change) reconcile(ctx context.Context, rows []int) ([]bulk.Verdict, error) {
	pauses := absence.Pauses()
	if c.step.Action != plan.Invite {
		pauses = pauses[:1]
	}
	now, _, err := c.await(ctx, pauses)
	if err != nil {
		return nil, err
	}
	verdict := map[plan.Standing]bulk.Verdict{plan.Done: bulk.Happened, plan.Pending: bulk.DidNotHappen}[plan.Compare(now, c.step)]
	return slices.Repeat([]bulk.Verdict{verdict}, len(rows)), nil
}

// await reads the object of the step until it is as after the step, since lists may lag.
func (c *change) await(ctx context.Context, pauses []time.Duration) (now plan.State, done bool, err error) {
	for _, pause := range pauses {
		if absence.Sleep(ctx, pause) != nil {
			break
		}
		if now, err = c.read(ctx); err != nil {
			break
		}
		if done = plan.Compare(now, c.step) == plan.Done; done {
			break
		}
	}
	return now, done, err
}

// verify corrects the result of a step by what the service shows after it. The outcome of a
// change that was accepted and is not shown is unknown: it may be shown later.
func (c *change) verify(ctx context.Context, before plan.State, rows []bulk.Row, results []bulk.Result) bulk.Result {
	if results[0].Outcome == bulk.NotStarted {
		return results[0]
	}
	accepted := results[0].Outcome == bulk.OK
	if c.deletes() {
		check := cli.DeletionCheck{Before: ids(before), List: func(ctx context.Context) ([]string, error) {
			now, err := c.read(ctx)
			return ids(now), err
		}}
		check.VerifyRows(ctx, rows, results, func(int) error { return cli.StillListedError(rows[0].Input) })
		if accepted && results[0].Outcome == bulk.Failed {
			results[0].Outcome, results[0].Exit = bulk.Unknown, int(exit.Unknown)
		}
		return results[0]
	}
	ctx, cancel := cli.VerificationContext(ctx)
	defer cancel()
	pauses := absence.Pauses()
	if !accepted {
		pauses = pauses[:1]
	}
	now, done, err := c.await(ctx, pauses)
	switch r := results[0]; {
	case done:
		r.ID, r.Outcome, r.Exit, r.Error = c.id(now), bulk.OK, 0, ""
		return r
	case !accepted:
		return r
	case err != nil:
		return withOutcome(r, bulk.Unknown, unverifiedError(err))
	default:
		return withOutcome(r, bulk.Unknown, exit.Failf(exit.Unknown, "the API accepted the change, but does not show it yet"))
	}
}

// deletes reports whether the step removes something that a list has by its ID.
func (c *change) deletes() bool {
	return c.step.Kind != plan.AccessListStep && slices.Contains([]plan.Action{plan.Delete, plan.Remove, plan.Revoke}, c.step.Action)
}

// ids returns the IDs of a list that was read.
func ids(state plan.State) []string {
	var all []string
	for _, r := range state.Roles {
		all = append(all, r.ID)
	}
	for _, u := range state.Users {
		all = append(all, u.ID)
	}
	for _, t := range state.Tokens {
		all = append(all, t.ClientID)
	}
	return all
}

// id returns the ID of the object of the step, which is new after its creation.
func (c *change) id(now plan.State) string {
	s := c.step
	if s.ID != "" {
		return s.ID
	}
	for _, r := range now.Roles {
		if s.RoleAfter != nil && plan.SameRole(r, *s.RoleAfter) {
			return r.ID
		}
	}
	for _, u := range now.Users {
		if s.UserAfter != nil && plan.Compare(plan.State{Users: []plan.StateUser{u}}, s) == plan.Done {
			return u.ID
		}
	}
	return ""
}
