package auth

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
	"github.com/astra-admin/astra/pkg/output"
)

func newStatus(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:        "status",
		SuggestFor: []string{"whoami", "show"},
		Short:      "Show the active credential",
		Long: `Show the active credential: the token, where it comes from and where it is
stored, its organization and service, its roles, and when it expires. It is verified
with the service.

--verbose adds every source of a credential: the active one, then the others in order
of precedence. The first source with a credential is active. In JSON and YAML they are
under "sources".`,
		Example: "  astra auth status\n  astra auth status --verbose\n  astra auth status -o json",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return status(cmd.Context(), app) },
	}
}

// link is one source in the chain.
type link struct {
	Source string  `json:"source"`
	State  string  `json:"state"`
	Detail *string `json:"detail"`
}

func (l link) detail() string {
	if l.Detail == nil {
		return ""
	}
	return *l.Detail
}

// answer is the credential in use.
type answer struct {
	link
	clientID, description  string
	orgID, orgName, apiURL string
	store                  string // of a profile
	roles                  []lookup.RoleRef
	listed                 bool // the service lists the token, with its times
	expires                time.Time
	sandboxed              bool
	sources                []link
}

func status(ctx context.Context, app *cli.App) error {
	sources, err := app.Sources()
	if err != nil {
		return err
	}
	l := answer{link: link{State: "absent"}, sandboxed: app.UsesSandbox()}
	var failure error
	used := false
	for _, s := range sources {
		next := link{Source: s.Name, State: "absent"}
		if s.Detail != "" {
			next.Detail = &s.Detail
		}
		switch {
		case s.Present && used:
			next.State = "not needed"
		case s.Present:
			used = true
			l.link = next
			failure = l.ask(ctx, app)
			l.sources = slices.Insert(l.sources, 0, l.link) // what is asked about most
			continue
		}
		l.sources = append(l.sources, next)
	}
	if !used {
		_, failure = app.Session(ctx) // says what to do
	}
	columns := statusColumns()
	if app.ForPeople() {
		columns = slices.DeleteFunc(columns, func(c output.Column[answer]) bool {
			return c.Key == "sources" && !app.Globals.Verbose || !used && c.Key != "sources"
		})
	}
	if len(columns) == 0 {
		return failure // there is nothing to show
	}
	if err := cli.PrintOne(app, columns, l); err != nil {
		return err
	}
	return failure
}

// ask asks the service about the credential in use.
func (l *answer) ask(ctx context.Context, app *cli.App) error {
	l.State = "unusable"
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	l.clientID, l.apiURL, l.store = session.ClientID, session.APIURL, session.Profile.Store
	session.Ahead(ctx, lookup.Org(), lookup.Users(), lookup.Tokens(), lookup.Roles())
	if l.orgID, err = session.OrgID(ctx); err != nil {
		return err
	}
	l.State = "in use"
	if l.orgName, err = session.OrgName(ctx); err != nil {
		return err
	}
	tokens, err := lookup.Answer(ctx, session.Directory, lookup.Tokens())
	if errors.Is(err, devops.ErrForbidden) {
		return nil // a credential need not see its own roles
	}
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if t.ClientID == session.ClientID {
			l.description, _ = onetime.SplitDescription(t.Description)
			l.expires, l.listed = t.ExpiresAt, !t.GeneratedOn.IsZero()
			l.roles, err = session.RoleRefs(ctx, t.Roles)
		}
	}
	return err
}

// token says which token is used and where it is stored.
func (l answer) token() string {
	text := cmp.Or(l.clientID, "unknown")
	kept := map[string]string{
		string(credential.Keyring): "stored in the keyring", string(credential.File): "stored in a file", string(credential.Env): "from " + l.Source,
	}[l.store]
	switch detail := l.detail(); {
	case kept != "":
		return text + " of profile " + detail + ", " + kept
	case detail != "":
		return text + " from " + l.Source + " " + detail
	}
	return text + " from " + l.Source
}

// organization says where the token is valid.
func (l answer) organization() string {
	switch {
	case l.orgID == "":
		return "unknown"
	case l.sandboxed:
		return cmp.Or(l.orgName, l.orgID) + " in the sandbox"
	}
	return cmp.Or(l.orgName, l.orgID) + " at " + l.apiURL
}

func (l answer) roleNames() string {
	if l.roles == nil {
		return "unknown"
	}
	return lookup.RoleNames(l.roles)
}

// end says when the token expires.
func (l answer) end() any {
	switch {
	case !l.expires.IsZero():
		return l.expires
	case l.listed:
		return "never"
	}
	return "unknown"
}

func (l answer) sourceLines() []string {
	lines := make([]string, len(l.sources))
	for i, s := range l.sources {
		lines[i] = s.Source + ": " + s.State
		if s.Detail != nil {
			lines[i] += " (" + *s.Detail + ")"
		}
	}
	return lines
}

// statusColumns begin with four lines for people.
func statusColumns() []output.Column[answer] {
	data := func(key string, value func(answer) string) output.Column[answer] {
		return output.Column[answer]{Key: key, Data: true, Value: func(l answer) any { return output.OrNull(value(l)) }}
	}
	return []output.Column[answer]{
		{Key: "token", Value: func(l answer) any { return l.token() }, Human: true},
		{Key: "organization", Value: func(l answer) any { return l.organization() }, Human: true},
		data("source", func(l answer) string { return l.Source }),
		data("state", func(l answer) string { return l.State }),
		data("detail", func(l answer) string { return l.detail() }),
		{Key: "clientId", Value: func(l answer) any { return output.OrNull(l.clientID) }, Data: true, Name: true},
		data("orgName", func(l answer) string { return l.orgName }),
		{Key: "roles", Value: func(l answer) any { return l.roles }, Text: answer.roleNames},
		data("orgId", func(l answer) string { return l.orgID }),
		data("apiUrl", func(l answer) string { return l.apiURL }),
		data("description", func(l answer) string { return l.description }),
		data("store", func(l answer) string { return l.store }),
		{Key: "expires", Value: answer.end, Human: true},
		{Key: "expiresAt", Value: func(l answer) any { return l.expires }, Data: true},
		{Key: "sources", Value: func(l answer) any { return l.sources }, Text: func(l answer) string { return strings.Join(l.sourceLines(), "; ") }, Lines: answer.sourceLines},
	}
}
