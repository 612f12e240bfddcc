package cdc

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

type get struct{ database, table string }

func newGet(app *cli.App) *cobra.Command {
	var in get
	cmd := &cobra.Command{
		Use:     "get KEYSPACE.TABLE",
		Aliases: []string{"show", "describe"},
		Short:   "Show change data capture of a table",
		Example: "  astra cdc get app.example --db demo",
		Args:    cli.Args("KEYSPACE.TABLE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.table = args[0]
			return in.run(cmd.Context(), app)
		},
	}
	cmd.Flags().StringVar(&in.database, "db", "", "`name` or ID of the database (default: the selected one)")
	completion.Flags(cmd.Flags(), completion.Databases, "db")
	return cmd
}

func (in get) run(ctx context.Context, app *cli.App) error {
	table, err := parseTable(in.table)
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
	all, err := session.CDC.Table(ctx, d.ID, table)
	if errors.Is(err, devops.ErrNotFound) || err == nil && len(all) == 0 {
		return exit.Failf(exit.NotFound, "%s in %s has no change data capture", in.table, d.Name).
			WithNext("astra cdc list --db " + shellword.Quote(d.Name))
	}
	if err != nil {
		return err
	}
	s := stream{database: d.Name, table: table, status: all[0].Status}
	for _, part := range all {
		s.regions = append(s.regions, part.Regions...)
		if !strings.EqualFold(part.Status, "active") {
			s.status = part.Status
		}
	}
	return cli.PrintOne(app, columns(), s)
}
