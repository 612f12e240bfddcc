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
	"github.com/astra-admin/astra/pkg/spelling"
)

// AheadOfRoles asks for all lists that ReadUser and ReadToken take, at the same time. It
// limits them, since a command that shows more can do without them.
func AheadOfRoles(ctx context.Context, session *cli.Session) {
	session.Ahead(session.LimitExtras(ctx), lookup.Org(), lookup.Roles(), lookup.Databases(existing))
}

// ReadUser is Read without users and tokens, for a user of a list.
func ReadUser(ctx context.Context, app *cli.App, session *cli.Session, u devops.User) (*Snapshot, access.Principal, error) {
	return readOne(ctx, app, session, func(_ context.Context, s *Snapshot) (access.Principal, error) {
		s.addHiddenRoles([]devops.User{u})
		return newUser(u), nil
	})
}

// ReadToken is Read without users and tokens, for a token of a list.
func ReadToken(ctx context.Context, app *cli.App, session *cli.Session, t devops.Token) (*Snapshot, access.Principal, error) {
	return readOne(ctx, app, session, func(ctx context.Context, s *Snapshot) (access.Principal, error) {
		var err error
		if s.saved, err = savedTokens(app, session); err != nil {
			return access.Principal{}, err
		}
		return s.newToken(ctx, t)
	})
}

// readOne leaves out databases that cannot be read, and keeps why.
func readOne(ctx context.Context, app *cli.App, session *cli.Session, find func(context.Context, *Snapshot) (access.Principal, error)) (*Snapshot, access.Principal, error) {
	AheadOfRoles(ctx, session)
	ctx = session.LimitExtras(ctx)
	s, err := readOrganization(ctx, app, session)
	if err != nil {
		return nil, access.Principal{}, err
	}
	p, err := find(ctx, s)
	if err == nil {
		err = s.readUnlistedRoles(ctx, []access.Principal{p})
	}
	if err != nil {
		return nil, access.Principal{}, err
	}
	s.NoDatabases, s.LostDatabases = ifForbidden(s.readDatabases(ctx, app))
	return s, p, nil
}

// readOrganization reads the ID and the roles of the organization.
func readOrganization(ctx context.Context, app *cli.App, session *cli.Session) (*Snapshot, error) {
	s := &Snapshot{Session: session}
	var err error
	if s.ID, err = session.OrgID(ctx); err != nil {
		return nil, err
	}
	if s.Now, err = app.ServiceNow(); err != nil {
		return nil, err
	}
	s.NoRoles, err = ifForbidden(s.readRoles(ctx, app))
	return s, err
}

// ifForbidden separates a missing permission from other failures.
func ifForbidden(err error) (forbidden, failure error) {
	if errors.Is(err, devops.ErrForbidden) {
		return err, nil
	}
	return nil, err
}

// AheadOfOwn asks for all lists that ReadOwn takes, at the same time.
func AheadOfOwn(ctx context.Context, session *cli.Session) {
	session.Ahead(ctx, lookup.Org(), lookup.Roles(), lookup.Tokens())
}

// ReadOwn is Read for the token in use and the databases that are known, and returns the
// token too.
func ReadOwn(ctx context.Context, app *cli.App, session *cli.Session, known ...devops.Database) (*Snapshot, access.Principal, error) {
	AheadOfOwn(ctx, session)
	s, err := readOrganization(ctx, app, session)
	if err != nil {
		return nil, access.Principal{}, err
	}
	s.addDatabases(known)
	if s.NoTokens, err = ifForbidden(s.readTokens(ctx, app)); err != nil {
		return nil, access.Principal{}, err
	}
	p := s.listedToken(session.ClientID)
	return s, p, s.readUnlistedRoles(ctx, []access.Principal{p})
}

// Capabilities are what a principal can do, and where.
type Capabilities struct {
	entries     []access.Entry // without what it cannot do; nil if nothing is known
	permissions []string       // if there are no entries: what the roles grant all the same
	unknown     string         // why there may be more, or an empty text
}

