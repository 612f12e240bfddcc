package sandbox

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/sandbox"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
)

// state is the printed form of the sandbox.
type state struct {
	sandbox.Status
	serving []string
}

// validToken returns the administrator's token, "" if it was revoked.
func (s state) validToken() string {
	if s.TokenRevoked {
		return ""
	}
	return s.Token
}

func columns() []output.Column[state] {
	return []output.Column[state]{
		{Key: "path", Value: func(s state) any { return s.Path }},
		{Key: "orgId", Value: func(s state) any { return s.OrgID }, Name: true},
		{Key: "orgName", Value: func(s state) any { return s.OrgName }},
		{Key: "token", Value: func(s state) any { return output.OrNull(s.validToken()) }},
		{Key: "serving", Value: func(s state) any { return s.serving }},
	}
}

func newStatus(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show the sandbox and its administrator's token",
		Long: `Show the location of the sandbox's state, its organization, its administrator's
token, and the addresses that serve it. The token works for this sandbox
only. It is empty after it was revoked or rotated.`,
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
	serving, err := app.RunningServers()
	if err != nil {
		return err
	}
	if status.TokenRevoked {
		app.Warn("the sandbox's admin token was revoked or rotated. %s", alternative(app, server, serving))
	}
	return cli.WriteOne(app, app.Reveal(secret.Text(status.Token)), columns(), state{status, serving})
}

// alternative explains how to use a sandbox whose administrator's token was
// revoked: with a profile that has another token of it, or after a reset.
func alternative(app *cli.App, server *sandbox.Server, serving []string) string {
	const begin = "For a new sandbox (data is lost): astra sandbox reset"
	cfg, err := app.Config()
	if err != nil {
		return begin
	}
	for _, p := range cfg.Profiles {
		if known, err := server.HasToken(p.ClientID); err != nil || !known {
			continue
		}
		way := "Profile " + p.Name + " is logged in to it: use -p " + shellword.Quote(p.Name)
		if !slices.Contains(serving, p.APIURL) {
			way += " once it is served (" + p.APIURL + ")"
		}
		return way + ". " + begin
	}
	return begin
}
