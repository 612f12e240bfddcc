package cli

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/exit"
)

// flagGroups words the parser's complaint about flags of which one is missing, or
// which do not go together.
func flagGroups(cmd *cobra.Command) error {
	err := cmd.ValidateFlagGroups()
	if err == nil {
		return nil
	}
	// The parser's words.
	noneGiven := regexp.MustCompile(`^at least one of the flags in the group \[(.+)\] is required$`)
	tooManyGiven := regexp.MustCompile(`none of the others can be; \[(.+)\] were all set$`)
	if found := noneGiven.FindStringSubmatch(err.Error()); found != nil {
		return exit.Usagef("what to do is missing: %s", flagList(found[1], " or ")).WithNext(cmd.CommandPath() + " --help")
	}
	if found := tooManyGiven.FindStringSubmatch(err.Error()); found != nil {
		return exit.Usagef("%s do not go together", flagList(found[1], " and "))
	}
	return AsUsage(err)
}

// flagList turns names with blanks between them into a list of flags.
func flagList(names, last string) string {
	flags := strings.Fields(names)
	for i, name := range flags {
		flags[i] = "--" + name
	}
	n := len(flags) - 1
	return strings.Join(flags[:n], ", ") + last + flags[n]
}
