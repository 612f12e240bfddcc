package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/exit"
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
	e := &exit.Error{Exit: exit.Usage, Message: scrub(err.Error()), Cause: err}
	if format, err := output.ParseFormat(unknown.GetSpecifiedName()); err == nil {
		return e.WithHint("did you mean -o %s?", format)
	}
	if unknown.GetSpecifiedName() == "format" {
		return e.WithHint("did you mean --output?")
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if near := suggest.Nearest(unknown.GetSpecifiedName(), known); len(near) > 0 {
		return e.WithHint("did you mean --%s?", strings.Join(near, " or --"))
	}
	return e
}
