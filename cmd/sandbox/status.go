package sandbox

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/sandbox"
	"github.com/astra-admin/astra/pkg/secret"
)

// state is what is shown of the sandbox.
type state struct {
	sandbox.Status
	serving []string
}

func columns() []output.Column[state] {
	return []output.Column[state]{
		{Key: "path", Value: func(s state) any { return s.Path }},
		{Key: "orgId", Value: func(s state) any { return s.OrgID }, Name: true},
		{Key: "orgName", Value: func(s state) any { return s.OrgName }},
		{Key: "token", Value: func(s state) any { return s.Token }},
		{Key: "serving", Value: func(s state) any { return s.serving }},
	}
}

func newStatus(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show the sandbox and its administrator's token",
		Long: `Show the location of the sandbox's state, its organization, its administrator's
token, and the addresses that serve it. The token works for this sandbox only.`,
		Example: "  astra sandbox status\n  astra sandbox status --jq .token",
		Args:    cli.Args(),
		RunE:    func(*cobra.Command, []string) error { return show(app) },
	}
}

func show(app *cli.App) error {
	server, err := app.Sandbox()
	if err != nil {
		return err
	}
	status, err := server.Status()
	if err != nil {
		return err
	}
	serving, err := app.ServedAt()
	if err != nil {
		return err
	}
	return cli.WriteOne(app, app.Reveal(secret.Text(status.Token)), columns(), state{status, serving})
}
