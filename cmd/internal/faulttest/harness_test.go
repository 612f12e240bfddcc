//go:build linux

package faulttest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
	"github.com/astra-admin/astra/pkg/sandbox"
)

// The rigs do what scripts cannot: they take every command of the tree through
// every trouble of one kind. docs/reliability.md says what each of them does.
// ASTRA_RIG=full runs all of it, else a part that takes seconds.

// A home is a directory with all that a command may find: configuration, stored
// secrets, the state of a served sandbox, and files that arguments name. It is
// copied for each run.
type home struct {
	dir     string
	url     string   // under which the sandbox was served when it was made
	program string   // astra, or what a rig has made of it
	armed   []string // variables of failpoints
}

// newHome makes a home in which somebody has worked for a while.
func newHome(t *testing.T) home {
	t.Helper()
	self, err := program()
	testkit.Check(t, err)
	h := home{dir: t.TempDir(), program: self}
	server, err := sandbox.Open(sandbox.Options{Path: filepath.Join(h.dir, "state", "sandbox", "state.db"), Now: time.Now})
	testkit.Check(t, err)
	testkit.Check(t, server.Seed(sandbox.SeedOptions{OrgName: "Acme"}))
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	h.url = listener.URL
	status, err := server.Status()
	testkit.Check(t, err)
	for name, text := range map[string]string{
		"token.txt":    status.Token + "\n",
		"password.txt": "legacy-password\n",
		"astrarc":      "[imported]\nASTRA_DB_APPLICATION_TOKEN=" + status.Token + "\n",
		"people.txt":   "ada@example.com\nbob@example.com\n",
	} {
		testkit.Check(t, os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600))
	}
	testkit.Check(t, os.Mkdir(filepath.Join(h.dir, ".git"), 0o700)) // so that git is asked
	w := world{home: h}
	for line := range strings.SplitSeq(strings.TrimSpace(`
astra auth login production --token-file token.txt
astra auth login old --token-file token.txt
astra role create Held --permission db-rest
astra token generate --role 'RO User' --save saved
astra token generate --role 'RO User' --description spare --save spare
astra env use demo --saved-token saved
astra sandbox dump > dump.json
astra role get Held -o json > role.json`), "\n") {
		if r := w.run(runOptions{line: line}); r.status != 0 {
			t.Fatalf("%s: status %d\n%s", line, r.status, r.stderr)
		}
	}
	return h
}

// copyTo copies a home to a new directory, for a service with another address.
func (h home) copyTo(dir, url string) (home, error) {
	err := filepath.WalkDir(h.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, strings.TrimPrefix(path, h.dir))
		switch {
		case entry.IsDir():
			return os.MkdirAll(to, 0o700)
		case !entry.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if filepath.Ext(path) != ".db" && h.url != "" {
			text = bytes.ReplaceAll(text, []byte(h.url), []byte(url))
		}
		return errors.Join(err, os.WriteFile(to, text, 0o600))
	})
	return home{dir: dir, url: url, program: h.program, armed: h.armed}, err
}

// prepared is a copy of the home in which has happened what a line needs before.
func (h home) prepared(dir string, c command) (home, error) {
	if c.before == "" {
		return h, nil
	}
	w, err := h.serveHere(dir, asIs)
	if err != nil {
		return h, err
	}
	defer w.stop()
	if r := w.run(runOptions{line: c.before}); r.status != 0 {
		return h, fmt.Errorf("%s: status %d: %s", c.before, r.status, r.stderr)
	}
	return w.home, nil
}

// A world is a home with a service, in which one command is run.
type world struct {
	home
	env  []string // besides that of the home
	stop func() string
}

// environ is the environment of a command in the home: nothing of that of
// whoever runs the tests, but where programs are.
func (w world) environ() []string {
	return append([]string{
		"PATH=" + filepath.Join(w.dir, "bin") + ":" + os.Getenv("PATH"), "HOME=" + w.dir, "TMPDIR=" + filepath.Join(w.dir, "tmp"), "URL=" + w.url,
		"ASTRA_STATE_DIR=" + filepath.Join(w.dir, "state"), "ASTRA_CONFIG_DIR=" + filepath.Join(w.dir, "config"),
		"ASTRA_CACHE_DIR=" + filepath.Join(w.dir, "cache"), "ASTRA_API_URL=" + w.url, "ASTRA_STORE=file", "TERM=xterm",
	}, slices.Concat(w.armed, w.env)...)
}

