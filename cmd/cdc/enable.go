package cdc

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
	"github.com/astra-admin/astra/pkg/spelling"
)

type enable struct {
	database string
	streams  []string
}

func newEnable(app *cli.App) *cobra.Command {
	var in enable
	cmd := &cobra.Command{
		Use:        "enable KEYSPACE.TABLE…",
		Aliases:    []string{"create"},
		SuggestFor: []string{"add", "set", "on"},
		Short:      "Enable change data capture of tables",
		Long: `Enable change data capture (CDC) of tables of a database, which sends their
changes to a tenant of Astra Streaming. Tables that have it keep it.

--stream names the streaming cluster and tenant of a region, once for each region:
us-east1=pulsar-gcp-useast1/TENANT. In a database with one region, REGION= can be
omitted. All tables of a database use the same streams, so --stream is required
for the first one only. Later it adds a region, or changes the stream of one,
which asks for confirmation.`,
		Example: "  astra cdc enable app.orders --db demo\n" +
			"  astra cdc enable legacy.orders --db legacy --stream us-east-1=pulsar-aws-useast1/acme",
		Args: cli.Args("KEYSPACE.TABLE…"),
		RunE: func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args) },
	}
	cmd.Flags().StringVar(&in.database, "db", "", "`name` or ID of the database (default: the selected one)")
	cmd.Flags().StringArrayVar(&in.streams, "stream", nil, "`[REGION=]CLUSTER/TENANT` that receives the changes; repeatable")
	completion.Flags(cmd.Flags(), completion.Databases, "db")
	return cmd
}

func (in enable) run(ctx context.Context, app *cli.App, args []string) error {
	tables, err := parseTables(args)
	if err != nil {
		return err
	}
	if err := checkTables(tables); err != nil {
		return err
	}
	streams, err := parseStreams(in.streams)
	if err != nil {
		return err
	}
	if err := cli.CheckList(app, columns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	d, err := session.DatabaseOrSelected(ctx, in.database)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if !slices.Contains(d.Keyspaces, t.Keyspace) {
			return exit.NotAmongf("keyspace", t.Keyspace, d.Keyspaces).WithNext("astra keyspace list --db " + shellword.Quote(d.Name))
		}
	}
	before, err := session.CDC.Get(ctx, d.ID)
	if err != nil {
		return err
	}
	p, err := newPlan(d, before, tables, streams)
	if err != nil {
		return err
	}
	if len(p.added)+len(p.streams) == 0 {
		app.Say("Change data capture is already enabled.")
		return p.print(app, before)
	}
	if err := p.confirm(ctx, app, session); err != nil {
		return err
	}
	if err := p.send(ctx, session); err != nil {
		return fmt.Errorf("enable change data capture in %s: %w", d.Name, err)
	}
	now, err := session.CDC.Get(ctx, d.ID)
	if err != nil {
		return exit.Hint(err, "change data capture was enabled, but could not be verified")
	}
	if lacking := p.firstDifference(now); lacking != "" {
		return exit.Failf(exit.Server, "the API accepted change data capture of %s in %s, but does not list it", lacking, d.Name).
			WithNext("astra cdc list --db " + shellword.Quote(d.Name))
	}
	app.Say("%s.", p.done())
	return p.print(app, now)
}

// done says what the plan changed.
func (p plan) done() string {
	var names, regions []string
	for _, t := range p.added {
		names = append(names, stream{table: t}.ref())
	}
	for _, r := range p.streams {
		regions = append(regions, r.Region)
	}
	switch {
	case len(names) > 0:
		return fmt.Sprintf("Enabled change data capture of %s in %s", strings.Join(names, ", "), p.database.Name)
	case len(p.replaced) > 0:
		return fmt.Sprintf("Changed the stream of %s in %s", p.database.Name, strings.Join(regions, ", "))
	}
	return fmt.Sprintf("Added the stream of %s in %s", p.database.Name, strings.Join(regions, ", "))
}

