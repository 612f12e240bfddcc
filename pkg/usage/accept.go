package usage

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// FlagKinds are kinds of global flags that not every command accepts. All accept
// --output: failures are objects with it.
type FlagKinds int

// The kinds, to be combined.
const (
	AcceptJSON    FlagKinds = 1 << iota // --jq and --template
	AcceptColumns                       // --columns and --no-headers
	AcceptRows                          // --sort and --filter
	AcceptDryRun                        // --dry-run

	AcceptObject = AcceptJSON | AcceptColumns
	AcceptList   = AcceptObject | AcceptRows
)

// flagsByKind returns the flags that not every command accepts.
func flagsByKind() map[FlagKinds][]string {
	return map[FlagKinds][]string{
		AcceptJSON: {"jq", "template"}, AcceptColumns: {"columns", "no-headers"}, AcceptRows: {"sort", "filter"}, AcceptDryRun: {"dry-run"},
	}
}

// Accept makes cmd reject the global flags of other kinds as unknown. The root still
// knows them, since a flag may be given before the command.
func Accept(cmd *cobra.Command, kinds FlagKinds) {
	for kind, names := range flagsByKind() {
		if kinds&kind != 0 {
			continue
		}
		for _, name := range names {
			global := cmd.Root().PersistentFlags().Lookup(name)
			f := cmd.Flags().VarPF(noFlag{cmd, global}, name, global.Shorthand, global.Usage)
			f.NoOptDefVal, f.Hidden = global.NoOptDefVal, true
		}
	}
}

// Accepts reports whether cmd accepts a flag of the root.
func Accepts(cmd *cobra.Command, name string) bool {
	f := cmd.Flags().Lookup(name)
	if f == nil {
		f = cmd.InheritedFlags().Lookup(name)
	}
	return f != nil && !f.Hidden
}

// noFlag is the value of a global flag that a command rejects.
type noFlag struct {
	cmd    *cobra.Command
	global *pflag.Flag
}

// Set rejects the flag as the parser rejects an unknown one.
func (r noFlag) Set(string) error { return unknownFlag(r.cmd, r.global.Name, "--"+r.global.Name) }

// String is the value, of which there is never one.
func (noFlag) String() string { return "" }

// Type is that of the flag.
func (r noFlag) Type() string { return r.global.Value.Type() }