// link puts the program into the home under its name.
func (w world) link() error {
	if err := errors.Join(os.MkdirAll(filepath.Join(w.dir, "bin"), 0o700), os.MkdirAll(filepath.Join(w.dir, "tmp"), 0o700)); err != nil {
		return err
	}
	err := os.Symlink(w.program, filepath.Join(w.dir, "bin", "astra"))
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// serveHere serves a copy of the home in this process, through wrap.
func (h home) serveHere(dir string, wrap func(http.Handler) http.Handler) (world, error) {
	listener := httptest.NewUnstartedServer(nil)
	copied, err := h.copyTo(dir, "http://"+listener.Listener.Addr().String())
	if err != nil {
		listener.Close()
		return world{}, err
	}
	server, err := sandbox.Open(sandbox.Options{Path: filepath.Join(dir, "state", "sandbox", "state.db"), Now: time.Now})
	if err != nil {
		listener.Close()
		return world{}, err
	}
	listener.Config.Handler = wrap(server)
	listener.Start()
	return world{home: copied, stop: func() string { listener.Close(); return "" }}, err
}

// serve serves a copy of the home with "astra sandbox serve", in a process of its
// own. stop ends it and returns what it said: the requests that it performed.
func (h home) serve(dir string, faults ...string) (world, error) {
	w := world{home: home{dir: dir, program: h.program, armed: h.armed}}
	if _, err := h.copyTo(dir, ""); err != nil {
		return w, err
	}
	args := []string{"sandbox", "serve", "--listen", "127.0.0.1:0", "--verbose"}
	for _, f := range faults {
		args = append(args, "--fault", f)
	}
	if err := w.link(); err != nil {
		return w, err
	}
	server := exec.Command(filepath.Join(dir, "bin", "astra"), args...)
	server.Env = w.environ()
	said := new(lockedBuffer)
	server.Stderr = said
	out, err := server.StdoutPipe()
	if err != nil {
		return w, err
	}
	if err := server.Start(); err != nil {
		return w, err
	}
	first := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		first <- strings.TrimSpace(line)
	}()
	w.stop = func() string {
		_ = server.Process.Signal(syscall.SIGINT)
		_ = server.Wait()
		return said.String()
	}
	select {
	case w.url = <-first:
	case <-time.After(20 * time.Second):
	}
	if w.url == "" {
		_ = server.Process.Kill()
		return w, fmt.Errorf("the sandbox was not served: %s", w.stop())
	}
	copied, err := h.copyTo(dir, w.url) // now that the address is known
	w.home = copied
	return w, err
}

// lockedBuffer takes what a process writes while others look at it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// runOptions say how a command line is run.
type runOptions struct {
	line     string   // as in a shell
	stdin    string   // name of a file in the home; empty: nothing to read
	in       *os.File // in its place
	stdout   *os.File // in the place of what result has
	stderr   *os.File
	terminal bool // all three streams are one, and nobody is at it
	patience time.Duration
	started  func(pid int)
}

// result is how a command ended.
type result struct {
	status         int
	stdout, stderr string // on a terminal all is in stderr
	took           time.Duration
}

// hangs is the status of a command that did not end and was killed.
const hangs = -1

// run runs a command line in the world.
func (w world) run(o runOptions) result {
	r, err := w.try(o)
	if err != nil {
		return result{status: 1, stderr: "rig: " + err.Error()}
	}
	return r
}

