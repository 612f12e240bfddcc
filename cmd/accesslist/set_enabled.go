package accesslist

import (
	"context"
	"fmt"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// setEnabled enables or disables a list that is unchanged since it was shown,
// and prints it.
func (p target) setEnabled(ctx context.Context, app *cli.App, shown devops.AccessList, on bool) error {
	deed, done := "disable", "Disabled"
	if on {
		deed, done = "enable", "Enabled"
	}
	if err := p.checkUnchanged(ctx, shown); err != nil {
		return err
	}
	if err := p.session.AccessLists.Switch(ctx, p.id, on); err != nil {
		return fmt.Errorf("%s the access list of %s: %w", deed, p.name, err)
	}
	now, err := p.read(ctx)
	if err != nil {
		return exit.Hint(err, "the access list was "+deed+"d, but this could not be verified")
	}
	if now.Enabled != on {
		return exit.Failf(exit.Server, "the API accepted the request to %s the access list of %s, but did not apply it", deed, p.name)
	}
	app.Say("%s the access list of %s.", done, p.name)
	return cli.PrintOne(app, columns(), p.listRow(now))
}
