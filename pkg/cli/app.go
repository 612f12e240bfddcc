// Package cli runs commands: App has the streams, the settings, the clock, the
// credentials and the sessions with the API that a command uses, and reports how it
// ended.
//
// Its API is for this program's own commands and may change at any time.
package cli

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/astra-admin/astra/pkg/async"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/sandbox"
)

// App is what a command works with. Everything of the process that it may use is in it.
type App struct {
	Settings
	Streams
	Clock

	Version string

	// Wire, if set, is put around the transport to the embedded sandbox. Tests
	// listen there.
	Wire func(http.RoundTripper) http.RoundTripper

	// OnList, if set, receives each complete list of the service, and the identity of
	// the credential that received it.
	OnList func(identity []string, list any)

	// AtExit, if set, is called when the command has ended.
	AtExit func()

	// OnFailure is written to standard output when the command fails, so that
	// eval fails too. A command whose output is evaluated sets it once it knows
	// for what shell; nil leaves it to the mark of Evaluated.
	OnFailure *string

	// OwnStatus is the one status of all failures of a command that was marked by
	// SetFailureCode, else OK.
	OwnStatus exit.Code

	// AtStart, if set, runs before the command, except a command that runs at every
	// prompt. notice says whether the command warns about pending operations.
	AtStart func(ctx context.Context, notice bool)

	// ExplainRefusal, if set, says which role of the token of a session comes nearest to
	// the permission that a refused request needs.
	ExplainRefusal func(ctx context.Context, session *Session, refusal *devops.Error) RefusalAdvice

	// EndedRename names the profile whose interrupted renaming this command ended.
	EndedRename struct{ From, To string }

	// RestoreCoreDumps, if set, reverses process.DisableCoreDumps.
	RestoreCoreDumps func()

	failed        string      // path of the command that failed
	changed       atomic.Bool // the service made a change
	keyringSilent atomic.Bool // the keyring did not respond in time
	calls         async.Group // requests whose answers the command will need
	pages         bool        // the command only prints a list
	nouns         string      // the rows of a list, in the plural
	dbArgument    bool        // the command takes a database as its last argument, not with --db
	session       *Session
	sandboxServer *sandbox.Server
	requests      *[]dryRunRequest // collects the requests of a dry run of several

	cancelTimeout context.CancelFunc
	root          context.Context // which a signal ends
	mu            sync.Mutex      // of the next two
	life          context.Context // of the command; see alive
	endLife       context.CancelFunc
	limit         time.Duration // of the whole command; 0 = none
	limitGiven    bool          // the user or the settings chose it
}

// System returns the App of this process. It is the only place where the process's own
// streams, environment and clock are read. version is empty in a build that is
// no release.
func System(version string) *App {
	home, homeErr := userHome()
	dir, _ := os.Getwd()
	app := &App{
		Settings: Settings{Getenv: os.Getenv, Environ: os.Environ, Home: home, homeErr: homeErr, WorkDir: dir},
		Clock:    Clock{Now: failpoint.Clock(time.Now), Rand: rand.Reader},
		Version:  buildVersion(version),
	}
	app.Streams = newStreams(&app.Settings, app.context, func() time.Time { return app.Now() }, [3]*os.File{os.Stdin, os.Stdout, os.Stderr})
	return app
}

// userHome returns the home directory, or why there is none.
func userHome() (string, error) {
	home, _ := os.UserHomeDir() // an error says that it is not set, as "" does
	return config.Home(os.Getenv, home)
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
