package privatelink

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

// regionFlags select the private link of a database in one of its regions.
type regionFlags struct{ db, region string }

func (t *regionFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&t.db, "db", "", "`name` or ID of the database (default: the selected one)")
	f.StringVar(&t.region, "region", "", "`name` of the region, if the database has several")
	completion.Flags(f, completion.Databases, "db")
	completion.Flags(f, completion.Regions, "region")
}

// target is the datacenter of a database that a change is for.
type target struct {
	session    *cli.Session
	database   devops.Database
	datacenter devops.Datacenter
}

func (t regionFlags) open(ctx context.Context, app *cli.App) (target, error) {
	session, err := app.Session(ctx)
	if err != nil {
		return target{}, err
	}
	d, err := session.DatabaseOrSelected(ctx, t.db)
	if err != nil {
		return target{}, err
	}
	region := t.region
	switch {
	case region == "" && len(d.Regions) > 1:
		return target{}, exit.Usagef("--region is required: %s has the regions %s", d.Name, strings.Join(d.Regions, ", "))
	case region == "":
		region = d.Region
	case !slices.Contains(d.Regions, region):
		return target{}, exit.NotAmongf("region", region, d.Regions)
	}
	i := slices.IndexFunc(d.Datacenters, func(dc devops.Datacenter) bool { return dc.Region == region && dc.ID != "" })
	if i < 0 {
		return target{}, exit.Failf(exit.NotFound, "the service lists no datacenter of %s in %s", d.Name, region)
	}
	return target{session, d, d.Datacenters[i]}, nil
}

// String names the target in messages.
func (t target) String() string { return t.database.Name + " in " + t.datacenter.Region }

// flags returns the flags that select the target on a command line.
func (t target) flags() string {
	words := []string{"--db", t.database.Name}
	if len(t.database.Regions) > 1 {
		words = append(words, "--region", t.datacenter.Region)
	}
	return shellword.Line(words...)
}

// read returns the private link of the target.
func (t target) read(ctx context.Context) (link, error) {
	all, err := t.session.PrivateLinks.Get(ctx, t.database.ID)
	if err != nil {
		return link{}, err
	}
	for _, l := range all {
		if l.DatacenterID == t.datacenter.ID {
			return link{l, t.database.Name}, nil
		}
	}
	empty := devops.PrivateLink{DatabaseID: t.database.ID, DatacenterID: t.datacenter.ID, Principals: []string{}, Endpoints: []devops.PrivateEndpoint{}}
	return link{empty, t.database.Name}, nil
}

// readAfter reads the private link after a change.
func (t target) readAfter(ctx context.Context) (link, error) {
	now, err := t.read(ctx)
	if err != nil {
		return now, exit.Hint(err, "the change was made, but could not be verified", "astra private-link get --db "+shellword.Quote(t.database.Name))
	}
	return now, nil
}

// reconcile returns nil if a change with a lost response was made after all, as
// done finds in the private link, and err otherwise.
func (t target) reconcile(ctx context.Context, app *cli.App, err error, done func(link) bool) error {
	if !devops.MaybeApplied(err) {
		return err
	}
	if now, lookErr := t.read(context.WithoutCancel(ctx)); lookErr == nil && done(now) {
		app.RecordChange()
		return nil
	}
	return err
}

// findEndpoint returns the index of an endpoint by its ID or that of its link,
// since the service may list an endpoint with another ID than the submitted one.
func (l link) findEndpoint(id string) int {
	if i := slices.IndexFunc(l.Endpoints, func(e devops.PrivateEndpoint) bool { return e.ID == id }); i >= 0 {
		return i
	}
	return slices.IndexFunc(l.Endpoints, func(e devops.PrivateEndpoint) bool { return e.LinkID == id })
}

// checkID refuses principals and IDs that no cloud has, such as two of them in
// one word.
func checkID(flag, text string) error {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return exit.Usagef("--%s %s is not valid: expected text without spaces", flag, fmt.Sprintf("%q", text))
	}
	return nil
}
