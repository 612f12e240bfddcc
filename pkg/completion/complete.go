package completion

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/output"
)

// IsRequest reports whether a command line is the request of a shell for candidates.
func IsRequest(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// A completer finds candidates for the words of a command line. Whatever fails on the
// way means that there are fewer.
type completer struct{ app *cli.App }

// Register registers the functions that complete the arguments and flags of root and
// of the commands below it. Only a shell that completes needs them.
func Register(app *cli.App, root *cobra.Command) {
	c := completer{app}
	root.SetErr(io.Discard) // cobra explains itself there
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { c.registerFlag(root, f) })
	c.register(root)
}

// register sees the flags of each command as they were declared, before cobra adds
// those of its parents.
func (c completer) register(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) { c.registerFlag(cmd, f) })
	if values := cmd.ValidArgs; cmd.ValidArgsFunction == nil && !cmd.HasSubCommands() {
		cmd.ValidArgs = nil // which would hide the candidates of later arguments
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 && len(values) > 0 {
				return c.lines(ofValues(values), nil, prefix), cobra.ShellCompDirectiveNoFileComp
			}
			return c.complete(cmd, ArgSource(cmd, len(args)), args, args, prefix)
		}
	}
	for _, child := range cmd.Commands() {
		c.register(child)
	}
}

func (c completer) registerFlag(cmd *cobra.Command, f *pflag.Flag) {
	_ = cmd.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		var given []string
		if list, ok := f.Value.(pflag.SliceValue); ok {
			given = list.GetSlice()
		}
		switch source := FlagSource(f); source {
		case Values:
			return c.valueLines(flags.EnumValues(f), f, given, prefix), cobra.ShellCompDirectiveNoFileComp
		case Columns:
			return c.columnLines(cli.ColumnKeys(cmd), f, given, prefix)
		default:
			return c.complete(cmd, source, args, given, prefix)
		}
	}) // fails only for an undeclared flag
}

// complete returns the candidates of a source that begin with prefix.
func (c completer) complete(cmd *cobra.Command, source Source, args, given []string, prefix string) ([]string, cobra.ShellCompDirective) {
	switch source {
	case Files:
		return nil, cobra.ShellCompDirectiveDefault
	case None, Values, Columns:
		return nil, cobra.ShellCompDirectiveNoFileComp
	default:
		q := query{prefix: prefix, limit: maxCandidates + 1 + len(given)}
		hasSettings := c.app.LoadSettings() == nil
		return c.lines(c.candidates(source, hasSettings, c.owners(cmd, source, args), q), given, prefix), cobra.ShellCompDirectiveNoFileComp
	}
}

// owners names what candidates must belong to: the databases of the command line or
// the selected one, and for regions of all clouds the cloud.
func (c completer) owners(cmd *cobra.Command, source Source, args []string) []string {
	if source != CloudRegions {
		named := databasesOf(cmd, args)
		if (source == Keyspaces || source == Regions) && len(named) == 0 && cmd.Flags().Lookup("db") != nil {
			if profile, err := c.app.Profile(); err == nil {
				if s, err := c.app.Select(profile, ""); err == nil {
					named = append(named, cmp.Or(s.Binding.DB.Name, s.Ref))
				}
			}
		}
		return named
	}
	if f := cmd.Flags().Lookup("cloud"); f != nil && f.Changed {
		return []string{strings.ToLower(f.Value.String())}
	}
	return nil
}

// databasesOf returns the databases that a command line names before the word that is
// completed.
func databasesOf(cmd *cobra.Command, args []string) []string {
	var named []string
	for i, arg := range args {
		if ArgSource(cmd, i) == Databases {
			named = append(named, arg)
		}
	}
	if f := cmd.Flags().Lookup("db"); f != nil && f.Changed {
		if list, ok := f.Value.(pflag.SliceValue); ok {
			return append(named, list.GetSlice()...)
		}
		named = append(named, f.Value.String())
	}
	return named
}

// columnLines returns columns: as they are, to sort by, or as the beginning of a
// condition, after which no space follows.
func (c completer) columnLines(columns []string, f *pflag.Flag, given []string, prefix string) ([]string, cobra.ShellCompDirective) {
	switch f.Name {
	case "sort":
		if strings.HasPrefix(prefix, "-") { // offered only once the dash is typed
			all := c.lines(ofValues(columns), nil, prefix[1:])
			for i := range all {
				all[i] = "-" + all[i]
			}
			return all, cobra.ShellCompDirectiveNoFileComp
		}
	case "filter":
		all := c.lines(ofValues(columns), nil, prefix)
		for i := range all {
			all[i] += "="
		}
		return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	return c.valueLines(columns, f, given, prefix), cobra.ShellCompDirectiveNoFileComp
}

// valueLines returns the values of a flag. A flag whose placeholder is a list takes
// several, with commas.
func (c completer) valueLines(values []string, f *pflag.Flag, given []string, prefix string) []string {
	before := ""
	if name, _ := pflag.UnquoteUsage(f); name == "list" {
		before = prefix[:strings.LastIndex(prefix, ",")+1]
		given = strings.Split(strings.Join(append(given, before), ","), ",")
	}
	all := c.lines(ofValues(values), given, prefix[len(before):])
	for i := range all {
		all[i] = before + all[i]
	}
	return all
}

const (
	// maxCandidates bounds what a shell gets: each costs it more time than this program.
	maxCandidates = 200
	// maxDescriptions is the number of candidates above which none has a description.
	maxDescriptions = 100
)

// lines returns the candidates that begin with prefix and are not given already, in
// the form that cobra prints.
func (c completer) lines(all []candidate, given []string, prefix string) []string {
	var matches []candidate
	seen := map[string]bool{}
	for _, one := range all {
		if strings.HasPrefix(one.Value, prefix) && isSafe(one.Value) && !seen[one.Value] && !slices.Contains(given, one.Value) {
			seen[one.Value] = true
			matches = append(matches, one)
		}
	}
	lines := make([]string, 0, len(matches))
	for _, one := range matches[:min(len(matches), maxCandidates)] {
		line := one.Value
		if one.Description != "" && len(matches) <= maxDescriptions {
			line += "\t" + sanitize(c.app, one.Description)
		}
		lines = append(lines, line)
	}
	return lines
}

// sanitize makes text of the service safe for a file and a terminal.
func sanitize(app *cli.App, s string) string { return output.Sanitize(app.Secrets.Redact(s)) }

func ofValues(values []string) []candidate {
	all := make([]candidate, len(values))
	for i, v := range values {
		all[i].Value = v
	}
	return all
}
