package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/exit"
)

// newHelp replaces cobra's help command, which answers an unknown topic with
// success.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND | TOPIC]",
		Short:   "Show the help of a command, or a topic",
		Example: "  astra help token generate\n  astra help exit-codes",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
			var known []string
			if target, rest, err := cmd.Root().Find(args); err == nil && len(rest) == 0 {
				for _, c := range target.Commands() {
					if (c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand()) && strings.HasPrefix(c.Name(), begun) {
						known = append(known, cobra.CompletionWithDesc(c.Name(), c.Short))
					}
				}
			}
			return known, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noHelp(args, target, rest)
			}
			return target.Help()
		},
	}
}

// noHelp is the failure for a word that is no command. It names those that may
// have been meant, below the last one that is one.
func noHelp(args []string, target *cobra.Command, rest []string) error {
	e := exit.Usagef("no help on %q", strings.Join(args, " ")).WithNext("astra help")
	if target == nil || len(rest) == 0 {
		return e
	}
	var known []string
	for _, c := range target.Commands() {
		known = append(known, c.Name())
	}
	if near := exit.NotFoundf("command", rest[0], known); near.Hint != "" {
		e.Hint = near.Hint
	}
	return e
}