// NewCapabilities returns what a principal can do.
func NewCapabilities(analyzer *access.Analyzer, p access.Principal) Capabilities {
	list := func(whats []access.What) []access.Entry {
		return slices.DeleteFunc(analyzer.List(p, access.Place{}, whats), func(e access.Entry) bool { return e.Answer == access.No })
	}
	c := Capabilities{entries: list(access.Capabilities()), unknown: analyzer.Unknown(p)}
	if len(c.entries) == 0 {
		for _, e := range list(access.Permissions()) {
			c.permissions = append(c.permissions, e.What.Name)
		}
	}
	return c
}

// UserCapabilities returns what a user can do, for a command that shows more than that: if
// it cannot be read, it warns.
func UserCapabilities(ctx context.Context, app *cli.App, session *cli.Session, u devops.User) (Capabilities, error) {
	s, p, err := ReadUser(ctx, app, session, u)
	return readCapabilities(ctx, app, s, p, err)
}

// TokenCapabilities is UserCapabilities for a token.
func TokenCapabilities(ctx context.Context, app *cli.App, session *cli.Session, t devops.Token) (Capabilities, error) {
	s, p, err := ReadToken(ctx, app, session, t)
	return readCapabilities(ctx, app, s, p, err)
}

func readCapabilities(ctx context.Context, app *cli.App, s *Snapshot, p access.Principal, err error) (Capabilities, error) {
	if err == nil {
		err = s.LostDatabases
	}
	if err != nil {
		return Capabilities{}, Forgo(ctx, app, err, "capabilities are unknown")
	}
	return NewCapabilities(s.Analyzer(), p), nil
}

// Forgo warns that a command shows less because an additional request failed. Only an
// interrupt ends the command.
func Forgo(ctx context.Context, app *cli.App, err error, unknown string) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Cause(ctx)
	}
	app.Warn("%s: %v", unknown, err)
	return nil
}

// capability is an entry in documents, as in those of "access list".
type capability struct {
	Capability string         `json:"capability"`
	Answer     access.Verdict `json:"answer"`
	Places     []access.Place `json:"places"`
}

// document returns the entries for documents, or nil if nothing is known.
func (c Capabilities) document() any {
	if c.entries == nil {
		return nil
	}
	all := make([]capability, 0, len(c.entries))
	for _, e := range c.entries {
		all = append(all, capability{e.What.Name, e.Answer, e.Places})
	}
	return all
}

// CapabilityKey is the key of CapabilityColumn.
const CapabilityKey = "capabilities"

// CapabilityColumn is the column of what a principal can do.
func CapabilityColumn[T any](of func(T) Capabilities) output.Column[T] {
	return output.Column[T]{
		Key: CapabilityKey, Wrap: true, Detail: true,
		Value: func(item T) any { return of(item).document() },
		Text:  func(item T) string { return strings.Join(of(item).Lines(), "; ") },
		Lines: func(item T) []string { return of(item).Lines() },
	}
}

// The most that a summary names.
const (
	summaryGroups = 3
	summaryNames  = 5
)

// Lines says in a few words what a principal can do: the capabilities of each place, and
// what is not certain.
func (c Capabilities) Lines() []string {
	if c.entries == nil {
		return nil
	}
	var sections []string
	groups := map[string][]string{}
	for _, e := range c.entries {
		where := " in " + DescribePlaces(WithoutSystem(e.Places))
		switch {
		case e.Answer == access.Unknown:
			continue
		case e.Answer == access.Unclear:
			where += ", perhaps"
		case e.What.Name == access.Administer && e.Answer == access.Yes:
			return []string{"everything that an Organization Administrator can"}
		}
		if groups[where] == nil {
			sections = append(sections, where)
		}
		groups[where] = append(groups[where], e.What.Name)
	}
	for i, where := range sections {
		sections[i] = summarizeNames(groups[where]) + where
	}
	if more := len(sections) - summaryGroups; more > 0 {
		sections = append(sections[:summaryGroups], "and more in other places")
	}
	switch {
	case c.unknown != "" && len(sections) == 0:
		return []string{"unknown: " + c.unknown}
	case c.unknown != "":
		sections = append(sections, "more is unknown: "+c.unknown)
	case len(c.permissions) > 0:
		return []string{"no capability; " + spelling.Count(len(c.permissions), "permission") + ": " + summarizeNames(c.permissions)}
	case len(sections) == 0:
		return []string{"nothing"}
	}
	return sections
}

func summarizeNames(names []string) string {
	if more := len(names) - summaryNames; more > 0 {
		names = append(names[:summaryNames:summaryNames], fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
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
