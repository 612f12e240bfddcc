package rights

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
)

// AheadOfRoles asks for all lists that ReadRoles takes, at the same time.
func AheadOfRoles(ctx context.Context, session *cli.Session) {
	session.Ahead(ctx, lookup.Org(), lookup.Roles(), lookup.Databases(existing))
}

// ReadRoles is Read without users and tokens: for what roles grant to a principal that is
// known.
func ReadRoles(ctx context.Context, app *cli.App, session *cli.Session) (*Snapshot, error) {
	AheadOfRoles(ctx, session)
	s := &Snapshot{Session: session}
	var err error
	if s.ID, err = session.OrgID(ctx); err != nil {
		return nil, err
	}
	if s.NoRoles = s.readRoles(ctx, app); s.NoRoles != nil && !errors.Is(s.NoRoles, devops.ErrForbidden) {
		return nil, s.NoRoles
	}
	if s.NoDatabases = s.readDatabases(ctx, app); s.NoDatabases != nil && !errors.Is(s.NoDatabases, devops.ErrForbidden) {
		return nil, s.NoDatabases
	}
	return s, nil
}

// AheadOfOwn asks for all lists that ReadOwn takes, at the same time.
func AheadOfOwn(ctx context.Context, session *cli.Session) {
	session.Ahead(ctx, lookup.Org(), lookup.Roles(), lookup.Tokens())
}

// ReadOwn is Read for the token in use and one database, and returns the token too.
func ReadOwn(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database) (*Snapshot, access.Principal, error) {
	s := &Snapshot{Session: session, Databases: []devops.Database{d}}
	s.Organization.Databases = []access.Database{{ID: d.ID, Name: d.Name, Keyspaces: d.Keyspaces}}
	var err error
	if s.ID, err = session.OrgID(ctx); err != nil {
		return nil, access.Principal{}, err
	}
	if s.Now, err = app.ServiceNow(); err != nil {
		return nil, access.Principal{}, err
	}
	if s.NoRoles = s.readRoles(ctx, app); s.NoRoles != nil && !errors.Is(s.NoRoles, devops.ErrForbidden) {
		return nil, access.Principal{}, s.NoRoles
	}
	if s.NoTokens = s.readTokens(ctx, app); s.NoTokens != nil && !errors.Is(s.NoTokens, devops.ErrForbidden) {
		return nil, access.Principal{}, s.NoTokens
	}
	return s, s.listedToken(session.ClientID), nil
}

// Capabilities returns what a principal with these roles can do, for a command that shows
// more than that: if it cannot be read, it warns and returns nil.
func Capabilities(ctx context.Context, app *cli.App, session *cli.Session, roles []string) ([]access.Entry, error) {
	s, err := ReadRoles(ctx, app, session)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		app.Warn("capabilities are unknown: %v", err)
		return nil, nil
	}
	return CapabilitiesOf(s.Analyzer(), roles), nil
}

// CapabilitiesOf returns what a principal with these roles can do.
func CapabilitiesOf(analyzer *access.Analyzer, roles []string) []access.Entry {
	entries := analyzer.List(access.Principal{Roles: roles}, access.Place{}, access.Capabilities())
	return slices.DeleteFunc(entries, func(e access.Entry) bool { return e.Answer == access.No })
}

// capability is an entry in documents, as in those of "access list".
type capability struct {
	Capability string         `json:"capability"`
	Answer     access.Verdict `json:"answer"`
	Places     []access.Place `json:"places"`
}

// CapabilityColumn is the column of what the holder of roles can do; entries that are nil
// are unknown.
func CapabilityColumn[T any](entries func(T) []access.Entry) output.Column[T] {
	return output.Column[T]{
		Key: "capabilities", Wrap: true, Detail: true,
		Value: func(item T) any {
			all := entries(item)
			if all == nil {
				return nil
			}
			shown := make([]capability, 0, len(all))
			for _, e := range all {
				shown = append(shown, capability{e.What.Name, e.Answer, e.Places})
			}
			return shown
		},
		Text:  func(item T) string { return strings.Join(Summary(entries(item)), "; ") },
		Lines: func(item T) []string { return Summary(entries(item)) },
	}
}

// The most that a summary names.
const (
	summaryGroups = 3
	summaryNames  = 5
)

// Summary says in a few words what entries of capabilities amount to: the capabilities of
// each place, and what is not certain. It is nil for unknown entries.
func Summary(entries []access.Entry) []string {
	if entries == nil {
		return nil
	}
	var sections []string
	groups := map[string][]string{}
	unknown := 0
	for _, e := range entries {
		where := " in " + DescribePlaces(WithoutSystem(e.Places))
		switch e.Answer {
		case access.Unknown:
			unknown++
			continue
		case access.Unclear:
			where += ", perhaps"
		default:
			if e.What.Name == access.Administer && e.Answer == access.Yes {
				return []string{"everything that an Organization Administrator can"}
			}
		}
		if groups[where] == nil {
			sections = append(sections, where)
		}
		groups[where] = append(groups[where], e.What.Name)
	}
	for i, where := range sections {
		names := groups[where]
		if more := len(names) - summaryNames; more > 0 {
			names = append(names[:summaryNames:summaryNames], fmt.Sprintf("%d more", more))
		}
		sections[i] = strings.Join(names, ", ") + where
	}
	if more := len(sections) - summaryGroups; more > 0 {
		sections = append(sections[:summaryGroups], fmt.Sprintf("and more in %d other places", more))
	}
	switch {
	case unknown > 0 && len(sections) == 0:
		return []string{"unknown: a role may not be read"}
	case unknown > 0:
		sections = append(sections, "more is unknown: a role may not be read")
	case len(sections) == 0:
		return []string{"nothing"}
	}
	return sections
}

// WithoutSystem leaves out the keyspaces that drivers read when they connect, unless there
// are no others.
func WithoutSystem(places []access.Place) []access.Place {
	others := slices.DeleteFunc(slices.Clone(places), func(p access.Place) bool { return slices.Contains(iam.SystemKeyspaces(), p.Keyspace) })
	if len(others) == 0 {
		return places
	}
	return others
}
