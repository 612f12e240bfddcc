package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/exit"
)

// ownFormats is the annotation of a command with values of -o that others do not
// have.
const ownFormats = "own-formats"

// OwnFormats gives cmd values of -o of its own. See App.OwnFormat.
func OwnFormats(cmd *cobra.Command, names ...string) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[ownFormats] = strings.Join(names, " ")
	return cmd
}

// OwnFormat returns the value of -o if it is one of the command's own.
func (a *App) OwnFormat() string { return a.ownFormat }

// resolveCustomFormat keeps a value of -o that only this command knows. The other
// flags of the output have no meaning with it.
func (a *App) resolveCustomFormat(cmd *cobra.Command) error {
	g := &a.Globals
	if g.Output == "" || !slices.Contains(strings.Fields(cmd.Annotations[ownFormats]), g.Output) {
		return nil
	}
	given := a.outputGiven
	a.outputGiven = false
	other := a.OutputFlag()
	a.outputGiven = given
	if other != "" {
		return exit.Usagef("%s has no meaning with -o %s", other, g.Output)
	}
	a.ownFormat, g.Output = g.Output, ""
	return nil
}

// ownFormatsToo adds the formats of the command to a complaint about -o.
func ownFormatsToo(cmd *cobra.Command, err error) error {
	names := strings.Fields(cmd.Annotations[ownFormats])
	if len(names) == 0 {
		return err
	}
	return exit.Hint(err, "this command has "+strings.Join(names, " and ")+" as well")
}
