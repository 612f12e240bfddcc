package accesslist

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

// dbFlag selects an access list.
type dbFlag struct {
	db  string
	api bool
}

func (t *dbFlag) addDB(cmd *cobra.Command) {
	cmd.Flags().StringVar(&t.db, "db", "", "`name` or ID of the database (default: the selected one)")
	completion.Flags(cmd.Flags(), completion.Databases, "db")
}

func (t *dbFlag) add(cmd *cobra.Command) {
	t.addDB(cmd)
	cmd.Flags().BoolVar(&t.api, "devops-api", false, "use the access list of the DevOps API instead of a database's")
	cmd.MarkFlagsMutuallyExclusive("db", "devops-api")
}

// target is the protected resource: a database, or the DevOps API of an
// organization, with its ID.
type target struct {
	session  *cli.Session
	id, name string
	api      bool
}

func (t dbFlag) open(ctx context.Context, app *cli.App) (target, error) {
	session, err := app.Session(ctx)
	if err != nil {
		return target{}, err
	}
	if t.api {
		id, err := session.OrgID(ctx)
		return target{session, id, "the DevOps API", true}, err
	}
	d, err := session.TargetDatabase(ctx, t.db)
	return target{session, d.ID, d.Name, false}, err
}

// flag returns the flag that selects the target on a command line.
func (p target) flag() string {
	if p.api {
		return "--devops-api"
	}
	return shellword.Line("--db", p.name)
}

func (p target) listRow(list devops.AccessList) listRow {
	if p.api {
		return listRow{AccessList: list}
	}
	return listRow{list, p.name}
}

func (p target) read(ctx context.Context) (devops.AccessList, error) {
	if !p.api {
		return p.session.AccessLists.Get(ctx, p.id)
	}
	addresses, err := p.session.APIAccess.Get(ctx, p.id)
	return devops.AccessList{Enabled: len(addresses) > 0, Addresses: addresses}, err
}

// addFirst adds the first addresses to a list. They create the list of the DevOps
// API, to which later ones are added one by one.
func (p target) addFirst(ctx context.Context, addresses []devops.Address) error {
	if p.api {
		return p.session.APIAccess.Add(ctx, p.id, addresses)
	}
	return p.session.AccessLists.Add(ctx, p.id, addresses)
}

func (p target) clear(ctx context.Context) error {
	if p.api {
		return p.session.APIAccess.Clear(ctx, p.id)
	}
	return p.session.AccessLists.Clear(ctx, p.id)
}

// checkUnchanged verifies, right before the change, that the list is unchanged
// since it was shown, since the service does not detect concurrent changes.
func (p target) checkUnchanged(ctx context.Context, shown devops.AccessList) error {
	now, err := p.read(ctx)
	if err != nil {
		return err
	}
	if !equal(shown, now) {
		return exit.Failf(exit.Conflict, "the access list of %s was changed by another client; nothing was changed", p.name).
			WithNext("astra access-list get " + p.flag())
	}
	return nil
}

// equal compares lists without order and times, which may vary.
func equal(a, b devops.AccessList) bool {
	return a.Enabled == b.Enabled && slices.Equal(sortedAddresses(a), sortedAddresses(b))
}

func sortedAddresses(list devops.AccessList) []devops.Address {
	all := slices.Clone(list.Addresses)
	for i := range all {
		all[i].UpdatedAt = time.Time{}
	}
	slices.SortFunc(all, func(a, b devops.Address) int { return strings.Compare(a.Address, b.Address) })
	return all
}
