package rights

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
)

// ExplainRefusal is the hook cli.App.ExplainRefusal. It reads the list of tokens and the
// roles; what the token may not read, it does not explain.
func ExplainRefusal(ctx context.Context, app *cli.App, session *cli.Session, refusal *devops.Error) (hint, command string) {
	w, err := access.ParseWhat(refusal.Permission)
	if err != nil || refusal.Permission == "org-token-read" {
		return "", "" // without that permission, the roles of the token are unknown
	}
	ofOrg := w.Level <= iam.DepthOrganization
	if !ofOrg {
		session.Ahead(ctx, lookup.Databases(existing)) // for their names
	}
	s, token, err := ReadOwn(ctx, app, session)
	if err == nil && !ofOrg {
		_, err = ifForbidden(s.readDatabases(ctx, app))
	}
	if err != nil {
		return "", ""
	}
	place := placeOf(refusal.Path)
	a := s.Analyzer().Explain(token, access.Question{What: w, Place: place})
	return s.nearestRole(a, ofOrg || place.Database != "")
}

// placeOf returns the place that the path of a request names, as far as it does.
func placeOf(path string) access.Place {
	var p access.Place
	path, _, _ = strings.Cut(path, "?")
	segments := strings.Split(path, "/")
	for i, segment := range segments[:len(segments)-1] {
		value, err := url.PathUnescape(segments[i+1])
		switch {
		case err != nil:
		case (segment == "databases" || segment == "clusters") && devops.LooksLikeID(value):
			p.Database = value
		case segment == "keyspaces" && p.Database != "":
			p.Keyspace = value
		}
	}
	return p
}

// nearestRole says which role of a token takes the fewest changes to give the permission
// that it lacks. If the place is not known, the command adds only the permission.
func (s *Snapshot) nearestRole(a access.Answer, placeKnown bool) (hint, command string) {
	lacks := func(r access.Role) bool { return !slices.Contains(r.Policy.Actions, a.Links[0].Atom) }
	isNo := a.Answer == access.No || a.Answer == access.Partly && !placeKnown
	if !isNo || a.Undecided() || len(a.Links) == 0 {
		return "", "" // the roles do not explain the refusal
	}
	var names []string
	var nearest access.Role
	least := 0
	for _, id := range a.Principal.Roles {
		r, listed := s.role(id)
		if !listed {
			continue
		}
		names = append(names, r.Name)
		if _, isDefault := iam.DefaultRole(id); isDefault {
			continue
		}
		changes := 2 * s.countChanges(r, a, placeKnown)
		if lacks(r) {
			changes++ // elsewhere too, the role would give more than before
		}
		if nearest.ID == "" || cmp.Or(cmp.Compare(changes, least), cmp.Compare(r.Name, nearest.Name)) < 0 {
			nearest, least = r, changes
		}
	}
	switch {
	case len(names) == 0:
		return "the token has no roles", ""
	case nearest.ID == "":
		return "the token has only default roles, which cannot be changed: " + strings.Join(names, ", "), ""
	}
	hint = "nearest role of the token: " + nearest.Name + ", which lacks it"
	if why := a.Links[0].Why; !lacks(nearest) && why != nil {
		hint = "nearest role of the token: " + *why
	}
	switch {
	case placeKnown:
		command = s.widen(nearest, a)
	case lacks(nearest):
		command = shellword.Line("astra", "role", "update", s.roleName(nearest.ID), "--add-permission", a.Links[0].Atom)
	default:
		return hint, ""
	}
	return hint + ". An administrator can extend it:", command
}

// countChanges counts the permissions and resources that a role lacks for an answer.
func (s *Snapshot) countChanges(r access.Role, a access.Answer, placeKnown bool) int {
	all, lacks := needs(a.Links, r.Policy.Actions)
	if !placeKnown {
		return len(lacks)
	}
	return len(lacks) + len(iam.SubtractResources(s.required(a, all), r.Policy.Resources))
}
