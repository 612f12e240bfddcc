package db

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

type wake struct{ wait bool }

func newWake(app *cli.App) *cobra.Command {
	var in wake
	cmd := &cobra.Command{
		Use:     "wake [DB]",
		Aliases: []string{"resume"},
		Short:   "Wake a hibernated database",
		Long: `Wake a hibernated database. The service hibernates serverless databases that are
not used, and resumes them at the first request to their data: this command
sends one and does not use its answer. A database that is awake is left alone.

The request carries your token, because the data host requires one. It is sent
only to the data host that belongs to the service of the token.

With --wait, the command returns when the database is active, which takes
minutes. Without DB, it wakes the selected database. To make a parked classic
database active, use "astra db unpark". Databases of a parked PCU group wake with
the group: use "astra pcu unpark".`,
		Example:     "  astra db wake demo\n  astra db wake demo --wait --jq .status",
		Args:        cli.Args("[DB]"),
		Annotations: completion.Args(completion.Databases),
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.run(cmd.Context(), app, strings.Join(args, ""))
		},
	}
	cli.AddWait(cmd.Flags(), &in.wait)
	return cmd
}

func (in wake) run(ctx context.Context, app *cli.App, ref string) error {
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	d, err := findOrSelected(ctx, session, ref)
	if err != nil {
		return err
	}
	spec := dbchange.Spec{
		Doing: "waking " + d.Name, Wait: in.wait, Left: true,
		Begun: func(d devops.Database) bool { return d.Status == "RESUMING" },
		Done:  isAwake,
		Send:  func(ctx context.Context) error { return sendWake(ctx, app, session, d) },
	}
	if in.wait && d.Status == "HIBERNATING" {
		if d, err = dbchange.AwaitFree(ctx, app, session, d, spec); err != nil {
			return err
		}
	}
	switch {
	case isAwake(d):
		app.Say("%s is awake (%s).", d.Name, strings.ToLower(d.Status))
		return cli.PrintOne(app, columns(), d)
	case d.Status == "RESUMING":
		app.Say("%s is already resuming.", d.Name)
	case d.Status != "HIBERNATED":
		return explainAsleep(d)
	default:
		if g := parkedGroup(ctx, session, d); g.ID != "" {
			return exit.Failf(exit.Conflict, "%s is hibernated because its PCU group %s is %s", d.Name, g.Title, strings.ToLower(g.Status)).
				WithHint("unparking the group wakes it").WithNext(unparkCommand(g))
		}
	}
	if d, err = dbchange.Run(ctx, app, session, d, spec); err != nil {
		return err
	}
	return cli.PrintOne(app, columns(), d)
}

// findOrSelected returns a database by name or ID, or the selected one without
// either.
func findOrSelected(ctx context.Context, session *cli.Session, ref string) (devops.Database, error) {
	if ref == "" {
		return session.DatabaseOrSelected(ctx, "")
	}
	return findDeleted(ctx, session, ref)
}

// isAwake reports whether a database serves its data, which includes changes
// during which it remains usable.
func isAwake(d devops.Database) bool {
	return slices.Contains([]string{"ACTIVE", "MAINTENANCE", "RESIZING"}, d.Status)
}

// parkedGroup returns the PCU group that keeps a hibernated database asleep, if there is
// one and the token may read it: no request to its data wakes such a database.
func parkedGroup(ctx context.Context, session *cli.Session, d devops.Database) devops.PCUGroup {
	for _, dc := range d.Datacenters {
		if dc.ID == "" {
			continue
		}
		if g, err := session.PCUs.OfDatacenter(ctx, dc.ID); err == nil && g.IsParked() {
			return g
		}
	}
	return devops.PCUGroup{}
}

func unparkCommand(g devops.PCUGroup) string {
	return shellword.Line("astra", "pcu", "unpark", "id:"+g.ID, "--wait")
}

// explainAsleep returns the error for a database that is neither awake nor
// hibernated, with the command for its status.
func explainAsleep(d devops.Database) *exit.Error {
	name := shellword.Quote(d.Name)
	e := exit.Failf(exit.Conflict, "%s is %s, not hibernated", d.Name, describeStatus(d))
	if d.Status == "HIBERNATING" {
		e = exit.Failf(exit.Conflict, "%s is still hibernating", d.Name)
	}
	switch {
	case d.Status == "PARKED", d.Status == "PARKING", d.Status == "UNPARKING":
		return e.WithNext("astra db unpark " + name + " --wait")
	case d.Status == "HIBERNATING":
		return e.WithHint("it can be woken when it is hibernated").WithNext(dbchange.WakeCommand(d))
	case d.IsTerminating():
		return e.WithHint("a deleted database does not come back")
	case d.IsCreating():
		return e.WithHint("it becomes active without a command").WithNext("astra db get " + name)
	}
	return e.WithHint("only hibernated databases can be woken").WithNext("astra db get " + name)
}

// sendWake sends the request that wakes a database, and verifies that the
// service resumes it.
func sendWake(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database) error {
	endpoint, err := app.DataEndpoint(session.APIURL, d, d.Region)
	if err != nil {
		return exit.Hint(err, "the token is only sent to the data host of its own service; wake the database with another client")
	}
	app.DryRunf("send this request to the data host of %s", d.Name)
	switch err = session.Data.Wake(ctx, endpoint, d); {
	case errors.Is(err, devops.ErrAwake):
		return nil
	case errors.Is(err, devops.ErrUnauthorized), errors.Is(err, devops.ErrForbidden):
		return exit.Failf(exit.Forbidden, "the data host of %s rejected the token: %v", d.Name, err).WithAnswer(err).
			WithHint("waking a database requires a token that may use its data").WithNext("astra role advise --needs rest")
	case err != nil:
		return err
	}
	app.RecordChange() // the response was an error, as expected
	return dbchange.VerifyResume(ctx, app, session, d)
}
