// Package orgstate reads an organization for package plan, with the credential in use.
package orgstate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/async"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/plan"
)

// existing selects the databases that have not been deleted.
const existing = "nonterminated"

// reader reads the lists of an organization, each once and whole.
type reader struct {
	app     *cli.App
	session *cli.Session
	want    plan.Sections
	lists   async.Result[[]devops.AccessList]
	state   plan.State
}

// Read returns the sections of the organization, requested at the same time. Roles are also
// read for the names of those of users and tokens. A list that the credential may not read
// is an error, and so is one that cannot be whole: what is missing would look deleted.
func Read(ctx context.Context, app *cli.App, session *cli.Session, want plan.Sections) (plan.State, error) {
	r := &reader{app: app, session: session, want: want}
	Ahead(ctx, session, want)
	if want.AccessLists {
		r.lists = async.Go(ctx, session.Calls, session.AccessLists.All)
	}
	var err error
	if r.state.Now, err = app.ServiceNow(); err != nil {
		return plan.State{}, err
	}
	r.state.Login.ClientID = session.ClientID
	for _, part := range []struct {
		wanted           bool
		read             func(context.Context) error
		list, permission string
	}{
		{want.Users, r.readUsers, "users", "org-user-read"},
		{true, r.readOrganization, "organization", ""}, // any token may
		{r.needsRoles(), r.readRoles, "roles", "org-role-read"},
		{want.Tokens, r.readTokens, "tokens", "org-token-read"},
		{r.usesDatabases(), r.readDatabases, "databases", "org-db-view"},
		{want.AccessLists, r.readAccessLists, "access lists", "accesslist-read"},
	} {
		if !part.wanted {
			continue
		}
		err := part.read(ctx)
		if errors.Is(err, devops.ErrForbidden) && part.list == "databases" && !r.needsDatabases() {
			continue
		}
		if errors.Is(err, devops.ErrForbidden) {
			err = fmt.Errorf("this token may not read the %s (%s): %w", part.list, part.permission, err)
		}
		if err != nil {
			return plan.State{}, err
		}
	}
	r.state.RolesForNames = !want.Roles
	return r.state, nil
}

func (r *reader) needsRoles() bool     { return r.want.Roles || r.want.Users || r.want.Tokens }
func (r *reader) needsDatabases() bool { return r.want.Roles || r.want.AccessLists }

// usesDatabases reports whether the names of databases are shown, if they may be read.
func (r *reader) usesDatabases() bool { return r.needsDatabases() || r.needsRoles() }

// Ahead asks for the lists that Read takes, at the same time, except access lists.
func Ahead(ctx context.Context, session *cli.Session, want plan.Sections) {
	r := reader{want: want}
	var questions []lookup.Asker
	if want.Users {
		questions = append(questions, lookup.Users()) // they come with the organization
	} else {
		questions = append(questions, lookup.Org())
	}
	if r.needsRoles() {
		questions = append(questions, lookup.Roles())
	}
	if want.Tokens {
		questions = append(questions, lookup.Tokens())
	}
	if r.usesDatabases() {
		questions = append(questions, lookup.Databases(existing))
	}
	session.Ahead(ctx, questions...)
}

// errPart reports a list that cannot be all there is.
func errPart(list string) error {
	return exit.Failf(exit.Server, "the service returned an empty list of %s, which every organization has", list).
		WithHint("run the command again")
}

func (r *reader) readOrganization(ctx context.Context) error {
	id, err := r.session.OrgID(ctx)
	r.state.Organization.ID = id
	if r.state.Organization.Name == "" && r.session.Profile.Org.ID == id {
		r.state.Organization.Name = r.session.Profile.Org.Name
	}
	return err
}

func (r *reader) readUsers(ctx context.Context) error {
	members, err := r.session.Members(ctx)
	switch {
	case err != nil:
		return err
	case len(members.Users) == 0:
		return errPart("users")
	}
	r.state.Organization.Name = members.OrgName
	for _, u := range members.Users {
		r.state.Users = append(r.state.Users, User(u))
	}
	return nil
}

func (r *reader) readRoles(ctx context.Context) error {
	roles, err := r.session.AllRoles(ctx)
	if err == nil {
		err = r.session.HiddenRoles() // the default roles alone are not all
	}
	switch {
	case err != nil:
		return err
	case len(roles) == 0:
		return errPart("roles")
	}
	for _, role := range roles {
		s := Role(role)
		if !s.Default && len(s.Permissions)+len(s.Resources) == 0 {
			return exit.Failf(exit.Server, "the service returned role %s without its policy", role.Name).WithHint("run the command again")
		}
		r.state.Roles = append(r.state.Roles, s)
	}
	return nil
}

func (r *reader) readTokens(ctx context.Context) error {
	tokens, err := lookup.Answer(ctx, r.session.Directory, lookup.Tokens())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(tokens, func(t devops.Token) bool { return t.ClientID == r.session.ClientID }) {
		return exit.Failf(exit.Server, "the list of tokens lacks the token in use, so it is not complete").
			WithHint("run the command again, or leave out the section tokens")
	}
	saved, err := r.savedTokens()
	if err != nil {
		return err
	}
	r.state.Tokens = []plan.StateToken{}
	for _, t := range tokens {
		text, _ := onetime.SplitDescription(t.Description)
		text, mark := splitMark(text)
		token := plan.StateToken{
			ClientID: t.ClientID, Description: text, Mark: mark, DescriptionKnown: t.Description != "",
			GeneratedAt: t.GeneratedOn, ExpiresAt: t.ExpiresAt,
		}
		if i := slices.IndexFunc(saved, func(s config.SavedToken) bool { return s.ClientID == t.ClientID }); i >= 0 {
			token.SavedName = saved[i].Name
		}
		if !t.OmitsRoles {
			refs, err := r.session.RoleRefs(ctx, t.Roles) // some services list names
			if err != nil {
				return err
			}
			token.Roles = []string{}
			for _, ref := range refs {
				token.Roles = append(token.Roles, ref.ID)
			}
		}
		if t.ClientID == r.session.ClientID {
			r.state.Login.Roles = token.Roles
		}
		r.state.Tokens = append(r.state.Tokens, token)
	}
	return nil
}

// savedTokens returns the saved tokens of the profile that the session belongs to.
func (r *reader) savedTokens() ([]config.SavedToken, error) {
	if r.session.Profile.Name != "" || !r.app.UsesSandbox() {
		return r.session.Profile.Tokens, nil
	}
	p, err := r.app.Profile()
	return p.Tokens, err
}

func (r *reader) readDatabases(ctx context.Context) error {
	all, err := lookup.Answer(ctx, r.session.Directory, lookup.Databases(existing))
	if err != nil {
		return err
	}
	r.state.Databases = []plan.StateDatabase{}
	for _, d := range all {
		r.state.Databases = append(r.state.Databases, plan.StateDatabase{ID: d.ID, Name: d.Name})
	}
	return nil
}

func (r *reader) readAccessLists(ctx context.Context) error {
	lists, err := r.lists()
	if err != nil {
		return err
	}
	api, err := r.session.APIAccess.Get(ctx, r.state.Organization.ID)
	if err != nil {
		return err
	}
	r.state.AccessLists = []plan.StateAccessList{AccessList(devops.AccessList{Enabled: len(api) > 0, Addresses: api})}
	for _, l := range lists {
		r.state.AccessLists = append(r.state.AccessLists, AccessList(l))
	}
	return nil
}