func (w world) try(o runOptions) (result, error) {
	if err := w.link(); err != nil {
		return result{}, err
	}
	if o.patience == 0 {
		o.patience = 30 * time.Second
	}
	sh := exec.Command("sh", "-c", o.line)
	sh.Dir, sh.Env, sh.WaitDelay = w.dir, w.environ(), time.Second
	var out, words lockedBuffer
	wait := func() time.Time {
		_ = sh.Wait()
		return time.Now()
	}
	var err error
	begin := time.Now()
	if o.terminal {
		wait, err = onTerminal(sh, &words)
	} else {
		sh.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		sh.Stdout, sh.Stderr = &out, &words
		if o.stdout != nil {
			sh.Stdout = o.stdout
		}
		if o.stderr != nil {
			sh.Stderr = o.stderr
		}
		if o.in != nil {
			sh.Stdin = o.in
		} else if o.stdin != "" {
			file, err := os.Open(filepath.Join(w.dir, o.stdin))
			if err != nil {
				return result{}, err
			}
			defer file.Close()
			sh.Stdin = file
		}
		err = sh.Start()
	}
	if err != nil {
		return result{}, err
	}
	var killed atomic.Bool
	timer := time.AfterFunc(o.patience, func() {
		killed.Store(true)
		_ = syscall.Kill(-sh.Process.Pid, syscall.SIGKILL)
	})
	defer timer.Stop()
	if o.started != nil {
		o.started(sh.Process.Pid)
	}
	took := wait().Sub(begin)
	r := result{sh.ProcessState.ExitCode(), out.String(), words.String(), took}
	if status := sh.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
		r.status = 128 + int(status.Signal())
	}
	if killed.Load() {
		r.status = hangs
	}
	return r, nil
}

// sample returns the cells that a run without CI tries: one of eight, and not always
// the same one, since cells of a command follow in the order of what is done to it.
func sample[T any](cells []T) []T {
	if testkit.InCI() || fullRig() {
		return cells
	}
	const stride = 8
	var some []T
	for i, cell := range cells {
		if i%stride == i/stride%stride {
			some = append(some, cell)
		}
	}
	return some
}

// each does something with every cell, several at a time, since most of them
// wait, and returns all complaints.
func each[T any](at int, cells []T, do func(T) []string) []string {
	var (
		mu         sync.Mutex
		complaints []string
		wait       sync.WaitGroup
	)
	turns := make(chan struct{}, at)
	for _, cell := range cells {
		turns <- struct{}{}
		wait.Go(func() {
			defer func() { <-turns }()
			if found := do(cell); len(found) > 0 {
				mu.Lock()
				defer mu.Unlock()
				complaints = append(complaints, found...)
			}
		})
	}
	wait.Wait()
	slices.Sort(complaints)
	return complaints
}

// inScratch runs a cell with two directories that are gone afterwards, and
// returns what it complains of.
func inScratch(do func(before, dir string) []string) []string {
	var dirs [2]string
	for i := range dirs {
		dir, err := os.MkdirTemp(os.TempDir(), "astra-rig-")
		if err != nil {
			return []string{err.Error()}
		}
		defer os.RemoveAll(dir)
		dirs[i] = dir
	}
	return do(dirs[0], dirs[1])
}

// alone runs a command line in a copy of the home, with a service that is all right.
// What the line needs has happened there; scratch is a directory beside it.
func (h home) alone(c command, do func(w world, scratch string) []string) []string {
	return inScratch(func(scratch, dir string) []string {
		prepared, err := h.prepared(scratch, c)
		if err != nil {
			return broken(err)
		}
		w, err := prepared.serveHere(dir, asIs)
		if err != nil {
			return broken(err)
		}
		defer w.stop()
		return do(w, scratch)
	})
}

// broken is the complaint of a rig about itself.
func broken(err error) []string { return []string{"rig: " + err.Error()} }

// asIs is the wrapping of a service that is all right.
func asIs(h http.Handler) http.Handler { return h }

// report fails a test with the complaints of a rig.
func report(t *testing.T, complaints []string) {
	t.Helper()
	most := 40
	if fullRig() {
		most = len(complaints)
	}
	for _, c := range complaints[:min(len(complaints), most)] {
		t.Error(c)
	}
	if len(complaints) > most {
		t.Errorf("and %d more", len(complaints)-most)
	}
}
