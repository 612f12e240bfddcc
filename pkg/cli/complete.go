package cli

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/names"
)

// Completing reports whether a shell asks what could stand on a command line.
func (a *App) Completing() bool {
	return len(a.Args) > 0 && (a.Args[0] == cobra.ShellCompRequestCmd || a.Args[0] == cobra.ShellCompNoDescRequestCmd)
}

// Complete gives the commands below root, and their flags, what a shell offers
// for them. Only a shell that asks needs it.
//
// What it offers is in files of this machine: nothing is asked for, neither the
// service nor a secret store nor anybody, nothing is written, and whatever is
// wrong means that there is less to offer.
func (a *App) Complete(root *cobra.Command) {
	root.SetErr(io.Discard) // cobra explains itself there
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { a.completeFlag(root, f) })
	a.completeBelow(root)
}

// completeBelow sees the flags of each command as they were declared, before cobra
// adds those of its parents.
func (a *App) completeBelow(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) { a.completeFlag(cmd, f) })
	if fixed := cmd.ValidArgs; cmd.ValidArgsFunction == nil && !cmd.HasSubCommands() {
		cmd.ValidArgs = nil // which would hide what can stand behind the first one
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 && len(fixed) > 0 {
				return a.offered(words(fixed), nil, begun), cobra.ShellCompDirectiveNoFileComp
			}
			return a.complete(cmd, originAt(cmd, len(args)), args, args, begun)
		}
	}
	for _, child := range cmd.Commands() {
		a.completeBelow(child)
	}
}

func (a *App) completeFlag(cmd *cobra.Command, f *pflag.Flag) {
	_ = cmd.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		origin := FlagOrigin(cmd, f) // only now, as there are many flags
		var given []string
		if list, ok := f.Value.(pflag.SliceValue); ok {
			given = list.GetSlice()
		}
		if origin == Choices {
			return a.offeredChoices(valuesOf(f), f, given, begun), cobra.ShellCompDirectiveNoFileComp
		}
		if origin == Columns {
			return a.offeredColumns(columnsOf(cmd), f, given, begun)
		}
		return a.complete(cmd, origin, args, given, begun)
	}) // fails only for a flag that is not there
}

// complete returns what is offered for a word that has begun.
func (a *App) complete(cmd *cobra.Command, origin Origin, args, given []string, begun string) ([]string, cobra.ShellCompDirective) {
	switch origin {
	case Files:
		return nil, cobra.ShellCompDirectiveDefault
	case None, Choices, Columns:
		return nil, cobra.ShellCompDirectiveNoFileComp
	default:
		settled := a.settle() == nil
		q := names.Query{Prefix: begun, Most: mostOffered + 1 + len(given)}
		return a.offered(a.candidates(origin, settled, a.belonging(cmd, origin, args), q), given, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// belonging is to what the candidates belong: to the databases that the command
// line names so far or to the selected one, or for regions that no database is in to
// the cloud.
func (a *App) belonging(cmd *cobra.Command, origin Origin, args []string) []string {
	if origin != AnyRegions {
		named := databasesNamed(cmd, args)
		if (origin == Keyspaces || origin == Regions) && len(named) == 0 && cmd.Flags().Lookup("db") != nil {
			if profile, err := a.Profile(); err == nil {
				if s, err := a.Select(profile, ""); err == nil {
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

// databasesNamed are the databases that a command line names so far.
func databasesNamed(cmd *cobra.Command, args []string) []string {
	var named []string
	for i, arg := range args {
		if originAt(cmd, i) == Databases {
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

// offeredColumns are columns: as they are, to sort by, or in front of a condition,
// which goes on at once.
func (a *App) offeredColumns(columns []string, f *pflag.Flag, given []string, begun string) ([]string, cobra.ShellCompDirective) {
	switch f.Name {
	case "sort":
		if strings.HasPrefix(begun, "-") { // names do not begin so, and nobody looks for them unasked
			all := a.offered(words(columns), nil, begun[1:])
			for i := range all {
				all[i] = "-" + all[i]
			}
			return all, cobra.ShellCompDirectiveNoFileComp
		}
	case "filter":
		all := a.offered(words(columns), nil, begun)
		for i := range all {
			all[i] += "="
		}
		return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	return a.offeredChoices(columns, f, given, begun), cobra.ShellCompDirectiveNoFileComp
}

// offeredChoices are values, of which some may be given together, with commas.
func (a *App) offeredChoices(values []string, f *pflag.Flag, given []string, begun string) []string {
	before := ""
	if name, _ := pflag.UnquoteUsage(f); name == "list" {
		before = begun[:strings.LastIndex(begun, ",")+1]
		given = strings.Split(strings.Join(append(given, before), ","), ",")
	}
	all := a.offered(words(values), given, begun[len(before):])
	for i := range all {
		all[i] = before + all[i]
	}
	return all
}

// mostOffered is how many candidates a shell gets: each costs it more time than us.
const mostOffered = 200

// offered returns the candidates that begin like a word and are not given
// already, in the form in which cobra hands them on.
func (a *App) offered(all []names.Candidate, given []string, begun string) []string {
	const described = 100
	var chosen []names.Candidate
	seen := map[string]bool{}
	for _, c := range all {
		if strings.HasPrefix(c.Value, begun) && names.Safe(c.Value) && !seen[c.Value] && !slices.Contains(given, c.Value) {
			seen[c.Value] = true
			chosen = append(chosen, c)
		}
	}
	lines := make([]string, 0, len(chosen))
	for _, c := range chosen[:min(len(chosen), mostOffered)] {
		line := c.Value
		if c.Description != "" && len(chosen) <= described {
			line += "\t" + a.shown(c.Description)
		}
		lines = append(lines, line)
	}
	return lines
}

func words(values []string) []names.Candidate {
	all := make([]names.Candidate, len(values))
	for i, v := range values {
		all[i].Value = v
	}
	return all
}

// Placeholders are the positional arguments in the usage line of a command: NAME
// required, [NAME] optional, NAME… repeated. Flags in it do not count.
func Placeholders(cmd *cobra.Command) []string {
	var all []string
	isValue := false
	for _, word := range strings.Fields(cmd.Use)[1:] {
		switch {
		case isValue:
			isValue = false
		case strings.HasPrefix(word, "--"):
			isValue = word != "--"
		case word != "[flags]":
			all = append(all, word)
		}
	}
	return all
}
