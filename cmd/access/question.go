package access

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/rights"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/tokens"
)

// question is a question of the command line.
type question struct {
	place rights.Place
	by    string
	any   bool
}

func (in *question) addPlace(cmd *cobra.Command) {
	f := cmd.Flags()
	rights.AddPlace(f, &in.place)
	completion.Flags(f, completion.Databases, "db")
	completion.Flags(f, completion.Keyspaces, "keyspace")
	completion.Flags(f, completion.None, "table")
}

func (in *question) addBy(cmd *cobra.Command) {
	flags.Enum(cmd.Flags(), &in.by, "by", "", access.APIs(), "use only this data `API`")
}

// what parses WHAT and the flags, before anything is sent.
func (in question) what(name string) (access.What, error) {
	if err := in.place.Check(); err != nil {
		return access.What{}, err
	}
	w, err := rights.ParseWhat(name)
	if err != nil {
		return w, err
	}
	if w, err = w.By(in.by); err != nil {
		return w, exit.Usagef("--by: %v", err)
	}
	return w, nil
}

// read reads what decides about access, and finds the place and the principals.
func (in question) read(ctx context.Context, app *cli.App, refs ...string) (*rights.Snapshot, access.Place, []access.Principal, error) {
	snapshot, found, err := principals(ctx, app, refs...)
	if err != nil {
		return nil, access.Place{}, nil, err
	}
	place, err := snapshot.Place(in.place)
	return snapshot, place, found, err
}

// principals reads what decides about access, and finds the principals.
func principals(ctx context.Context, app *cli.App, refs ...string) (*rights.Snapshot, []access.Principal, error) {
	var given secret.Token
	for _, ref := range refs {
		if ref != rights.Input {
			continue
		}
		if given.ClientID != "" {
			return nil, nil, exit.Usagef("standard input can be only one token")
		}
		var err error
		if given, err = tokens.ReadToken(ctx, app); err != nil {
			return nil, nil, err
		}
	}
	session, err := app.Session(ctx)
	if err != nil {
		return nil, nil, err
	}
	snapshot, err := rights.Read(ctx, app, session)
	if err != nil {
		return nil, nil, err
	}
	var all []access.Principal
	for _, ref := range refs {
		find := snapshot.Principal
		if ref == rights.Input {
			find = func(ctx context.Context, _ string) (access.Principal, error) {
				return snapshot.FromToken(ctx, app, given)
			}
		}
		p, err := find(ctx, ref)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, p)
	}
	return snapshot, all, nil
}
