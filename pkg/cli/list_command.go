package cli

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/spelling"
)

// columnKeys is the annotation of a command that has the keys of its columns.
const columnKeys = "columns"

// Listing is a command that prints a list of these columns: its help names them,
// and a shell completes them.
func Listing[T any](cmd *cobra.Command, columns []output.Column[T]) *cobra.Command {
	keys := output.Keys(columns)
	if cmd.Long == "" {
		cmd.Long = cmd.Short + "."
	}
	const width = 84 // as wide as the other lines of a help
	cmd.Long += "\n\n" + strings.ReplaceAll(Wrap("Columns: "+strings.Join(keys, ", ")+".", width), "\n  ", "\n")
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[columnKeys] = strings.Join(keys, " ")
	return cmd
}

// nouns is what the rows of a command's output are, in the plural.
func nouns(cmd *cobra.Command) string {
	if cmd.Parent() == nil || cmd.Name() != "list" && cmd.Name() != "get" {
		return "rows"
	}
	noun := cmd.Parent().Name()
	longer := map[string]string{
		"cdc": "table", "db": "database", "key": "customer key", "org": "organization", "pcu": "PCU group", "telemetry": "database",
	}
	return spelling.Plural(cmp.Or(longer[noun], strings.ReplaceAll(noun, "-", " ")))
}

// columnsOf are the keys of the columns of a command, if it prints a list.
func columnsOf(cmd *cobra.Command) []string { return strings.Fields(cmd.Annotations[columnKeys]) }