// parseTables parses arguments of the form KEYSPACE.TABLE, each once.
func parseTables(args []string) ([]devops.CDCTable, error) {
	var all []devops.CDCTable
	for _, arg := range args {
		t, err := parseTable(arg)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all, nil
}

func parseTable(text string) (devops.CDCTable, error) {
	keyspace, name, found := strings.Cut(text, ".")
	if !found || keyspace == "" || name == "" || strings.Contains(name, ".") {
		return devops.CDCTable{}, exit.Usagef("%q is not KEYSPACE.TABLE", text)
	}
	return devops.CDCTable{Keyspace: keyspace, Table: name}, nil
}

// checkTables refuses names that no new table can have. Tables that the service lists are
// not checked, so that "cdc disable" takes them.
func checkTables(tables []devops.CDCTable) error {
	for _, t := range tables {
		if strings.ContainsFunc(t.Keyspace+t.Table, isForeign) {
			return exit.Usagef("%q is not KEYSPACE.TABLE: names consist of letters, digits and _", stream{table: t}.ref())
		}
	}
	return nil
}

// isForeign reports whether a character is in no name of a keyspace or table.
func isForeign(r rune) bool {
	return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// parseStreams parses --stream. The region may be missing.
func parseStreams(given []string) ([]devops.CDCRegion, error) {
	var all []devops.CDCRegion
	for _, text := range given {
		region, stream, found := strings.Cut(text, "=")
		if !found {
			region, stream = "", text
		}
		cluster, tenant, ok := strings.Cut(stream, "/")
		if !ok || cluster == "" || tenant == "" || strings.Contains(tenant, "/") || found && region == "" {
			return nil, exit.Usagef("--stream %q is not [REGION=]CLUSTER/TENANT", text)
		}
		if slices.ContainsFunc(all, func(r devops.CDCRegion) bool { return r.Region == region }) {
			return nil, exit.Usagef("--stream: region %q is a duplicate", region)
		}
		all = append(all, devops.CDCRegion{Region: region, Cluster: cluster, Tenant: tenant})
	}
	return all, nil
}

// plan is a change of the change data capture of a database.
type plan struct {
	database devops.Database
	before   devops.CDC
	after    devops.CDC
	tables   []devops.CDCTable  // as given
	added    []devops.CDCTable  // those that are new
	streams  []devops.CDCRegion // those that are new or different
	replaced []devops.CDCRegion // the streams that these replace
}

// newPlan adds tables and streams to what the database has, and removes nothing.
func newPlan(d devops.Database, before devops.CDC, tables []devops.CDCTable, streams []devops.CDCRegion) (plan, error) {
	p := plan{database: d, before: before, tables: tables}
	p.after = devops.CDC{DatabaseID: d.ID, Tables: slices.Clone(before.Tables), Regions: slices.Clone(before.Regions)}
	for _, t := range tables {
		if !slices.Contains(before.Tables, t) {
			p.added = append(p.added, t)
		}
	}
	p.after.Tables = append(p.after.Tables, p.added...)
	for _, stream := range streams {
		if err := p.addStream(stream); err != nil {
			return p, err
		}
	}
	if len(p.after.Regions) == 0 {
		return p, exit.Usagef("--stream is required: %s has no change data capture yet", d.Name).
			WithHint("name the streaming cluster and tenant of each region: --stream %s=CLUSTER/TENANT", d.Region)
	}
	return p, nil
}

func (p *plan) addStream(stream devops.CDCRegion) error {
	if stream.Region == "" {
		if len(p.database.Datacenters) != 1 {
			return exit.Usagef("--stream requires REGION=: %s has %s", p.database.Name, spelling.Count(len(p.database.Datacenters), "region"))
		}
		stream.Region = p.database.Datacenters[0].Region
	}
	at := slices.IndexFunc(p.database.Datacenters, func(c devops.Datacenter) bool { return strings.EqualFold(c.Region, stream.Region) })
	if at < 0 {
		return exit.NotAmongf("region", stream.Region, p.database.Regions)
	}
	stream.Region, stream.DatacenterID = p.database.Datacenters[at].Region, p.database.Datacenters[at].ID
	old := slices.IndexFunc(p.after.Regions, func(r devops.CDCRegion) bool { return r.DatacenterID == stream.DatacenterID })
	switch {
	case old >= 0 && p.after.Regions[old] == stream:
		return nil
	case old >= 0:
		p.replaced = append(p.replaced, p.after.Regions[old])
		p.after.Regions[old] = stream
	default:
		p.after.Regions = append(p.after.Regions, stream)
	}
	p.streams = append(p.streams, stream)
	return nil
}

// confirm asks before several tables are enabled, and before the changes of tables that
// have change data capture go elsewhere. Right before the request it verifies that
// nothing changed, because the request replaces everything.
func (p plan) confirm(ctx context.Context, app *cli.App, session *cli.Session) error {
	switch {
	case len(p.replaced) > 0:
		for _, r := range p.replaced {
			app.Say("- %s", stream{regions: []devops.CDCRegion{r}}.words())
		}
		for _, r := range p.streams {
			app.Say("+ %s", stream{regions: []devops.CDCRegion{r}}.words())
		}
		what := fmt.Sprintf("all %d tables of %s with change data capture", len(p.after.Tables), p.database.Name)
		if len(p.after.Tables) == 1 {
			what = stream{table: p.after.Tables[0]}.ref() + " of " + p.database.Name
		}
		if err := app.Confirm(ctx, "Send the changes of %s to the new streams?", what); err != nil {
			return err
		}
	case len(p.added) > 1:
		for _, t := range p.added {
			app.Say("+ %s", stream{table: t}.ref())
		}
		if err := app.Confirm(ctx, "Enable change data capture of these %s in %s?", spelling.Count(len(p.added), "table"), p.database.Name); err != nil {
			return err
		}
	}
	now, err := session.CDC.Get(ctx, p.database.ID)
	if err != nil {
		return err
	}
	if !slices.Equal(now.Tables, p.before.Tables) || !slices.Equal(now.Regions, p.before.Regions) {
		return exit.Failf(exit.Conflict, "the change data capture of %s was changed by another client; nothing was changed", p.database.Name).
			WithNext("astra cdc list --db " + shellword.Quote(p.database.Name))
	}
	return nil
}

// send sends the request. The list shows the outcome if the response is lost.
func (p plan) send(ctx context.Context, session *cli.Session) error {
	send := session.CDC.Replace
	if len(p.before.Tables)+len(p.before.Regions) == 0 {
		send = session.CDC.Create
	}
	err := send(ctx, p.database.Name, p.after)
	if devops.MaybeApplied(err) {
		if now, lookErr := session.CDC.Get(ctx, p.database.ID); lookErr == nil && p.firstDifference(now) == "" {
			return nil
		}
	}
	return err
}

// firstDifference returns the first table or region that is not as it should be.
func (p plan) firstDifference(now devops.CDC) string {
	for _, t := range p.after.Tables {
		if !slices.Contains(now.Tables, t) {
			return stream{table: t}.ref()
		}
	}
	for _, r := range p.after.Regions {
		if !slices.Contains(now.Regions, r) {
			return "region " + r.Region
		}
	}
	return ""
}

// print prints the tables of the command line.
func (p plan) print(app *cli.App, now devops.CDC) error {
	var all []stream
	for _, t := range p.tables {
		all = append(all, stream{database: p.database.Name, table: t, regions: now.Regions})
	}
	return cli.Print(app, columns(), all, "")
}
