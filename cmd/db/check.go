package db

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/async"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/rights"
)

type check struct{ region, keyspace string }

func newCheck(app *cli.App) *cobra.Command {
	var in check
	cmd := &cobra.Command{
		Use:        "check [DB]",
		SuggestFor: []string{"ping", "test", "reach"},
		Short:      "Check whether a database can be reached",
		Long: `Check whether this database can be reached from here with this token, and if
not, which link is broken. Each row is a link: the address of the data host, its
certificate (tls), the token, whether the database is awake, the role of the
token, the access list and the keyspace. A broken link has the command that
fixes it. Exits with status 10 if a link is broken.

The status of the database is read first. If the database is awake, its data
host is asked for its keyspaces, which changes nothing; the token is sent only
to the data host that belongs to its service. A database that is not awake gets
no request, since that would wake it; then the role link is what the roles of the
token say, if the token may list tokens, and other links are not checked.

Without DB, it checks the selected database, with its region and keyspace. To
check another token, use --token-file. The token must be allowed to view
databases. The sandbox in this program has no network: it checks neither address
nor certificate.`,
		Example:     "  astra db check demo\n  astra db check demo --keyspace app -o json",
		Args:        cli.Args("[DB]"),
		Annotations: completion.Args(completion.Databases),
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.run(cmd.Context(), app, strings.Join(args, ""))
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.region, "region", "", "`name` of the region (default: the selected one, else the first one)")
	f.StringVar(&in.keyspace, "keyspace", "", "`name` of the keyspace (default: the selected one, else the database's default)")
	completion.Flags(f, completion.Regions, "region")
	completion.Flags(f, completion.Keyspaces, "keyspace")
	return cmd
}

func (in check) run(ctx context.Context, app *cli.App, ref string) error {
	if err := cli.CheckList(app, linkColumns(app)); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	d, err := findOrSelected(ctx, session, ref)
	switch {
	case errors.Is(err, devops.ErrUnauthorized):
		return report(app, cmp.Or(ref, "the selected database"), rejectedToken(exit.Classify(err).Message))
	case err != nil:
		return err
	}
	c, err := in.collect(ctx, app, session, d)
	if err != nil {
		return err
	}
	return report(app, d.Name, c.links())
}

// collect asks the service for what the links depend on.
func (in check) collect(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database) (connection, error) {
	region, err := regionOf(session, d, in.region)
	if err != nil {
		return connection{}, err
	}
	d.Region = region
	c := connection{database: d, clientID: session.ClientID, embedded: app.UsesSandbox()}
	if c.keyspace, err = in.keyspaceOf(session, d); err != nil {
		return c, err
	}
	if c.endpoint, err = app.DataEndpoint(session.APIURL, d, region); err != nil {
		return c, exit.Hint(err, "the token is only sent to the data host of its own service")
	}
	if isAwake(d) {
		c.asked = true
		if c.usable, c.answer = session.Data.Keyspaces(ctx, c.endpoint, d); c.answer != nil {
			c.advice = app.NetworkAdvice(c.answer)
		}
	}
	if !c.asked || c.answer != nil {
		rights.AheadOfOwn(session.LimitExtras(ctx), session)
	}
	group := async.Go(ctx, session.Calls, func(ctx context.Context) (devops.PCUGroup, error) {
		if d.Status != "HIBERNATED" {
			return devops.PCUGroup{}, nil
		}
		return parkedGroup(ctx, session, d), nil
	})
	if c.list, c.listErr = session.AccessLists.Get(ctx, d.ID); len(c.admittedAddresses()) > 0 && !c.embedded {
		c.own, _ = devops.LocalAddress(ctx, c.endpoint)
	}
	c.group, _ = group()
	if ctx.Err() != nil {
		return c, context.Cause(ctx)
	}
	c.askRoles(session.LimitExtras(ctx), app, session)
	if errors.Is(ctx.Err(), context.Canceled) {
		return c, context.Cause(ctx)
	}
	return c, nil
}

// askRoles evaluates the roles of the token, if it may read them: for the permission that
// the data host checks.
func (c *connection) askRoles(ctx context.Context, app *cli.App, session *cli.Session) {
	if c.asked && c.answer == nil {
		return // the data host knows better
	}
	s, token, err := rights.ReadOwn(ctx, app, session, c.database)
	if err != nil {
		return // what the links say without it is true
	}
	rest, err := access.ParseWhat("db-rest")
	if err != nil {
		return
	}
	q := access.Question{What: rest, Place: access.Place{Database: c.database.ID, DatabaseName: c.database.Name}}
	c.evaluated = s.Answer(token, q, app)
}

// keyspaceOf returns the keyspace to check: that of --keyspace, else the
// selected one, else the default keyspace of the database.
func (in check) keyspaceOf(session *cli.Session, d devops.Database) (string, error) {
	selected, err := session.Selection(d.ID)
	if err != nil {
		return "", err
	}
	return cmp.Or(in.keyspace, selected.Project.Keyspace, selected.Binding.Keyspace, d.Keyspace), nil
}

// report prints the links, and how they add up.
func report(app *cli.App, name string, links []link) error {
	if err := cli.PrintRead(app, linkColumns(app), links, ""); err != nil {
		return err
	}
	var broken, unchecked []string
	var first link // that can be fixed
	for _, l := range links {
		switch l.state {
		case linkBroken:
			broken = append(broken, l.name)
			if first.fix == "" {
				first = l
			}
		case linkUnchecked:
			unchecked = append(unchecked, l.name)
		}
	}
	switch {
	case len(broken) > 0:
		app.Say("%s cannot be reached with this token. Broken: %s.", name, strings.Join(broken, ", "))
		switch {
		case first.fix == "":
		case first.others:
			app.Say("An administrator can fix it: %s", first.fix)
		default:
			app.Say("To fix it: %s", app.Command(first.fix))
		}
		return exit.ErrNegative
	case slices.Contains(unchecked, "role") && slices.Contains(unchecked, "keyspace"):
		app.Say("No broken link to %s found, but it is not known whether this token may use its data; not checked: %s.", name, strings.Join(unchecked, ", "))
	case len(unchecked) > 0:
		app.Say("No broken link to %s found; not checked: %s.", name, strings.Join(unchecked, ", "))
	default:
		app.Say("%s can be reached with this token.", name)
	}
	return nil
}

func linkColumns(app *cli.App) []output.Column[link] {
	fix := func(l link) string {
		if l.fix == "" || l.others {
			return l.fix
		}
		return app.Command(l.fix)
	}
	return []output.Column[link]{
		{Key: "link", Value: func(l link) any { return l.name }, Name: true},
		{Key: "state", Value: func(l link) any { return l.state }, State: true},
		{Key: "detail", Value: func(l link) any { return l.detail }, Wrap: true},
		{Key: "fix", Value: func(l link) any { return output.OrNull(fix(l)) }, Spare: 1},
	}
}
