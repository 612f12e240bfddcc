// Package profile is "astra profile": the organizations with a login.
package profile

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:        "profile",
		SuggestFor: []string{"config", "context"},
		Short:      "Manage profiles",
		Long: `Manage profiles. A profile belongs to one organization. It records where the
credential is stored, and the databases selected by "astra env use". It holds no
secret. "astra auth login" creates profiles.`,
		Example: "  astra profile list",
	}, newDelete, newGet, newImport, newList, newRename, newUse)
}

// profileRow is the printed form of a profile.
type profileRow struct {
	config.Profile
	current bool
}

func columns() []output.Column[profileRow] {
	return []output.Column[profileRow]{
		{Key: "name", Value: func(r profileRow) any { return r.Name }, Name: true},
		{Key: "orgName", Value: func(r profileRow) any { return output.OrNull(r.Org.Name) }},
		{Key: "orgId", Value: func(r profileRow) any { return output.OrNull(r.Org.ID) }, Spare: 1},
		{Key: "store", Value: func(r profileRow) any { return r.Store }},
		{Key: "clientId", Value: func(r profileRow) any { return output.OrNull(r.ClientID) }, Spare: 1},
		{Key: "apiUrl", Value: func(r profileRow) any { return output.OrNull(r.APIURL) }, Wide: true},
		{Key: "database", Value: func(r profileRow) any { return output.OrNull(r.Selected.DB.Name) }},
		{Key: "current", Value: func(r profileRow) any { return r.current }, Mark: true},
	}
}

// refuseSandbox refuses profiles in sandbox mode.
func refuseSandbox(app *cli.App) error {
	if app.UsesSandbox() {
		return exit.Usagef("the sandbox has no profiles")
	}
	return nil
}
