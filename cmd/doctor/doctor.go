// Package doctor is "astra doctor": it checks the setup of the program.
package doctor

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/tokens"
)

// finding is the result of one check.
type finding struct{ check, state, detail string }

// The states of a check.
const (
	fine    = "ok"
	note    = "note" // not a problem, but worth knowing
	trouble = "problem"
)

// New returns the command.
func New(app *cli.App) *cobra.Command {
	return cli.WithoutPendingNotice(&cobra.Command{
		Use:   "doctor",
		Short: "Check your setup for problems",
		Long: `Check the configuration, keyring, credential, service, selected database,
sandbox, names for completion, and other programs named astra. Prints each
problem with its solution. Exits with status 10 if there is a problem. Changes
nothing.`,
		Example: "  astra doctor\n  astra doctor -o json",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), app) },
	})
}

func run(ctx context.Context, app *cli.App) error {
	found := []finding{configuration(app)}
	if !app.UsesSandbox() {
		found = append(found, keyring(ctx, app))
	}
	found = append(found, login(ctx, app), database(app), operations(app), environment(app), seenNames(app), otherInstalls(app))
	if err := cli.PrintRead(app, columns(), found, ""); err != nil {
		return err
	}
	if slices.ContainsFunc(found, func(f finding) bool { return f.state == trouble }) {
		return exit.Failf(exit.CheckFailed, "problems found")
	}
	return nil
}

func columns() []output.Column[finding] {
	return []output.Column[finding]{
		{Key: "check", Value: func(f finding) any { return f.check }, Name: true},
		{Key: "state", Value: func(f finding) any { return f.state }, State: true},
		{Key: "detail", Value: func(f finding) any { return f.detail }, Wrap: true},
	}
}

func configuration(app *cli.App) finding {
	f := finding{check: "configuration", state: fine}
	paths, err := app.Paths()
	if err != nil {
		return finding{f.check, trouble, err.Error()}
	}
	f.detail = paths.ConfigFile()
	if _, err := app.Config(); err != nil {
		return finding{f.check, trouble, err.Error()}
	}
	if _, err := os.Stat(f.detail); errors.Is(err, os.ErrNotExist) {
		f.detail += " does not exist yet"
	}
	return f
}

// keyring checks the keyring if the program uses it.
func keyring(ctx context.Context, app *cli.App) finding {
	f := finding{check: "keyring", state: fine, detail: "usable"}
	store, err := app.Store(string(credential.Keyring))
	if err == nil {
		err = store.Probe(ctx)
	}
	if err == nil {
		return f
	}
	f.state, f.detail = note, err.Error()+"; use --store file, or ASTRA_TOKEN"
	if cfg, err := app.Config(); err == nil {
		for _, p := range cfg.Profiles {
			if p.Store == string(credential.Keyring) {
				f.state = trouble
			}
		}
	}
	return f
}

func login(ctx context.Context, app *cli.App) finding {
	f := finding{check: "login", state: fine}
	if !app.HasCredential() {
		return finding{f.check, note, "not logged in; run: astra auth login"}
	}
	session, err := app.Session(ctx)
	if err != nil {
		return finding{f.check, trouble, err.Error()}
	}
	session.Ahead(ctx, lookup.Org(), lookup.Users())
	_, err = session.OrgID(ctx) // verifies the token with the service
	name := ""
	if err == nil {
		name, err = session.OrgName(ctx)
	}
	if err != nil {
		f.state, f.detail = trouble, err.Error()
		if advice := app.NetworkAdvice(err); advice != "" {
			f.detail += "; " + advice
		}
		return f
	}
	f.detail = session.ClientID + " in " + name + ", from " + session.Source
	return f
}

// database checks the selected database, and those of other directories.
func database(app *cli.App) finding {
	f := finding{check: "database", state: fine, detail: "none selected"}
	profile, err := app.ProfileIfAny()
	if err != nil {
		return finding{f.check, note, err.Error()} // reported by login
	}
	selected, err := app.Select(profile, "")
	if err == nil && selected.Set() {
		_, err = selected.Token("")
		f.detail = selected.Binding.DB.Name + " is selected"
	} else if err == nil && selected.Ref != "" && profile.Name != "" {
		err = selected.NotSet()
	}
	if err != nil {
		f.state, f.detail = trouble, err.Error()
		if e, ok := errors.AsType[*exit.Error](err); ok && len(e.Next) > 0 {
			f.detail += "; run: " + app.Command(e.Next[0])
		}
		return f
	}
	if selected.Ref != "" {
		f.detail += " by " + selected.Project.Path
	}
	for _, b := range profile.AllBindings() {
		if _, saved := profile.Token(b.Token); b.Token != "" && !saved {
			f.state = note
			f.detail += "; saved token " + b.Token + " of " + b.DB.Name + " does not exist"
		}
	}
	return f
}

// operations checks for pending operations.
func operations(app *cli.App) finding {
	f := finding{check: "operations", state: fine, detail: "no unfinished operations"}
	words, next, err := tokens.DescribeUnfinished(app)
	switch {
	case err != nil:
		return finding{f.check, trouble, err.Error()}
	case len(words) > 0:
		return finding{f.check, trouble, strings.Join(words, ", ") + "; to finish them: " + app.Command(next)}
	}
	return f
}

// environment checks for conflicting variables.
func environment(app *cli.App) finding {
	f := finding{check: "environment", state: fine, detail: "no conflicting variables"}
	var words []string
	if app.Getenv("ASTRA_DB_APPLICATION_TOKEN") != "" && app.Getenv("ASTRA_TOKEN") == "" && app.Getenv("ASTRA_API_TOKEN") == "" {
		words = append(words, "ASTRA_DB_APPLICATION_TOKEN is for applications and never used as a login")
	}
	if app.Getenv("ASTRA_TOKEN") != "" && app.Getenv("ASTRA_API_TOKEN") != "" {
		words = append(words, "ASTRA_TOKEN takes precedence over ASTRA_API_TOKEN")
	}
	if words = append(words, app.ProxyNotes()...); app.Getenv("ASTRA_API_URL") != "" {
		words = append(words, "ASTRA_API_URL selects another service than the public one")
	}
	if len(words) > 0 {
		f.state, f.detail = note, strings.Join(words, "; ")
	}
	return f
}

// seenNames checks the directory of candidate names: commands do not report
// errors there.
func seenNames(app *cli.App) finding {
	f := finding{check: "completion", state: fine}
	paths, err := app.Paths()
	if err == nil {
		f.detail = "names are stored in " + paths.Cache
		err = completion.CheckStore(paths.Cache)
	}
	if err != nil {
		f.state, f.detail = note, "names of databases, roles and users are not completed: "+err.Error()+"; set ASTRA_CACHE_DIR to a writable directory"
	}
	return f
}

// otherInstalls checks for other programs named astra, such as the official
// tool.
func otherInstalls(app *cli.App) finding {
	f := finding{check: "PATH", state: fine, detail: "no other program named astra"}
	self, err := os.Executable()
	if err != nil {
		return f
	}
	self, _ = filepath.EvalSymlinks(self)
	var others []string
	for _, dir := range filepath.SplitList(app.Getenv("PATH")) {
		if dir == "" || !filepath.IsAbs(dir) {
			continue
		}
		path, err := exec.LookPath(filepath.Join(dir, "astra"))
		if err != nil {
			continue
		}
		if real, err := filepath.EvalSymlinks(path); err == nil && real != self && !slices.Contains(others, path) {
			others = append(others, path)
		}
	}
	if len(others) > 0 {
		f.state, f.detail = note, "another program named astra: "+strings.Join(others, ", ")
	}
	return f
}
