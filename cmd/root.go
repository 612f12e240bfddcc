// Package cmd is the command tree: a list of nouns, each a package of its own.
package cmd

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/cmd/access"
	"github.com/astra-admin/astra/cmd/accesslist"
	"github.com/astra-admin/astra/cmd/api"
	"github.com/astra-admin/astra/cmd/auth"
	"github.com/astra-admin/astra/cmd/billing"
	"github.com/astra-admin/astra/cmd/cdc"
	completioncmd "github.com/astra-admin/astra/cmd/completion"
	"github.com/astra-admin/astra/cmd/db"
	"github.com/astra-admin/astra/cmd/doctor"
	"github.com/astra-admin/astra/cmd/env"
	"github.com/astra-admin/astra/cmd/key"
	"github.com/astra-admin/astra/cmd/keyspace"
	"github.com/astra-admin/astra/cmd/open"
	"github.com/astra-admin/astra/cmd/org"
	"github.com/astra-admin/astra/cmd/pcu"
	"github.com/astra-admin/astra/cmd/permission"
	"github.com/astra-admin/astra/cmd/privatelink"
	"github.com/astra-admin/astra/cmd/profile"
	"github.com/astra-admin/astra/cmd/region"
	"github.com/astra-admin/astra/cmd/role"
	"github.com/astra-admin/astra/cmd/sandbox"
	"github.com/astra-admin/astra/cmd/streaming"
	"github.com/astra-admin/astra/cmd/telemetry"
	"github.com/astra-admin/astra/cmd/token"
	"github.com/astra-admin/astra/cmd/user"
	"github.com/astra-admin/astra/cmd/version"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/process"
	"github.com/astra-admin/astra/pkg/rights"
	"github.com/astra-admin/astra/pkg/tokens"
	"github.com/astra-admin/astra/pkg/usage"
)

// New returns the root of the tree: of the whole one if app has no command line,
// else of the part that the line can mean.
func New(app *cli.App) *cobra.Command {
	root := &cobra.Command{
		Use:   "astra",
		Short: "Administer DataStax Astra DB organizations",
		Long: `Administer DataStax Astra DB organizations from the command line.

Try it without an account: astra sandbox demo`,
		Example: `  astra token list
  astra role create Reporting --permission db-table-select --db demo`,
		Version:           app.Version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		Annotations:       map[string]string{},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return app.Start(cmd) },
	}
	root.SetIn(app.In)
	root.SetOut(app.Out)
	root.SetErr(app.Err)
	root.SetFlagErrorFunc(usage.FlagError)
	root.SetHelpCommand(newHelp())
	root.SetVersionTemplate("astra {{.Version}}\n")
	app.AtStart = func(ctx context.Context, notice bool) { tokens.RunAtStart(ctx, app, notice) }
	app.ExplainRefusal = func(ctx context.Context, session *cli.Session, refusal *devops.Error) cli.RefusalAdvice {
		return rights.ExplainRefusal(ctx, app, session, refusal)
	}
	app.AddFlags(root)
	completion.Flags(root.PersistentFlags(), completion.Profiles, "profile")
	completion.Flags(root.PersistentFlags(), completion.Files, "token-file")
	completion.Flags(root.PersistentFlags(), completion.Columns, "columns", "sort", "filter")
	root.AddCommand(topics(app, root.PersistentFlags())...)
	for _, group := range []struct {
		title string
		nouns []*cobra.Command
	}{
		{"Access", []*cobra.Command{org.New(app), user.New(app), role.New(app), permission.New(app), token.New(app), access.New(app)}},
		{"Databases", []*cobra.Command{
			db.New(app), keyspace.New(app), region.New(app), accesslist.New(app), key.New(app), privatelink.New(app), pcu.New(app), cdc.New(app),
			telemetry.New(app), streaming.New(app),
		}},
		{"Shell", []*cobra.Command{env.New(app)}},
		{"Account", []*cobra.Command{auth.New(app), profile.New(app), billing.New(app), open.New(app)}},
		{"Tools", []*cobra.Command{sandbox.New(app), doctor.New(app), api.New(app), completioncmd.New(app), version.New(app)}},
	} {
		root.AddGroup(&cobra.Group{ID: group.title, Title: group.title})
		var names []string
		for _, noun := range group.nouns {
			noun.GroupID = group.title
			root.AddCommand(noun)
			names = append(names, noun.Name())
		}
		root.Annotations[group.title] = strings.Join(names, " ") // in this order, the root sorts them
	}
	acceptFlags(root)
	app.SetHelp(root)
	cli.Parent(root)
	noun := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		err := noun(cmd, args)
		if wrong, ok := errors.AsType[*exit.Error](err); ok {
			path, meant := "", (*cobra.Command)(nil)
			if len(args) > 1 {
				path, meant = verb(strings.ToLower(args[0]), strings.ToLower(args[1])) // as in "list users"
			}
			if path == "" && wrong.Hint == "" {
				path, meant = verb(strings.ToLower(args[0]), "")
			}
			if path != "" {
				wrong.Hint, wrong.Next = cli.Suggestion(meant, path), []string{"astra " + path + " --help"}
			}
		}
		return err
	}
	return root
}

// verb returns the command that has this name, or is called so elsewhere, if
// there is only one below a noun, or below all where none is given.
func verb(name, below string) (path string, meant *cobra.Command) {
	for _, noun := range New(new(cli.App)).Commands() {
		if below != "" && !hasName(noun, below) && !hasName(noun, strings.TrimSuffix(below, "s")) {
			continue
		}
		for _, c := range noun.Commands() {
			if !hasName(c, name) {
				continue
			}
			if path != "" {
				return "", nil
			}
			meant = c
			path = noun.Name() + " " + c.Name()
		}
	}
	return path, meant
}

func hasName(c *cobra.Command, name string) bool {
	return c.Name() == name || slices.Contains(c.Aliases, name) || slices.Contains(c.SuggestFor, name)
}

// unknownHelp is the failure for the help of a command that does not exist, which cobra
// answers with that of the one above it. The line is looked at with flags of its own.
func unknownHelp(args []string) (*cobra.Command, error) {
	end := slices.Index(args, "--")
	if end < 0 {
		end = len(args)
	}
	isHelp := func(arg string) bool { return arg == "--help" || arg == "-h" }
	if !slices.ContainsFunc(args[:end], isHelp) {
		return nil, nil
	}
	app := new(cli.App)
	app.Args = args
	root := New(app)
	cmd, rest, err := root.Find(slices.DeleteFunc(slices.Clone(args), isHelp))
	if err == nil && cmd.HasSubCommands() && cmd.ParseFlags(rest) == nil && len(cmd.Flags().Args()) > 0 {
		return cmd, cmd.RunE(cmd, cmd.Flags().Args())
	}
	return nil, nil // the parser tells of what is wrong otherwise
}

// Main runs the command line args and returns the exit status.
func Main(ctx context.Context, app *cli.App, args []string) (status int) {
	if !failpoint.Disabled("panic-containment") {
		defer app.RecoverPanic(&status)
	}
	app.RestoreCoreDumps = process.DisableCoreDumps()
	app.SetSignalContext(ctx)
	app.Args = args
	root := New(app)
	completion.Record(app)
	if completion.IsRequest(args) {
		completion.Register(app, root)
	}
	if cmd, err := unknownHelp(args); err != nil {
		app.FailedBy(cmd)
		return app.Finish(ctx, err)
	}
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil && cmd != nil {
		app.FailedBy(cmd)
	}
	return app.Finish(ctx, err)
}
