// Package cli is the one meeting place of the program: App is the world that a
// command sees (streams, clock, environment, settings, credentials, the API),
// and the place where an error becomes a message and an exit code.
//
// Its API is for this program's own commands and may change at any time.
package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/prompt"
	"github.com/astra-admin/astra/pkg/sandbox"
	"github.com/astra-admin/astra/pkg/secret"
)

// App is the world, handed to every command.
type App struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	Environ  func() []string
	Now      func() time.Time
	Rand     io.Reader
	Home     string // "" where the system names none
	WorkDir  string
	Version  string
	Terminal Terminal // facts about the streams, decided once
	Globals  Globals  // the global flags as given
	Secrets  *secret.Redactor

	// Wire, if set, is put around the transport to the embedded sandbox. Tests
	// listen there.
	Wire func(http.RoundTripper) http.RoundTripper

	// OnFailure is written to standard output when the command fails, so that
	// eval fails too. A command whose output is evaluated sets it once it knows
	// for what shell; nil leaves it to the mark of Evaluated.
	OnFailure *string

	// OnList, if set, receives each complete list of the service, and the identity of
	// the credential that received it.
	OnList func(identity []string, list any)

	// AtExit, if set, is called when the command has ended.
	AtExit func()

	failed string // path of the command that failed

	// OwnStatus is the one status of all failures of a command that was marked by
	// FailsWith, else OK.
	OwnStatus exit.Code

	// RestoreCoreDumps, if set, reverses process.DisableCoreDumps.
	RestoreCoreDumps func()

	// Args is the command line, without the program's name.
	Args []string

	endedRename   transfer    // which a command before was interrupted in
	homeErr       error       // why there is no home directory
	files         [3]*os.File // the streams as files, for the terminal
	settings      *config.Settings
	config        config.Config
	configErr     error
	configRead    bool
	outputGiven   bool
	ownFormat     string      // of those that only this command has
	changed       atomic.Bool // the service made a change
	pages         bool        // the command only prints a list
	nouns         string      // what the rows of a list are, in the plural
	dbArgument    bool        // the command takes a database as its last argument, not with --db
	prompter      prompt.Prompter
	dialog        dialog
	session       *Session
	sandboxed     bool
	sandboxServer *sandbox.Server
	cancelTimeout context.CancelFunc
	root          context.Context // which a signal ends
	mu            sync.Mutex      // of what follows
	life          context.Context // of the command; see alive
	endLife       context.CancelFunc
	out, err      *stream       // standard output and standard error; nil where they are no files
	limit         time.Duration // of the whole command; 0 = none
	limitGiven    bool          // the user or the settings chose it
	project       *config.Project
	rehearsed     *[]dryRunRequest // collects the requests of a dry run of several
}

// System returns the real world. It is the only place where the process's own
// streams, environment and clock are read. version is empty in a build that is
// no release.
func System(version string) *App {
	redactor := new(secret.Redactor)
	home, homeErr := userHome()
	dir, _ := os.Getwd()
	app := &App{
		In:      os.Stdin,
		Getenv:  os.Getenv,
		Environ: os.Environ,
		Now:     failpoint.Clock(time.Now),
		Rand:    rand.Reader,
		Home:    home,
		homeErr: homeErr,
		WorkDir: dir,
		Version: buildVersion(version),
		Secrets: redactor,
		files:   [3]*os.File{os.Stdin, os.Stdout, os.Stderr},
	}
	app.out = &stream{app: app, name: "standard output", file: os.Stdout}
	app.err = &stream{app: app, name: "standard error", file: os.Stderr}
	app.Out, app.Err = redactor.Writer(app.out), redactor.Writer(app.err)
	if failpoint.Disabled("output-redaction") {
		app.Out = app.out
	}
	if failpoint.Disabled("error-redaction") {
		app.Err = app.err
	}
	app.Terminal = detect(app.files, app.Getenv)
	return app
}

// buildVersion names the version: the release's, else what the toolchain wrote
// into the binary.
func buildVersion(release string) string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

// goos names the operating system, for the places of files.
const goos = runtime.GOOS

// userHome returns the home directory, or why there is none to keep files in.
func userHome() (string, error) {
	home, _ := os.UserHomeDir() // an error says that it is not set, as "" does
	return config.Home(os.Getenv, home)
}

// dirs returns the directories by the environment. Where there is no home directory
// the error says why.
func (a *App) dirs() (config.Paths, error) {
	p, err := config.Dirs(a.Getenv, a.Home, goos)
	if a.homeErr != nil && errors.Is(err, config.ErrNoHome) {
		err = fmt.Errorf("%w (%w)", err, a.homeErr)
	}
	return p, err
}

// Paths returns the directories of configuration, state and cache. In sandbox
// mode configuration and state are the sandbox's own.
func (a *App) Paths() (config.Paths, error) {
	p, err := a.dirs()
	if !a.sandboxed {
		return p, err
	}
	dir, err := a.SandboxDir()
	p.State, p.Config = dir, dir
	return p, err
}

// Sandboxed reports whether the command runs against the embedded sandbox.
func (a *App) Sandboxed() bool { return a.sandboxed }

// Unfiltered returns standard output past the filter that keeps secrets out.
func (a *App) Unfiltered() io.Writer { return a.out }

// UnfilteredErr returns standard error past the filter that keeps secrets out.
func (a *App) UnfilteredErr() io.Writer { return a.err }

// Stdout returns standard output as a file, past the filter that keeps secrets
// out. A write to it has no time limit: see Unfiltered.
func (a *App) Stdout() *os.File { return a.files[1] }

// Reveal returns standard output for a command that delivers secrets there on
// purpose. All others are kept out of it.
func (a *App) Reveal(secrets ...secret.Text) io.Writer {
	return a.Secrets.Sparing(a.out, secrets...)
}

// Stderr returns standard error as a file, past the filter that keeps secrets out.
func (a *App) Stderr() *os.File { return a.files[2] }
