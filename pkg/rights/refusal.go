package rights

import (
	"cmp"
	"context"
	"math"
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
func ExplainRefusal(ctx context.Context, app *cli.App, session *cli.Session, refusal *devops.Error) cli.RefusalAdvice {
	w, err := access.ParseWhat(refusal.Permission)
	if err != nil || refusal.Permission == "org-token-read" {
		return cli.RefusalAdvice{} // without that permission, the roles of the token are unknown
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
		return cli.RefusalAdvice{}
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
// that it lacks, and of several such roles, which gives the least elsewhere. If the place
// is not known, the command adds only the permission.
func (s *Snapshot) nearestRole(a access.Answer, placeKnown bool) cli.RefusalAdvice {
	isNo := a.Answer == access.No || a.Answer == access.Partly && !placeKnown
	if !isNo || a.Undecided() || len(a.Links) == 0 {
		return cli.RefusalAdvice{} // the roles do not explain the refusal
	}
	var names []string
	var nearest *extension
	for _, id := range a.Principal.Roles {
		r, listed := s.role(id)
		if !listed {
			continue
		}
		names = append(names, r.Name)
		if _, isDefault := iam.DefaultRole(id); isDefault {
			continue
		}
		if e := s.extend(r, a, placeKnown); nearest == nil || e.compare(*nearest) < 0 {
			nearest = &e
		}
	}
	switch {
	case nearest != nil:
	case len(names) > 0:
		return cli.RefusalAdvice{Hint: "the token has only default roles, which cannot be changed: " + strings.Join(names, ", ")}
	default:
		return cli.RefusalAdvice{}
	}
	atom := a.Links[0].Atom
	advice := cli.RefusalAdvice{Hint: "nearest role of the token: " + nearest.role.Name + ", which lacks " + atom}
	switch l := a.Links[0]; {
	case nearest.lacks:
	case a.Answer == access.Partly && l.Why != nil:
		advice.Hint = "the token has " + atom + " " + *l.Why
	case l.Why != nil && l.Role != nil && l.Role.ID == nearest.role.ID:
		advice.Hint = "nearest role of the token: " + *l.Why
	default:
		advice.Hint = "nearest role of the token: " + nearest.role.Name + ", which has " + atom + " only elsewhere"
	}
	switch {
	case slices.Contains([]string{"org-role-write", "org-user-write", "org-token-write"}, atom):
		return advice // with it, the token could give itself all permissions
	case placeKnown:
		advice.Command = s.widen(nearest.role, a)
	case nearest.lacks:
		advice.Command = shellword.Line("astra", "role", "update", s.roleName(nearest.role.ID), "--add-permission", atom)
	default:
		return advice
	}
	advice.Others = s.mayNotRun(advice.Command)
	if len(nearest.beyond) > 0 {
		advice.Hint += "; extending it also permits " + atom + " in " + DescribePlaces(nearest.beyond)
	}
	return advice
}

// extension is a role of a token with what it takes for a permission.
type extension struct {
	role    access.Role
	lacks   bool // whether the role lacks the permission
	changes int
	beyond  []access.Place // where else the role would give the permission, and does not yet
	holders int
}

func (e extension) compare(other extension) int {
	return cmp.Or(
		cmp.Compare(e.changes, other.changes),
		cmp.Compare(countPlaces(e.beyond), countPlaces(other.beyond)),
		cmp.Compare(e.holders, other.holders),
		cmp.Compare(e.role.Name, other.role.Name),
	)
}

// countPlaces counts all databases as more than any number of others.
func countPlaces(places []access.Place) int {
	if slices.ContainsFunc(places, func(p access.Place) bool { return p.Database == iam.Wildcard }) {
		return math.MaxInt
	}
	return len(places)
}

func (s *Snapshot) extend(r access.Role, a access.Answer, placeKnown bool) extension {
	e := extension{role: r, lacks: !slices.Contains(r.Policy.Actions, a.Links[0].Atom), changes: 2 * s.countChanges(r, a, placeKnown)}
	if e.lacks {
		e.changes++ // elsewhere too, the role would give more than before
	}
	for _, p := range s.Principals {
		if slices.Contains(p.Roles, r.ID) {
			e.holders++
		}
	}
	w, err := access.ParseWhat(a.What)
	if err != nil || w.Level <= iam.DepthOrganization {
		return e
	}
	after := r
	all, lacks := needs(a.Links, r.Policy.Actions)
	after.ID, after.Policy.Actions = "after", slices.Concat(r.Policy.Actions, lacks)
	if placeKnown {
		after.Policy.Resources = slices.Concat(r.Policy.Resources, iam.SubtractResources(s.required(a, all), r.Policy.Resources))
	}
	analyzer := access.New(access.Organization{ID: s.ID, Roles: []access.Role{r, after}, Databases: s.Organization.Databases})
	for _, d := range analyzer.Diff(access.Principal{Roles: []string{r.ID}}, access.Principal{Roles: []string{after.ID}}, access.Place{}, []access.What{w}) {
		for _, p := range d.OnlyB {
			if !placeKnown || !contains(a.Place, p) {
				e.beyond = append(e.beyond, p)
			}
		}
	}
	return e
}

// contains reports whether a place contains another one of the same level.
func contains(p, other access.Place) bool {
	holds := func(a, b string) bool { return a == iam.Wildcard || a == b }
	return holds(p.Database, other.Database) && holds(p.Keyspace, other.Keyspace) && holds(p.Table, other.Table)
}

// countChanges counts the permissions and resources that a role lacks for an answer.
func (s *Snapshot) countChanges(r access.Role, a access.Answer, placeKnown bool) int {
	all, lacks := needs(a.Links, r.Policy.Actions)
	if !placeKnown {
		return len(lacks)
	}
	return len(lacks) + len(iam.SubtractResources(s.required(a, all), r.Policy.Resources))
}
