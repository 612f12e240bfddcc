package cmd_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/astra-admin/astra/cmd/internal/testkit"
	"github.com/astra-admin/astra/pkg/openapi"
	"github.com/astra-admin/astra/pkg/sandbox"
)

// TestScript runs testdata/script/*.txtar, each in a home of its own. Besides
// the commands of testscript there are:
//
//	exit CODE COMMAND…        runs a command that must end with this status
//	serve [slow] [behavior=NAME…] [FAULT…]
//	                          serves the sandbox of this script on loopback: $URL is
//	                          its address, token.txt the administrator's token. With
//	                          slow, changes that are begun there take their real time:
//	                          they end when the sandbox's clock is moved on
//	stub FILE                 serves the answers in FILE on loopback: $URL is its address,
//	                          token.txt a token. A line is METHOD PATH STATUS BODY, and
//	                          BODY a file of testdata/recorded, the text itself, or a
//	                          header (Location=x) for an empty body. Lines of one request
//	                          answer one after the other, the last one all that follow.
//	                          Other requests get what the gateway of the service answers
//	await REQUEST [TIMES]     waits until the served sandbox was sent this request, once
//	                          or so many times; {id} stands for ids
//	requests FILE             compares the requests that were served since the
//	                          last time with the lines of FILE
//
// The condition [part:PROGRAM] holds where a real part is installed.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Condition:           condition,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"await": awaitCommand,
			"exit":  exitCommand,
			"serve": func(ts *testscript.TestScript, neg bool, args []string) {
				serveCommand(t, ts, neg, args)
			},
			"requests": requestsCommand,
			"stub":     stubCommand,
		},
	})
}

// setup gives a script a home, and nothing of the environment of whoever runs
// the tests.
func setup(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	env.Vars = slices.DeleteFunc(env.Vars, func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return name == "HOME" || name == "CI"
	})
	env.Vars = append(env.Vars,
		"HOME="+home, "XDG_RUNTIME_DIR="+filepath.Join(env.WorkDir, "run"),
		"ASTRA_CONFIG_DIR="+filepath.Join(home, "config"), "ASTRA_STATE_DIR="+filepath.Join(home, "state"),
		"ASTRA_CACHE_DIR="+filepath.Join(home, "cache"), "TERM=xterm",
	)
	env.Values["served"] = new(served)
	if raced {
		path, err := program()
		if err != nil {
			return err
		}
		env.Setenv("PATH", filepath.Dir(path)+string(os.PathListSeparator)+env.Getenv("PATH"))
	}
	return os.MkdirAll(home, 0o700)
}

// served is the log of the requests that a script's sandbox was sent.
type served struct {
	mu  sync.Mutex
	log []string
}

func awaitCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: await 'METHOD PATH' [TIMES]")
	}
	times := 1
	if len(args) == 2 {
		var err error
		times, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	log := ts.Value("served").(*served)
	for deadline := time.After(20 * time.Second); ; {
		log.mu.Lock()
		arrived := 0
		for _, request := range log.log {
			if ids.ReplaceAllString(request, "{id}") == args[0] {
				arrived++
			}
		}
		log.mu.Unlock()
		if arrived >= times {
			return
		}
		select {
		case <-deadline:
			ts.Fatalf("no %s within 20 seconds", args[0])
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func exitCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("status %d, want %d", got, want)
	}
}

// condition answers part:PROGRAM: whether a real part that a script needs is on
// this machine. A contributor's may lack it, CI may not.
func condition(cond string) (bool, error) {
	program, found := strings.CutPrefix(cond, "part:")
	if !found {
		return false, fmt.Errorf("unknown condition %q", cond)
	}
	return testkit.HasPart(program)
}

func serveCommand(t *testing.T, ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: serve [slow] [behavior=NAME…] [FAULT…]")
	}
	speed := 0.0
	if len(args) > 0 && args[0] == "slow" {
		speed, args = 1, args[1:]
	}
	log := ts.Value("served").(*served)
	log.mu.Lock()
	log.log = nil
	log.mu.Unlock()
	options := sandbox.ServeOptions{Now: time.Now}
	if len(args) > 0 {
		if names, found := strings.CutPrefix(args[0], "behavior="); found {
			var err error
			options.Behavior, err = sandbox.ParseBehavior(names)
			ts.Check(err)
			args = args[1:]
		}
	}
	path := filepath.Join(ts.Getenv("ASTRA_STATE_DIR"), "sandbox", "state.db")
	server, err := sandbox.Open(sandbox.Options{Path: path, Now: time.Now, TimeScale: speed, Behavior: options.Behavior, Log: func(method, path string) {
		log.mu.Lock()
		defer log.mu.Unlock()
		log.log = append(log.log, method+" "+path)
	}})
	ts.Check(err)
	for _, text := range args {
		fault, err := sandbox.ParseFault(text)
		ts.Check(err)
		options.Faults = append(options.Faults, fault)
	}
	listener := httptest.NewServer(sandbox.Listener(openapi.Handler(server, held(t.Errorf)), options))
	ts.Defer(listener.Close)
	status, err := server.Status()
	ts.Check(err)
	ts.Setenv("URL", listener.URL)
	ts.Check(os.WriteFile(ts.MkAbs("token.txt"), []byte(status.Token+"\n"), 0o600))
}

// ids are what differs from run to run in the path of a request.
var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\b[A-Za-z]{24}\b`)

// requestsCommand compares the requests since the last time with a file. The order of
// reads without a change between them does not matter: many are made at the same time.
func requestsCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: requests FILE")
	}
	log := ts.Value("served").(*served)
	log.mu.Lock()
	got := sortReads(strings.Split(ids.ReplaceAllString(strings.Join(log.log, "\n"), "{id}"), "\n"))
	log.log = nil
	log.mu.Unlock()
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	if want := sortReads(strings.Split(strings.TrimSpace(string(text)), "\n")); !slices.Equal(got, want) {
		ts.Fatalf("requests:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// sortReads sorts the GET requests between two others.
func sortReads(requests []string) []string {
	isRead := func(r string) bool { return strings.HasPrefix(r, "GET ") }
	for i := 0; i < len(requests); i++ {
		n := 0
		for i+n < len(requests) && isRead(requests[i+n]) {
			n++
		}
		slices.Sort(requests[i : i+n])
		i += n
	}
	return requests
}
