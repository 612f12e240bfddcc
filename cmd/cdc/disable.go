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
		Example: "  astra cdc disable app.example --db demo --yes",
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
		switch name := (stream{table: t}).called(); {
		case slices.Contains(before.Tables, t):
			leaving, names = append(leaving, t), append(names, name)
		case !in.ifExists:
			return exit.Failf(exit.NotFound, "%s in %s has no change data capture", name, d.Name).
				WithNext("astra cdc list --db " + shellword.Quote(d.Name))
		}
	}
	if len(leaving) == 0 {
		app.Say("None of the tables has change data capture; nothing to disable.")
		return nil
	}
	if err := app.Confirm(ctx, "Disable change data capture of %s in %s?", strings.Join(names, ", "), d.Name); err != nil {
		return err
	}
	if err := session.CDC.Remove(ctx, d.ID, leaving); err != nil && !errors.Is(err, devops.ErrNotFound) { // it has ended
		return fmt.Errorf("disable change data capture in %s: %w", d.Name, err)
	}
	now, err := session.CDC.Get(ctx, d.ID)
	if err != nil {
		return exit.Hint(err, "change data capture was disabled, but this could not be verified")
	}
	for i, t := range leaving {
		if slices.Contains(now.Tables, t) {
			return cli.StillListed("change data capture of " + names[i])
		}
	}
	app.Say("Disabled change data capture of %s in %s.", strings.Join(names, ", "), d.Name)
	return nil
}
