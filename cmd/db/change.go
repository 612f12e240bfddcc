package db

import (
	"context"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// runChange changes a database after a confirmation, if question is not empty,
// and prints the result.
func runChange(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database, c dbchange.Spec, question string, args ...any) error {
	if c.Done(d) || c.Begun != nil && c.Begun(d) {
		app.Say("%s is already %s.", d.Name, strings.ToLower(d.Status))
	} else if question != "" {
		if err := app.Confirm(ctx, question, args...); err != nil {
			return err
		}
	}
	d, err := dbchange.Run(ctx, app, session, d, c)
	if err != nil {
		return err
	}
	return cli.PrintOne(app, columns(), d)
}

// findClassic returns a database for a command that only supports classic ones.
func findClassic(ctx context.Context, app *cli.App, ref, verb, otherwise string) (*cli.Session, devops.Database, error) {
	if err := cli.CheckOne(app, columns()); err != nil {
		return nil, devops.Database{}, err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return nil, devops.Database{}, err
	}
	d, err := session.Database(ctx, ref)
	if err == nil && d.Type != "classic" {
		err = exit.Usagef("%s is a %s database; only classic databases can be %s", d.Name, d.Type, verb).WithHint("%s", otherwise)
	}
	return session, d, err
}
