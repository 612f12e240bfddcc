// Package usage checks command lines, and words the errors of wrong usage (exit 2).
package usage

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/help"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/suggest"
)

// Error marks an error of cobra's parser as wrong usage.
func Error(err error) error {
	if _, ok := errors.AsType[*exit.Error](err); ok {
		return err
	}
	return &exit.Error{Exit: exit.Usage, Message: Redact(err.Error()), Cause: err}
}

// FlagError words an error of the parser about a flag, and suggests flags for an unknown
// one.
func FlagError(cmd *cobra.Command, err error) error {
	if known, ok := errors.AsType[*exit.Error](err); ok { // without the parser's words around it
		return known
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return invalidValue(invalid)
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return Error(err)
	}
	written := "--" + unknown.GetSpecifiedName()
	if letters := unknown.GetSpecifiedShortnames(); letters != "" {
		written = "-" + unknown.GetSpecifiedName()
	}
	return unknownFlag(cmd, unknown.GetSpecifiedName(), written)
}

// invalidValue returns the error for a value that a flag does not accept, without the
// words of package strconv.
func invalidValue(err *pflag.InvalidValueError) error {
	number, ok := errors.AsType[*strconv.NumError](err)
	written := Redact(fmt.Sprintf("--%s %q", err.GetFlag().Name, err.GetValue()))
	switch {
	case !ok:
		return Error(err)
	case err.GetFlag().Value.Type() == "bool":
		return exit.Usagef("%s must be true or false", written)
	case strings.HasPrefix(err.GetFlag().Value.Type(), "float"):
		return exit.Usagef("%s is not a number", written)
	case errors.Is(number, strconv.ErrRange):
		return exit.Usagef("%s is too large or too small", written)
	}
	return exit.Usagef("%s is not a whole number", written)
}

// unknownFlag returns the error for a flag that cmd does not have, with similar ones and
// the usage line.
func unknownFlag(cmd *cobra.Command, name, written string) *exit.Error {
	e, similar := exit.Usagef("unknown flag: %s", Redact(written)), ""
	if format, err := output.ParseFormat(name); err == nil {
		similar = "-o " + string(format)
	} else if name == "format" {
		similar = "--output"
	} else {
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				known = append(known, f.Name)
			}
		})
		if near := suggest.Nearest(name, known); len(near) > 0 {
			similar = "--" + strings.Join(near, " or --")
		}
	}
	usage := "usage: " + help.UsageLine(cmd)
	if similar != "" {
		return e.WithHint("did you mean %s? %s", similar, usage)
	}
	return e.WithHint("%s", usage)
}

// CheckFlags checks what the parser does not: required flags and groups of flags, which
// cobra checks later and reports as other errors, tokens in args, and empty values.
func CheckFlags(cmd *cobra.Command, args []string) error {
	if err := errors.Join(cmd.ValidateRequiredFlags(), checkGroups(cmd)); err != nil {
		return Error(err)
	}
	return errors.Join(CheckArguments(args), checkEmpty(cmd))
}

// The annotations of cobra for flags of which one is required, or which exclude each
// other: the names in the group, with spaces between them.
const (
	oneRequired = "cobra_annotation_one_required"
	exclusive   = "cobra_annotation_mutually_exclusive"
)

// checkGroups words cobra's errors about groups of flags.
func checkGroups(cmd *cobra.Command) error {
	err := cmd.ValidateFlagGroups()
	if err == nil {
		return nil
	}
	for _, group := range groupsOf(cmd, oneRequired) {
		if !slices.ContainsFunc(group, cmd.Flags().Changed) {
			return exit.Usagef("specify at least one of %s", flagList(group, " or ")).WithNext(cmd.CommandPath() + " --help")
		}
	}
	for _, group := range groupsOf(cmd, exclusive) {
		given := slices.Sorted(slices.Values(slices.DeleteFunc(group, func(name string) bool { return !cmd.Flags().Changed(name) })))
		if len(given) > 1 {
			return exit.Usagef("%s cannot be combined", flagList(given, " and "))
		}
	}
	return Error(err)
}

// groupsOf returns the groups of an annotation, sorted, each once.
func groupsOf(cmd *cobra.Command, annotation string) [][]string {
	var all []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { all = append(all, f.Annotations[annotation]...) })
	slices.Sort(all)
	var groups [][]string
	for _, group := range slices.Compact(all) {
		groups = append(groups, strings.Fields(group))
	}
	return groups
}

// flagList returns names as a list of flags.
func flagList(names []string, last string) string {
	n := len(names) - 1
	return "--" + strings.Join(names[:n], ", --") + last + "--" + names[n]
}

// checkEmpty rejects a flag with an empty value: mostly that of a variable that is not
// set, with which the command would do something else. Only a description can be removed
// that way.
func checkEmpty(cmd *cobra.Command) error {
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name == "description" {
			return
		}
		list, isList := f.Value.(pflag.SliceValue)
		if f.Value.Type() == "string" && f.Value.String() == "" || isList && slices.Contains(list.GetSlice(), "") {
			err = exit.Usagef("--%s must not be empty", f.Name).WithHint("omit it, or give it a value; a shell variable may be unset")
		}
	})
	return err
}

// CheckArguments rejects a command line that contains a token: the list of processes
// and the shell's history show it. The error does not repeat it.
func CheckArguments(args []string) error {
	for _, arg := range args {
		if secret.LooksLikeToken(arg) && len(arg) > len("AstraCS:")+8 {
			return exit.Usagef("an argument looks like an application token; a command line is visible to other users and kept in the shell's history").
				WithHint("it is now in the shell's history: consider it exposed, and revoke it. Pass a token with --token-file FILE, or on standard input with --token-file -")
		}
	}
	return nil
}

// Redact removes tokens from text of the parser.
func Redact(s string) string { return new(secret.Redactor).Redact(s) }
