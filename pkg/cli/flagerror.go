package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/help"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/suggest"
)

// AsUsage marks an error of the command line's own parser as wrong usage.
func AsUsage(err error) error {
	if _, ok := errors.AsType[*exit.Error](err); ok {
		return err
	}
	return &exit.Error{Exit: exit.Usage, Message: scrub(err.Error()), Cause: err}
}

// FlagError words the parser's complaint about a flag, and names the flags that may
// have been meant.
func FlagError(cmd *cobra.Command, err error) error {
	if ours, ok := errors.AsType[*exit.Error](err); ok { // without the parser's words around it
		return ours
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return AsUsage(err)
	}
	written := "--" + unknown.GetSpecifiedName()
	if letters := unknown.GetSpecifiedShortnames(); letters != "" {
		written = "-" + unknown.GetSpecifiedName()
	}
	return unknownFlag(cmd, unknown.GetSpecifiedName(), written)
}

// unknownFlag is wrong usage by a flag that cmd does not have. It names the flags that
// may have been meant and the usage line.
func unknownFlag(cmd *cobra.Command, name, written string) *exit.Error {
	e, meant := exit.Usagef("unknown flag: %s", scrub(written)), ""
	if format, err := output.ParseFormat(name); err == nil {
		meant = "-o " + string(format)
	} else if name == "format" {
		meant = "--output"
	} else {
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				known = append(known, f.Name)
			}
		})
		if near := suggest.Nearest(name, known); len(near) > 0 {
			meant = "--" + strings.Join(near, " or --")
		}
	}
	usage := "usage: " + help.UsageLine(cmd)
	if meant != "" {
		return e.WithHint("did you mean %s? %s", meant, usage)
	}
	return e.WithHint("%s", usage)
}
