package lookup

import (
	"context"

	"github.com/astra-admin/astra/pkg/async"
	"github.com/astra-admin/astra/pkg/devops"
)

// A Question is a request that a command can make ahead, at the same time as others.
type Question[T any] struct {
	name  string
	known func(*Directory) bool // the directory keeps the answer and has it; nil if it keeps none
	ask   func(context.Context, *Directory) (T, error)
}

// Org asks for the ID of the organization of the credential.
func Org() Question[string] {
	return Question[string]{
		"org", func(d *Directory) bool { return d.org != "" },
		func(ctx context.Context, d *Directory) (string, error) { return d.Orgs.Current(ctx) },
	}
}

// Users asks for the users of the organization.
func Users() Question[devops.Members] {
	return Question[devops.Members]{
		"users", func(d *Directory) bool { return d.members != nil },
		func(ctx context.Context, d *Directory) (devops.Members, error) { return d.Users.List(ctx) },
	}
}

// Roles asks for the roles of the organization, without their policies after DropPolicies.
func Roles() Question[[]devops.Role] {
	return Question[[]devops.Role]{
		"roles", func(d *Directory) bool { return d.roles != nil || d.byID != nil },
		func(ctx context.Context, d *Directory) ([]devops.Role, error) {
			if d.dropsPolicies {
				return d.Roles.Brief(ctx)
			}
			return d.Roles.List(ctx)
		},
	}
}

// Tokens asks for the tokens of the organization.
func Tokens() Question[[]devops.Token] {
	return Question[[]devops.Token]{"tokens", nil, func(ctx context.Context, d *Directory) ([]devops.Token, error) { return d.Tokens.List(ctx) }}
}

// Databases asks for the databases that include selects, as DatabaseService.All does.
func Databases(include string) Question[[]devops.Database] {
	return Question[[]devops.Database]{"databases " + include, nil, func(ctx context.Context, d *Directory) ([]devops.Database, error) {
		return devops.Collect(d.Databases.All(ctx, include))
	}}
}

// Regions asks for the regions for databases of a type, as RegionsFor does.
func Regions(kind string) Question[[]devops.Region] {
	return Question[[]devops.Region]{"regions " + kind, nil, func(ctx context.Context, d *Directory) ([]devops.Region, error) { return d.RegionsFor(ctx, kind) }}
}

// OneDatabase asks for the state of a database.
func OneDatabase(id string) Question[devops.Database] {
	return Question[devops.Database]{"database " + id, nil, func(ctx context.Context, d *Directory) (devops.Database, error) { return d.Databases.Get(ctx, id) }}
}

// Asker is a Question of any type.
type Asker interface {
	begin(context.Context, *Directory)
}

// Ahead asks questions whose answers a command is going to need, at the same time, except
// those that were asked already. It does not wait. An error is reported by the call that
// takes the answer, so that the first one is the same as if each call asked itself.
func (d *Directory) Ahead(ctx context.Context, questions ...Asker) {
	for _, q := range questions {
		q.begin(ctx, d)
	}
}

func (q Question[T]) begin(ctx context.Context, d *Directory) {
	if d.ahead[q.name] != nil || q.known != nil && q.known(d) {
		return
	}
	if d.ahead == nil {
		d.ahead = map[string]any{}
	}
	d.ahead[q.name] = async.Go(ctx, d.Calls, func(ctx context.Context) (T, error) { return q.ask(ctx, d) })
}

// Answer returns the answer to a question that was asked ahead, once. Otherwise it asks, so
// that a list that is read again is a new one.
func Answer[T any](ctx context.Context, d *Directory, q Question[T]) (T, error) {
	if answer, ok := d.ahead[q.name].(async.Result[T]); ok {
		delete(d.ahead, q.name)
		return answer()
	}
	return q.ask(ctx, d)
}
