package cdc

import (
	"context"
	"errors"
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

type disable struct {
	database string
	ifExists bool
}

func newDisable(app *cli.App) *cobra.Command {
	var in disable
	cmd := &cobra.Command{
		Use:        "disable KEYSPACE.TABLE…",
		Aliases:    []string{"delete", "rm"},
		SuggestFor: []string{"remove", "off", "stop"},
		Short:      "Disable change data capture of tables",
		Long: `Disable change data capture (CDC) of tables of a database. If one of them does not
have it, nothing is changed. With the last table, the streams of the database are
removed too, and have to be named again by the next "astra cdc enable".`,
		Example: "  astra cdc disable app.example --db demo --yes -o json",
		Args:    cli.Args("KEYSPACE.TABLE…"),
		RunE:    func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args) },
	}
	cmd.Flags().StringVar(&in.database, "db", "", "`name` or ID of the database (default: the selected one)")
	cmd.Flags().BoolVar(&in.ifExists, "if-exists", false, "succeed if a table has no change data capture")
	completion.Flags(cmd.Flags(), completion.Databases, "db")
	return cmd
}

func (in disable) run(ctx context.Context, app *cli.App, args []string) error {
	tables, err := parseTables(args)
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
	before, err := session.CDC.Get(ctx, d.ID)
	if err != nil {
		return err
	}
	var leaving []devops.CDCTable
	var names []string
	for _, t := range tables {
		switch name := (stream{table: t}).ref(); {
		case slices.Contains(before.Tables, t):
			leaving, names = append(leaving, t), append(names, name)
		case !in.ifExists:
			return exit.Failf(exit.NotFound, "%s in %s has no change data capture", name, d.Name).
				WithNext("astra cdc list --db " + shellword.Quote(d.Name))
		}
	}
	if len(leaving) == 0 {
		app.Say("None of the tables has change data capture; nothing to disable.")
		return printDisabled(app, d, before, leaving)
	}
	if err := app.Confirm(ctx, "Disable change data capture of %s in %s?", strings.Join(names, ", "), d.Name); err != nil {
		return err
	}
	lost := session.CDC.Remove(ctx, d.ID, leaving)
	if errors.Is(lost, devops.ErrNotFound) { // it has ended
		lost = nil
	}
	if lost != nil && !devops.MaybeApplied(lost) {
		return fmt.Errorf("disable change data capture in %s: %w", d.Name, lost)
	}
	now, err := session.CDC.Get(ctx, d.ID)
	isLeft := func(t devops.CDCTable) bool { return slices.Contains(now.Tables, t) }
	switch {
	case lost != nil && (err != nil || slices.ContainsFunc(leaving, isLeft)): // the list does not show that the request arrived
		return exit.Hint(fmt.Errorf("disable change data capture in %s: %w", d.Name, lost), "it is unknown whether the service received the request; run the command again, which checks first", app.Repeat(in.again()...))
	case lost != nil:
		app.RecordChange()
	case err != nil:
		return exit.Hint(err, "change data capture was disabled, but this could not be verified")
	}
	for i, t := range leaving {
		if isLeft(t) {
			return cli.StillListedError("change data capture of " + names[i])
		}
	}
	app.Say("Disabled change data capture of %s in %s.", strings.Join(names, ", "), d.Name)
	return printDisabled(app, d, before, leaving)
}

// again returns the flag with which the command succeeds if change data capture has
// ended.
func (in disable) again() []string {
	if in.ifExists {
		return nil
	}
	return []string{"--if-exists"}
}

// printDisabled prints the tables that had change data capture, as they were.
func printDisabled(app *cli.App, d devops.Database, before devops.CDC, tables []devops.CDCTable) error {
	var all []stream
	for _, t := range tables {
		all = append(all, stream{database: d.Name, table: t, regions: before.Regions})
	}
	return cli.Print(app, columns(), all, "")
}
