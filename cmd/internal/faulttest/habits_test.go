//go:build linux

package faulttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
	"github.com/astra-admin/astra/pkg/sandbox"
)

// The habits rig runs every command that makes, rotates, revokes or recovers a
// token at a service with other habits than the documented ones (the behaviors of
// "astra sandbox serve"), and kills it, loses an answer or leaves it alone. Its
// judge asks an honest listener on the same state: no token is lost, none is
// revoked but those that were meant, no stored secret of a valid token is deleted,
// and status 0 is true. When the habits have ended, "token recover" and "token
// rotate" must bring everything to its end.
//
//	go test ./cmd/internal/faulttest -run TestHabitsRig -v                             in short
//	ASTRA_RIG_TRIALS=10000 go test ./cmd/internal/faulttest -run TestHabitsRig -v -timeout 4h
//
// ASTRA_RIG_SEED repeats a run, but for the moments of kills.

const (
	// pastGrace is longer than a request may be on its way, and its token unlisted.
	pastGrace = 15 * time.Minute
	// patience limits one run of the program.
	patience = time.Minute
)

// noHabit is the row of the documented service.
const noHabit = "none"

// habitRows are the behaviors, each value of a habit by itself.
func habitRows() []string {
	return []string{
		"list-lag=1m", "list-lag=24h", "page-size=1", "page-size=3",
		"description=drop", "description=truncate", "description=suffix", "description=escape", "description=upper",
		"roles=null", "roles=names", "roles=extra", "quote-caller", "late-commit=2s", "late-commit=4m", "foreign-org", "ignore-org",
		"revoke=lie-ok", "revoke=lie-fail", "token-delay=1m", "token-delay=30m",
		"commit-then=403", "commit-then=404", "commit-then=409", "commit-then=413", "commit-then=500", "wrong-id",
		"page-later", "stale-once", "quote-older", "done-twice",
	}
}

// ownHabits are those of the rig's own: what is between the program and the service.
func (h *habitTrial) ownHabits() map[string]func() http.Handler {
	return map[string]func() http.Handler{
		"page-later":  func() http.Handler { return h.showing(h.login()) },
		"stale-once":  h.hidingOnce,
		"quote-older": func() http.Handler { return h.quoting(h.ground.neighbor) },
		"done-twice":  h.twice,
	}
}

// habitMixes draws behaviors of several habits. It leaves out a service that says
// that a token is revoked while its list cannot show the token: what happened
// there, no client can tell. Nor can one tell that a request was done twice where the
// list does not show both tokens with their mark.
func habitMixes(random *rand.Rand, n int) []string {
	byName := map[string][]string{}
	for _, row := range habitRows() {
		name, _, _ := strings.Cut(row, "=")
		byName[name] = append(byName[name], row)
	}
	delete(byName, "done-twice")
	names := slices.Sorted(maps.Keys(byName))
	mixes := make([]string, n)
	for i := range mixes {
		random.Shuffle(len(names), func(a, b int) { names[a], names[b] = names[b], names[a] })
		var parts []string
		for _, name := range names[:2+random.IntN(4)] {
			parts = append(parts, byName[name][random.IntN(len(byName[name]))])
		}
		mixes[i] = strings.Join(parts, ",")
		if strings.Contains(mixes[i], "lie-ok") {
			hides := func(part string) bool {
				return strings.HasPrefix(part, "list-lag") || strings.HasPrefix(part, "page-") || part == "stale-once"
			}
			mixes[i] = strings.Join(slices.DeleteFunc(parts, hides), ",")
		}
	}
	return mixes
}

// A task is a scenario of the kill rig, or one that makes no token.
type task struct {
	scenario
	verb   string // generate, rotate, delete, panic or recover
	needs  string // what was there before: that of scenario.rotates, "enterprise", or where a run was killed
	target bool   // the old token is to be revoked
}

func tasks() []task {
	var all []task
	for _, c := range scenarios() {
		t := task{scenario: c, verb: "generate", needs: c.rotates}
		if c.rotates != "" {
			t.verb, t.target = "rotate", !slices.Contains(c.args, "1h")
		}
		all = append(all, t)
	}
	foreign := []string{"token", "generate", "--role", "RO User", "--org", "OTHER"}
	return append(all,
		task{scenario{"for another organization, to the store", append(slices.Clone(foreign), "--save", "new"), ""}, "generate", "enterprise", false},
		task{scenario{"for another organization", append(slices.Clone(foreign), "-o", "json"), ""}, "generate", "enterprise", false},
		task{scenario{"deleted", []string{"token", "delete", "orders", "--yes"}, ""}, "delete", "orders", true},
		task{scenario{"leaked", []string{"token", "panic", "given.json", "--yes"}, ""}, "panic", "given", true},
		task{scenario{"recovered, never answered", []string{"token", "recover", "--yes"}, ""}, "recover", "journal created: before", false},
		task{scenario{"recovered, never delivered", []string{"token", "recover", "--yes"}, ""}, "recover", "journal created: after", false},
		task{scenario{"recovered, delivered", []string{"token", "recover", "--yes"}, ""}, "recover", "journal done: before", false},
	)
}

// A ground is what the trials of a task begin with: a state of the service and a
// home, in which all tokens are an hour old.
type ground struct {
	task
	home
	admin, old, org string
	neighbor        string // client id of a token that has nothing to do with it
	before          map[string]listed
	places          int // where the command can be killed
}

const (
	statePath = "state.db"
	roUserID  = "d2cfcd63-055c-4a58-b957-8916d4a007a5"
)

// prepareGround makes the ground of a task at an honest service.
func prepareGround(t *testing.T, program string, c task) *ground {
	t.Helper()
	dir := scratch(t)
	server, err := sandbox.Open(sandbox.Options{Path: filepath.Join(dir, statePath), Now: func() time.Time { return time.Now().Add(-time.Hour) }})
	testkit.Check(t, err)
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	status, err := server.Status()
	testkit.Check(t, err)
	s := &station{t: t, program: program, url: listener.URL, admin: status.Token, dir: dir}
	g := &ground{task: c, home: home{url: listener.URL, program: program}, admin: status.Token}
	testkit.Check(t, json.Unmarshal([]byte(ask(t, server, http.MethodPost, "/v2/tokens", s.admin, strangeOrder("", "a neighbor"))), &struct{ ClientID *string }{&g.neighbor}))
	tr := s.begin(scenario{c.name, c.args, map[string]string{"orders": "orders", "login": "login", "given": "given"}[c.needs]})
	g.dir, g.old, g.args = tr.path, tr.old, tr.args
	switch c.verb {
	case "recover":
		tr.args = []string{"token", "generate", "--role", "RO User", "--save", "new"}
		if at := slices.IndexFunc(s.places(tr.scenario), func(name string) bool { return strings.HasSuffix(name, c.needs) }); at >= 0 {
			tr.before = tr.live()
			tr.killedAt(at+1, 0)
		} else {
			t.Fatalf("there is no place %q", c.needs)
		}
		tr.age(pastGrace)
	case "generate":
		if c.needs != "enterprise" {
			break
		}
		testkit.Check(t, os.WriteFile(filepath.Join(tr.path, "admin.txt"), []byte(s.admin), 0o600))
		tr.must("auth", "login", "work", "--api-url", s.url, "--store", "file", "--token-file", "admin.txt", "--yes")
		g.org = strings.TrimSpace(tr.must("org", "add", "Europe", "--email", "owner@example.com", "--yes", "-o", "name"))
		g.args[slices.Index(g.args, "OTHER")] = g.org
	}
	g.before = tr.before
	testkit.Check(t, os.Rename(filepath.Join(dir, statePath), filepath.Join(g.dir, statePath)))
	return g
}

// scratch returns a directory, in memory where the system has a place for that.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "astra-rig-") //nolint:usetesting // t.TempDir cannot choose the disk
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// ask sends a request to a service in this process.
func ask(t *testing.T, h http.Handler, method, path, token, body string) string {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+token)
	got := httptest.NewRecorder()
	h.ServeHTTP(got, request)
	if got.Code >= 300 {
		t.Fatalf("%s %s: status %d\n%s", method, path, got.Code, got.Body)
	}
	return got.Body.String()
}

// instant is a time in the journal that passes; until when a token is valid does not.
var instant = regexp.MustCompile(`"([A-Za-z]+)":"(2\d\d\d-[0-9-]+T[0-9:.]+Z)"`)

// age lets the time pass after which no request is on its way any more.
func (h *account) age(d time.Duration) {
	names, _ := filepath.Glob(filepath.Join(h.path, journalPath))
	for _, name := range names {
		text, err := os.ReadFile(name)
		testkit.Check(h.t, err)
		text = instant.ReplaceAllFunc(text, func(found []byte) []byte {
			parts := instant.FindSubmatch(found)
			at, err := time.Parse(time.RFC3339Nano, string(parts[2]))
			if key := string(parts[1]); err != nil || key == "expiresAt" || key == "retire" || key == "madeOn" {
				return found
			}
			return fmt.Appendf(nil, `"%s":"%s"`, parts[1], at.Add(-d).Format(time.RFC3339Nano))
		})
		testkit.Check(h.t, os.WriteFile(name, text, 0o600))
	}
}

// A habitTrial is one run of a task at a service with a behavior.
type habitTrial struct {
	*trial
	ground   *ground
	behavior string
	order    string // of another client, who makes a token like that of the program

	honest         *sandbox.Server
	front          atomic.Pointer[http.Handler] // what the program talks to
	shift          atomic.Int64                 // of the service's clock
	asked, reached atomic.Int64                 // requests for a token: at the front, and performed
	process        atomic.Pointer[os.Process]
	intrude        sync.Once
	intruding      sync.Mutex
	intruder       string // client id of another client's token
	seen           string // that id, if the latest look could see the token
	deletes        bool   // another administrator deletes the neighbor
	frontURL       string
	clients        clients // at the front
	lying          http.Handler
	late           time.Duration   // after which a token is made
	held           map[string]bool // tokens whose secret was stored
	said           string          // by the program so far
	rows           string          // of the last "token recover"
	complaints     []complaint
	known          map[complaint]bool
	closers        []func()
	strayed        atomic.Bool // a request went to another path than it should
	kills          int
	caller         string // client id of the login at the beginning
}

// A complaint is one thing that must not be.
type complaint struct{ kind, text string }

// The kinds of complaints.
const (
	isLost        = "lost"
	isUndecidable = "undecidable"
	isUnnamed     = "unnamed"
	isWrong       = "wrongly revoked"
	isForgotten   = "stored secret deleted"
	isUntrue      = "false success"
	isUnfinished  = "not brought to an end"
	isUnusable    = "not usable"
)

// complain notes what must not be about a token, or another thing, once.
func (h *habitTrial) complain(kind, about, format string, args ...any) {
	if (kind == isLost || kind == isUnnamed || kind == isUntrue || about == "tidy") && h.pagesLookWhole() {
		kind = isUndecidable
	}
	if key := (complaint{kind, about}); !h.known[key] {
		h.known[key] = true
		h.complaints = append(h.complaints, complaint{kind, fmt.Sprintf(format, args...)})
	}
}

// pagesLookWhole reports whether the pages of the service showed the login from the
// beginning: to a client such a page is a whole list, and what it never showed cannot
// be known.
func (h *habitTrial) pagesLookWhole() bool {
	if strings.Contains(h.behavior, "page-later") { // a rotation begins anew with such a page
		return h.ground.verb == "rotate"
	}
	size := regexp.MustCompile(`page-size=(\d+)`).FindStringSubmatch(h.behavior)
	if size == nil {
		return false
	}
	n, _ := strconv.Atoi(size[1])
	ids := slices.Sorted(maps.Keys(h.before))
	return slices.Contains(ids[:min(n, len(ids))], h.caller)
}

// beginHabit copies the ground and serves it, honestly and not.
func beginHabit(t *testing.T, g *ground, behavior string, faults []string, random *rand.Rand) *habitTrial {
	t.Helper()
	dir, err := os.MkdirTemp(filepath.Dir(filepath.Dir(g.dir)), "astra-rig-") //nolint:usetesting // beside the ground
	testkit.Check(t, err)
	description := []string{"", "orders", fmt.Sprintf("astra-cli/%016x", random.Uint64())}[random.IntN(3)] // the last is another astra's
	h := &habitTrial{ground: g, behavior: behavior, order: strangeOrder(g.org, description), held: map[string]bool{}, known: map[complaint]bool{}}
	h.deletes = random.IntN(8) == 0
	h.closers = append(h.closers, func() { os.RemoveAll(dir) })
	serve := func(handler http.Handler, watch func(net.Conn, http.ConnState)) string {
		server := httptest.NewUnstartedServer(handler)
		server.Config.ErrorLog, server.Config.ConnState = log.New(io.Discard, "", 0), watch
		server.Start()
		h.closers = append(h.closers, server.Close)
		return server.URL
	}
	h.frontURL = serve(http.HandlerFunc(h.serveFront), h.clients.watch)
	_, err = g.copyTo(dir, h.frontURL)
	testkit.Check(t, err)
	state, err := os.ReadFile(filepath.Join(g.dir, statePath))
	testkit.Check(t, err)
	testkit.Check(t, os.WriteFile(filepath.Join(dir, statePath), state, 0o600))

	options := sandbox.Options{Path: filepath.Join(dir, statePath), Now: func() time.Time { return time.Now().Add(time.Duration(h.shift.Load())) }}
	h.honest, err = sandbox.Open(options)
	testkit.Check(t, err)
	own := h.ownHabits()
	named := slices.DeleteFunc(strings.Split(behavior, ","), func(name string) bool { return name == noHabit || own[name] != nil })
	if len(named) > 0 {
		options.Behavior, err = sandbox.ParseBehavior(named...)
		testkit.Check(t, err)
	}
	h.late = options.Behavior.LateCommit
	lying, err := sandbox.Open(options)
	testkit.Check(t, err)
	serveOptions := sandbox.ServeOptions{Behavior: options.Behavior, Clock: lying.Clock}
	for _, text := range faults {
		f, err := sandbox.ParseFault(text)
		testkit.Check(t, err)
		serveOptions.Faults = append(serveOptions.Faults, f)
	}
	h.lying = sandbox.Listener(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lying.ServeHTTP(w, r)
		if asksForToken(r) {
			h.reached.Add(1)
		}
	}), serveOptions)
	s := &station{t: t, program: g.program, url: serve(h.honest, nil), admin: g.admin, dir: dir, armed: g.armed}
	h.trial = &trial{account: &account{s, dir}, scenario: g.scenario, old: g.old, before: maps.Clone(g.before)}
	h.noteHeld()
	h.caller = h.login()
	for name := range strings.SplitSeq(behavior, ",") {
		if own[name] != nil {
			h.lying = own[name]()
		}
	}
	h.be(h.lying)
	return h
}

func (h *habitTrial) end() {
	for _, end := range slices.Backward(h.closers) {
		end()
	}
}

// be makes the front another service.
func (h *habitTrial) be(service http.Handler) { h.front.Store(&service) }

func asksForToken(r *http.Request) bool {
	return r.Method == http.MethodPost && (strings.HasSuffix(r.URL.Path, "/clientIdSecrets") || strings.HasSuffix(r.URL.Path, "/tokens"))
}

// serveFront lets another client make a token in the moment before the program's
// first change arrives.
func (h *habitTrial) serveFront(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == lastPath {
		return
	}
	if r.Method != http.MethodGet {
		h.intrude.Do(h.makeIntruder)
	}
	service := *h.front.Load()
	if asksForToken(r) && service != http.Handler(h.honest) {
		h.asked.Add(1)
	}
	service.ServeHTTP(w, r)
}

// strangeOrder is another client's request for a token like that of the program.
func strangeOrder(org, description string) string {
	return fmt.Sprintf(`{"roles":[%q],"orgId":%q,"description":%q}`, roUserID, org, description)
}

func (h *habitTrial) makeIntruder() {
	h.intruding.Lock()
	defer h.intruding.Unlock()
	testkit.Check(h.t, json.Unmarshal([]byte(ask(h.t, h.honest, http.MethodPost, "/v2/tokens", h.admin, h.order)), &struct{ ClientID *string }{&h.intruder}))
	if h.deletes {
		ask(h.t, h.honest, http.MethodDelete, "/v2/clientIdSecrets/"+h.ground.neighbor, h.admin, "")
	}
}

// clients are the connections of the program to the service.
type clients struct {
	mu   sync.Mutex
	open map[net.Conn]bool
}

func (c *clients) watch(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		if c.open == nil {
			c.open = map[net.Conn]bool{}
		}
		c.open[conn] = true
	case http.StateClosed, http.StateHijacked:
		delete(c.open, conn)
	case http.StateActive, http.StateIdle:
	}
}

func (c *clients) left() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// lastPath is that of a request after all others.
const lastPath = "/last-of-all"

// arrive waits until what the program sent before it was killed is performed. In the
// time of a trial minutes pass at once, and no request is on its way for so long.
func (h *habitTrial) arrive() {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.frontURL+lastPath, nil)
	testkit.Check(h.t, err)
	request.Close = true
	response, err := http.DefaultClient.Do(request) // connections are accepted in their order
	testkit.Check(h.t, err)
	response.Body.Close()
	for deadline := time.Now().Add(patience); h.clients.left() > 0; <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("%d connections are open %v after their client has ended", h.clients.left(), patience)
		}
	}
}

// pass lets time pass, at the service and in the journal. What a late service has
// not performed by then it performs, when its time has come.
func (h *habitTrial) pass(d time.Duration) {
	h.arrive()
	if step := h.late + time.Second; h.late > 0 && d > step {
		h.pass(step)
		d -= step
	}
	passed := h.shift.Add(int64(d))
	for deadline := time.Now().Add(10 * time.Second); h.late > 0 && passed >= int64(h.late) && h.reached.Load() < h.asked.Load() && time.Now().Before(deadline); {
		<-time.After(5 * time.Millisecond)
	}
	h.age(d)
}

// do runs the program, which ends by itself, or is killed at a place or after a time.
func (h *habitTrial) do(place int, after time.Duration, args ...string) (out, stderr string, status int) {
	cmd, o, e := h.command(args...)
	if place > 0 {
		cmd.Env = append(cmd.Env, "ASTRA_FAILPOINT="+strconv.Itoa(place))
	}
	testkit.Check(h.t, cmd.Start())
	h.process.Store(cmd.Process)
	if after > 0 {
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	var hung atomic.Bool
	timer := time.AfterFunc(patience, func() {
		hung.Store(true)
		_ = cmd.Process.Kill()
	})
	defer timer.Stop()
	_ = cmd.Wait()
	status = cmd.ProcessState.ExitCode()
	switch {
	case hung.Load():
		h.complain(isUnfinished, "hangs", "%v did not end in %v", args, patience)
	case status == -1:
		h.kills++
	}
	h.out += o.String()
	h.said += o.String() + e.String()
	return o.String(), e.String(), status
}

// run is the program left alone.
func (h *habitTrial) run(args ...string) (out, stderr string, status int) { return h.do(0, 0, args...) }

var wholeToken = regexp.MustCompile("AstraCS:([A-Za-z]{24}):[0-9a-f]{64}")

// stored returns the client ids of valid tokens whose secret is in a file or store.
func (h *habitTrial) stored(live map[string]listed) map[string]bool {
	found := map[string]bool{}
	for _, pattern := range []string{credentialPath, "out.json", "given.json"} {
		for _, match := range wholeToken.FindAllStringSubmatch(h.glob(pattern), -1) {
			if _, alive := live[match[1]]; alive && !found[match[1]] && h.works(match[0]) {
				found[match[1]] = true
			}
		}
	}
	return found
}

// works reports whether the service accepts a token.
func (h *habitTrial) works(token string) bool {
	return h.call(http.MethodGet, "/v2/currentOrg", token, nil) == http.StatusOK
}

func (h *habitTrial) noteHeld() map[string]listed {
	live := h.live()
	maps.Copy(h.held, h.stored(live))
	return live
}

// has reports whether the secret of a token is where a person finds it: as it was
// printed, in a file that was asked for, or in the store under a name.
func (h *habitTrial) has(id string) bool {
	for _, match := range wholeToken.FindAllStringSubmatch(h.out+h.glob("out.json"), -1) {
		if match[1] == id && h.works(match[0]) {
			return true
		}
	}
	return h.stored(map[string]listed{id: {}})[id] && (strings.Contains(h.glob(configPath), id) || strings.Contains(h.glob("out.json"), id))
}

// live looks which tokens are valid. A request of a run that was killed may come
// to another client's turn only now.
func (h *habitTrial) live() map[string]listed {
	h.intruding.Lock()
	defer h.intruding.Unlock()
	h.seen = h.intruder
	return h.account.live()
}

// fresh returns the valid tokens that the program made.
func (h *habitTrial) fresh(live map[string]listed) []string {
	var ids []string
	for id := range live {
		if _, known := h.before[id]; !known && id != h.seen {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// unheld returns those of them whose secret is nowhere.
func (h *habitTrial) unheld(live map[string]listed) []string {
	return slices.DeleteFunc(h.fresh(live), h.has)
}

var ourMark = regexp.MustCompile(`astra-cli/([0-9a-f]{16})`)

// judge looks at the truth after something was done.
func (h *habitTrial) judge(when string) {
	live := h.live()
	h.judgeNames(when, live)
	h.judgeOthers(when, live)
	now := h.stored(live)
	for id := range h.held {
		if _, alive := live[id]; alive && !now[id] {
			h.complain(isForgotten, id, "%s: %s is valid, and its stored secret is gone", when, id)
		}
	}
	h.noteHeld()
}

// judgeNames complains about tokens that no destination holds and the program does
// not name.
func (h *habitTrial) judgeNames(when string, live map[string]listed) {
	lost := h.unheld(live)
	if len(lost) == 0 {
		return
	}
	_, next, _ := h.account.run("org", "list")
	rows, errs, _ := h.account.run("token", "recover", "--dry-run", "-o", "json")
	named := h.said + next + rows + errs
	for _, id := range lost {
		marks := ourMark.FindAllStringSubmatch(live[id].Description, -1) // the last is that of this token
		if !strings.Contains(named, id) && (len(marks) == 0 || !strings.Contains(named, marks[len(marks)-1][1])) {
			h.complain(isUnnamed, id, "%s: %s (%s) is valid, its secret is nowhere, and it is not named\nnext: %s\nrows: %s%s",
				when, id, live[id].Description, next, rows, errs)
		}
	}
}

// judgeOthers complains about tokens that are revoked and should not be.
func (h *habitTrial) judgeOthers(when string, live map[string]listed) {
	others := slices.Collect(maps.Keys(h.before))
	if h.seen != "" {
		others = append(others, h.seen)
	}
	for _, id := range others {
		if _, alive := live[id]; !alive && (id != h.old || !h.ground.target) && (id != h.ground.neighbor || !h.deletes) {
			h.complain(isWrong, id, "%s: %s is revoked: %q", when, id, h.before[id].Description)
		}
	}
	_, alive := live[h.old]
	if h.ground.verb == "rotate" && !alive && !slices.ContainsFunc(h.fresh(live), h.has) {
		h.complain(isWrong, h.old, "%s: the old token %s is revoked, and no destination holds a new one", when, h.old)
	}
	if h.rotates == "orders" {
		if token, err := h.exported(); err != nil || !h.works(token) {
			h.complain(isUnusable, "export", "%s: what is exported is not valid: %v", when, err)
		}
	}
	if _, alive := live[h.login()]; !alive {
		h.complain(isUnusable, "login", "%s: the login is revoked", when)
	}
}

// login returns the client id of the login that is stored here.
func (h *habitTrial) login() string {
	return regexp.MustCompile(`\b[A-Za-z]{24}\b`).FindString(h.glob(configPath))
}

// believe checks that a run which ended with status 0 did what it promises.
func (h *habitTrial) believe(args []string, status int) {
	if status != 0 {
		return
	}
	live := h.live()
	fresh := h.fresh(live)
	_, alive := live[h.old]
	verb := h.ground.verb
	switch {
	case slices.Contains(args, "recover"):
		if lost := h.unheld(live); len(lost) > 0 {
			h.complain(isUntrue, strings.Join(args, " "), "%v says that all is done, but no destination holds %v", args, lost)
		}
	case slices.Contains(args, "--rollback"):
		if len(fresh) > 0 || !alive {
			h.complain(isUntrue, strings.Join(args, " "), "%v says that the rotation is undone; the old token is valid: %v, new ones: %v", args, alive, fresh)
		}
	case verb == "generate" || verb == "rotate":
		fresh = slices.DeleteFunc(fresh, func(id string) bool { return h.isNamed(live[id]) })
		if len(fresh) != 1 || !h.everywhere(fresh[0]) {
			h.complain(isUntrue, strings.Join(args, " "), "%v says that a token was made and kept; there are %v", args, fresh)
		}
		if verb == "rotate" && alive == h.ground.target {
			h.complain(isUntrue, strings.Join(args, " "), "%v says that the token was rotated; the old one is valid: %v", args, alive)
		}
	case alive:
		h.complain(isUntrue, strings.Join(args, " "), "%v says that %s is revoked", args, h.old)
	}
}

// isNamed reports whether a token is that of an attempt which is still open.
func (h *habitTrial) isNamed(t listed) bool {
	mark := ourMark.FindStringSubmatch(t.Description)
	return mark != nil && slices.ContainsFunc(h.records(), func(r habitRecord) bool { return r.Kind == "generate" && r.Nonce == mark[1] })
}

// everywhere reports whether each destination of the task has the secret.
func (h *habitTrial) everywhere(id string) bool {
	in := func(text string) bool { return strings.Contains(text, "AstraCS:"+id+":") }
	file, store := slices.Contains(h.args, "out.json"), in(h.glob(credentialPath)) && strings.Contains(h.glob(configPath), id)
	if file && !in(h.glob("out.json")) {
		return false
	}
	keeps := slices.Contains(h.args, "--save") || h.rotates == "orders" || h.rotates == "login" || slices.Contains(h.args, "env")
	return h.has(id) && (!keeps || store)
}

// conclude does what the program says is next, until nothing is open, and judges.
// Where rows says so that fails if it cannot be done.
func (h *habitTrial) conclude(rollback, must bool, place int) {
	const rounds = 4
	for round := range rounds {
		if h.revokes() && !h.again(must) {
			return
		}
		if must && round >= rounds/2 {
			h.decide()
		}
		if h.recoverOnce(place, must, round >= rounds/2); h.openRotation() {
			h.rotateOnce(rollback, place, must)
		}
		place = 0
		if !must || h.concluded() {
			break
		}
		h.pass(pastGrace)
	}
	if must && !h.concluded() {
		h.complain(isUnfinished, "open", "still open: %s\n%s", h.glob(journalPath), h.said)
	}
}

// revokes reports whether the task is to revoke a token, which is valid still.
func (h *habitTrial) revokes() bool {
	_, alive := h.live()[h.old]
	return (h.ground.verb == "delete" || h.ground.verb == "panic") && alive
}

func (h *habitTrial) again(must bool) bool {
	_, stderr, status := h.run(h.args...)
	h.believe(h.args, status)
	if must && h.revokes() {
		h.complain(isUnfinished, "revoke", "%v: status %d, and the token is valid\n%s", h.args, status, stderr)
		return false
	}
	return true
}

// A habitRecord is the end of the journal of an operation.
type habitRecord struct {
	Kind, Step, Made, Nonce string
	Shown                   bool
}

// records are the operations that are open.
func (h *habitTrial) records() []habitRecord {
	var all []habitRecord
	names, _ := filepath.Glob(filepath.Join(h.path, journalPath))
	for _, name := range names {
		text, _ := os.ReadFile(name)
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		var record habitRecord
		_ = json.Unmarshal([]byte(lines[len(lines)-1]), &record)
		if len(text) > 0 && record.Step != "done" {
			all = append(all, record)
		}
	}
	return all
}

// lastRecord is the end of the journal of the operation that the task began.
func (h *habitTrial) lastRecord() habitRecord {
	kind := map[bool]string{true: "rotate", false: "generate"}[h.ground.verb == "rotate"]
	for _, record := range h.records() {
		if record.Kind == kind {
			return record
		}
	}
	return habitRecord{}
}

func (h *habitTrial) concluded() bool {
	return !slices.ContainsFunc(h.records(), func(r habitRecord) bool { return r.Step != "switched" || h.ground.target })
}

func (h *habitTrial) openRotation() bool {
	return slices.ContainsFunc(h.records(), func(r habitRecord) bool { return r.Kind == "rotate" && (r.Step != "switched" || h.ground.target) })
}

// decide is what a person does about operations of which only a person can tell, and
// who looks at the service: a token with the mark of the operation is revoked, where
// that is listed, and otherwise there is nothing to revoke.
func (h *habitTrial) decide() {
	out, _, _ := h.account.run("token", "recover", "--dry-run", "-o", "json")
	var rows []struct {
		Operation, Mark, State string
		ClientIDs              []string
	}
	_ = json.Unmarshal([]byte(out), &rows)
	live := h.live()
	for _, row := range rows {
		if row.State != "alike" && row.State != "unclear" {
			continue
		}
		args := []string{"--keep", row.Operation}
		for _, id := range h.unheld(live) {
			mark := ourMark.FindStringSubmatch(live[id].Description)
			switch {
			case mark == nil || mark[1] != row.Mark:
			case slices.Contains(row.ClientIDs, id):
				args = []string{"--revoke", id}
			default: // with a login of the organization that it belongs to
				h.call(http.MethodDelete, "/v2/clientIdSecrets/"+id, h.admin, nil)
			}
		}
		h.run(append([]string{"token", "recover", "--yes"}, args...)...)
	}
}

// recoverOnce is what a person does who was there.
func (h *habitTrial) recoverOnce(place int, must, tells bool) {
	args := []string{"token", "recover", "--yes"}
	if tells && h.deletes && strings.Contains(h.said+h.rows, h.ground.neighbor) {
		args = append(args, "--deleted", h.ground.neighbor)
	}
	switch open := h.lastRecord(); {
	case open.Step == "":
	case open.Shown && open.Made != "" && h.has(open.Made):
		args = append(args, "--keep", open.Made)
	case open.Shown:
		args = append(args, "--revoke-unconfirmed")
	}
	out, stderr, status := h.do(place, 0, args...)
	h.rows = out + stderr
	h.believe(args, status)
	if must && place == 0 && !slices.Contains([]int{0, 15, 17}, status) {
		h.complain(isUnfinished, args[1], "%v: status %d\n%s", args, status, stderr)
	}
}

func (h *habitTrial) rotateOnce(rollback bool, place int, must bool) {
	args := []string{"token", "rotate", h.old, h.way(rollback), "--yes"}
	_, stderr, status := h.do(place, 0, args...)
	h.believe(args, status)
	if status == 7 { // there is no way back, or it is on its way back
		args[3] = h.way(!rollback)
		_, stderr, status = h.run(args...)
		h.believe(args, status)
	}
	if must && place == 0 && !slices.Contains([]int{0, 15, 17}, status) && h.openRotation() {
		h.complain(isUnfinished, args[1], "%v: status %d\n%s", args, status, stderr)
	}
}

// A cut is how a run comes to an early end.
type cut struct {
	place  int
	after  time.Duration
	faults []string
}

func (c cut) String() string {
	return fmt.Sprintf("place %d, after %v, faults %v", c.place, c.after, c.faults)
}

// drawCut chooses one; only kills are for long runs.
func drawCut(random *rand.Rand, g *ground, behavior string, kills bool) cut {
	var c cut
	faults := []string{"drop-response", "truncate"}
	if !strings.Contains(behavior, "late-commit") {
		faults = append(faults, "status,arg=403", "status,arg=404", "status,arg=409", "status,arg=413", "status,arg=500", "status,arg=502", "status,arg=504", "html", "reset")
	}
	draw := random.IntN(10)
	switch {
	case draw < 5:
		c.place = 1 + random.IntN(g.places+4)
	case draw < 7 || kills:
		c.after = time.Duration(1 + random.Int64N(int64(80*time.Millisecond)))
	}
	if draw >= 7 && draw < 9 || strings.Contains(behavior, "quote-caller") {
		kind := faults[random.IntN(len(faults))]
		for _, request := range []string{"POST /clientIdSecrets", "POST /tokens", "DELETE /clientIdSecrets/*"}[:2+random.IntN(2)] {
			c.faults = append(c.faults, request+"="+kind+",times=1")
		}
	}
	return c
}

// tryHabit is one trial, from the run to the end of everything.
func tryHabit(t *testing.T, g *ground, behavior string, c cut, random *rand.Rand) *habitTrial {
	t.Helper()
	h := beginHabit(t, g, behavior, c.faults, random)
	defer h.end()
	_, _, status := h.do(c.place, c.after, h.args...)
	h.believe(h.args, status)
	h.judge("after the run")
	rollback := random.IntN(2) == 0
	if random.IntN(3) == 0 {
		h.conclude(rollback, false, 0)
		h.judge("after a conclusion at once")
	}
	if random.IntN(2) == 0 {
		h.pass([]time.Duration{30 * time.Second, time.Minute, 3 * time.Minute}[random.IntN(3)])
		h.conclude(rollback, false, max(0, random.IntN(40)-20))
		h.judge("after a conclusion soon")
	}
	h.pass(pastGrace)
	h.judge("when no request is on its way any more")
	if random.IntN(2) == 0 {
		h.conclude(rollback, false, max(0, random.IntN(40)-20))
		h.judge("after a conclusion at the same service")
	}
	h.pass(pastGrace)
	h.be(h.honest)
	h.conclude(rollback, true, max(0, random.IntN(40)-20))
	h.judge("in the end")
	if lost := h.unheld(h.live()); len(lost) > 0 {
		h.complain(isLost, "end", "in the end: no destination holds %v", lost)
	}
	if h.seen != "" {
		h.before[h.seen] = listed{}
	}
	if err := errors.Join(h.tidy(), h.stillWorks()); err != nil {
		h.complain(isUnfinished, "tidy", "in the end: %v", err)
	}
	return h
}

// habitCounts are the complaints of a row, by kind.
type habitCounts struct {
	mu     sync.Mutex
	trials int
	kills  int
	kinds  map[string]int
}

func (c *habitCounts) add(h *habitTrial) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trials++
	c.kills += h.kills
	for _, found := range h.complaints {
		c.kinds[found.kind]++
	}
}

func (c *habitCounts) String() string {
	text := fmt.Sprintf("%d trials, %d kills", c.trials, c.kills)
	for _, kind := range []string{isLost, isWrong, isUnnamed, isForgotten, isUntrue, isUnfinished, isUnusable, isUndecidable} {
		text += fmt.Sprintf(", %d %s", c.kinds[kind], kind)
	}
	return text
}

// placesOf names the places where the command can be killed.
func placesOf(t *testing.T, g *ground) []string {
	t.Helper()
	h := beginHabit(t, g, noHabit, nil, rand.New(rand.NewPCG(1, 2)))
	defer h.end()
	h.deletes = false // another administrator would make the command end without proof
	return h.passed()
}

// grounds makes the ground of each task.
func grounds(t *testing.T) []*ground {
	t.Helper()
	program, err := armed()
	testkit.Check(t, err)
	var all []*ground
	for _, c := range tasks() {
		g := prepareGround(t, program, c)
		g.places = len(placesOf(t, g))
		all = append(all, g)
	}
	return all
}

// TestHabitsRig runs the tasks under each behavior. In short a few of them, in all
// at least as many kills as ASTRA_RIG_TRIALS says.
func TestHabitsRig(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some hundred processes, which the race detector does not see")
	}
	t.Parallel()
	all := grounds(t)
	seed := habitSeed()
	rows := append([]string{noHabit}, habitRows()...)
	rows = append(rows, habitMixes(rand.New(rand.NewPCG(seed, 0)), 10)...)
	kills := 0
	if trials(0) > 0 { // in parts, since a trial of some rows takes seconds
		const parts = 5
		kills = trials(0)/(parts*len(rows)) + 1
		rows = slices.Repeat(rows, parts)
	}
	jobs := make([]int, len(rows))
	for i := range jobs {
		jobs[i] = i
	}
	total := &habitCounts{kinds: map[string]int{}}
	report(t, each(16, jobs, func(job int) []string { // most of a trial is waiting
		t.Run(rows[job], func(t *testing.T) {
			tryRow(t, all, rows[job], kills, rand.New(rand.NewPCG(seed, uint64(job+1))), total)
		})
		return nil
	}))
	t.Logf("seed %d: %v", seed, total)
}

// habitSeed is what decides about all but the moments of kills.
func habitSeed() uint64 {
	if seed, err := strconv.ParseUint(os.Getenv("ASTRA_RIG_SEED"), 10, 64); err == nil {
		return seed
	}
	if trials(0) == 0 {
		return 20261129 // the short form is the same each time
	}
	return uint64(time.Now().UnixNano())
}

// tryRow makes trials of a behavior: two, or so many kills if that is not 0.
func tryRow(t *testing.T, all []*ground, behavior string, kills int, random *rand.Rand, total *habitCounts) {
	t.Helper()
	few := 2
	if !testkit.InCI() {
		few = 1
	}
	counts := &habitCounts{kinds: map[string]int{}}
	for i := 0; i < few || counts.kills < kills && i < few+10*kills; i++ {
		g := all[random.IntN(len(all))]
		if (behavior == "foreign-org" || behavior == "ignore-org") && i%2 == 0 {
			g = all[slices.IndexFunc(all, func(g *ground) bool { return g.org != "" })+random.IntN(2)]
		}
		c := drawCut(random, g, behavior, kills > 0)
		h := tryHabit(t, g, behavior, c, random)
		counts.add(h)
		total.add(h)
		for _, found := range h.complaints {
			if counts.kinds[found.kind] <= 3 && found.kind != isUndecidable {
				t.Errorf("trial %d, %s, %v: %s: %s", i, g.name, c, found.kind, found.text)
			}
		}
	}
	t.Log(counts)
}

// TestHabitsRigBites does by hand what must not be: the rig must tell each of it.
func TestHabitsRigBites(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	scenario := tasks()[1] // to the store
	g := prepareGround(t, program, scenario)
	posted := slices.IndexFunc(placesOf(t, g), func(name string) bool { return strings.HasSuffix(name, "POST /v2/clientIdSecrets: after") }) + 1
	for _, test := range []struct {
		kind     string
		behavior string
		spoil    func(*habitTrial)
	}{
		{"", noHabit, func(h *habitTrial) { h.run(h.args...) }},
		{isUnnamed, "description=drop", func(h *habitTrial) {
			h.do(posted, 0, h.args...)
			testkit.Check(t, os.RemoveAll(filepath.Join(h.path, filepath.Dir(journalPath))))
		}},
		{isUnnamed, "page-size=1", func(h *habitTrial) {
			h.do(posted, 0, h.args...)
			testkit.Check(t, os.RemoveAll(filepath.Join(h.path, filepath.Dir(journalPath))))
		}},
		{isWrong, noHabit, func(h *habitTrial) {
			h.run(h.args...)
			ask(t, h.honest, http.MethodDelete, "/v2/clientIdSecrets/"+h.intruder, h.admin, "")
		}},
		{isWrong, noHabit, func(h *habitTrial) {
			ask(t, h.honest, http.MethodDelete, "/v2/clientIdSecrets/"+h.ground.neighbor, h.admin, "")
			h.deletes = false
		}},
		{isUnusable, noHabit, func(h *habitTrial) {
			ask(t, h.honest, http.MethodDelete, "/v2/clientIdSecrets/"+h.login(), h.admin, "")
		}},
		{isForgotten, noHabit, func(h *habitTrial) {
			h.run(h.args...)
			h.judge("before")
			testkit.Check(t, os.RemoveAll(filepath.Join(h.path, filepath.Dir(credentialPath))))
		}},
		{isUntrue, noHabit, func(h *habitTrial) {
			h.do(posted, 0, h.args...)
			h.believe(h.args, 0)
		}},
		{isUntrue, noHabit, func(h *habitTrial) {
			h.do(posted, 0, h.args...)
			h.believe([]string{"token", "recover"}, 0)
		}},
		{isUnfinished, "late-commit=4m", func(h *habitTrial) {
			h.run(h.args...)
			text := h.glob(journalPath)
			names, _ := filepath.Glob(filepath.Join(h.path, journalPath))
			testkit.Check(t, os.WriteFile(names[0], []byte(strings.ReplaceAll(text, `"version":1`, `"version":99`)), 0o600))
			h.pass(pastGrace)
			h.be(h.honest)
			h.conclude(false, true, 0)
		}},
	} {
		t.Run(test.kind, func(t *testing.T) {
			h := beginHabit(t, g, test.behavior, nil, rand.New(rand.NewPCG(1, 1)))
			h.caller = "" // so that no page looks whole
			defer h.end()
			test.spoil(h)
			h.judge("after all")
			told := slices.ContainsFunc(h.complaints, func(c complaint) bool { return c.kind == test.kind })
			if told != (test.kind != "") {
				t.Errorf("the rig tells %v", h.complaints)
			}
		})
	}
}

// TestHabitsRigWaits kills the program while its request for a token is on its way. For
// the trial minutes pass at once then, and a list that is a minute late shows nothing of
// what is performed after them.
func TestHabitsRigWaits(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	all := tasks()
	g := prepareGround(t, program, all[slices.IndexFunc(all, func(c task) bool { return c.name == "rotated login" })])
	h := beginHabit(t, g, "list-lag=1m", nil, rand.New(rand.NewPCG(1, 1)))
	defer h.end()
	h.deletes = false
	h.order = strangeOrder("", "astra-cli/0123456789abcdef") // the mark of another astra
	h.be(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asksForToken(r) {
			body, err := io.ReadAll(r.Body)
			testkit.Check(t, err)
			_ = h.process.Load().Kill()
			for deadline := time.Now().Add(time.Second); h.shift.Load() == 0 && time.Now().Before(deadline); {
				<-time.After(time.Millisecond)
			}
			r = r.WithContext(context.WithoutCancel(r.Context()))
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		h.lying.ServeHTTP(w, r)
	}))
	h.do(0, 0, h.args...)
	h.pass(pastGrace)
	h.conclude(true, false, 0)
	h.judge("after a conclusion at the same service")
	for _, found := range h.complaints {
		t.Errorf("%s: %s", found.kind, found.text)
	}
	if h.kills != 1 || h.reached.Load() != 1 {
		t.Errorf("%d kills, %d requests for a token", h.kills, h.reached.Load())
	}
}

// TestManyRotationsWithHabits rotates the token of an application at services with
// other habits, and kills most of the rotations, while the application
// authenticates with the exported token all the time: it must never be refused.
func TestManyRotationsWithHabits(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some hundred processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	all := tasks()
	g := prepareGround(t, program, all[slices.IndexFunc(all, func(c task) bool { return c.name == "rotated with overlap" })])
	seed := habitSeed()
	rows := slices.DeleteFunc(habitRows(), func(row string) bool { return row == "page-later" }) // each next rotation would begin with a page
	n := max(1, trials(0)/len(rows)/4)
	if trials(0) == 0 { // in short, a few of them
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(rows), func(a, b int) { rows[a], rows[b] = rows[b], rows[a] })
		rows = rows[:4]
	}
	report(t, each(8, rows, func(behavior string) []string {
		t.Run(behavior, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, uint64(slices.Index(rows, behavior)+1)))
			h := beginHabit(t, g, behavior, nil, random)
			defer h.end()
			h.rotateUnderUse(t, n, random)
			for _, found := range h.complaints {
				if found.kind != isUndecidable {
					t.Errorf("seed %d: %s: %s", seed, found.kind, found.text)
				}
			}
		})
		return nil
	}))
}

// rotateUnderUse rotates n times while an application reads its token and uses it.
func (h *habitTrial) rotateUnderUse(t *testing.T, n int, random *rand.Rand) {
	t.Helper()
	own := httptest.NewServer(http.HandlerFunc(h.serveFront)) // not among the clients that end
	defer own.Close()
	app := &trial{account: &account{&station{t: h.t, program: h.program, url: own.URL}, h.path}}
	ended, result := make(chan struct{}), make(chan error, 1)
	var uses atomic.Int64
	go func() { result <- app.use(ended, &uses, app.exported) }()
	for range n {
		h.be(h.lying)
		h.do(max(0, random.IntN(60)-20), time.Duration(1+random.Int64N(int64(200*time.Millisecond))), "token", "rotate", "orders", "--overlap", "1h", "--yes")
		h.judge("after the run")
		rollback := random.IntN(4) == 0
		h.pass(pastGrace)
		h.conclude(rollback, false, 0)
		h.judge("after a conclusion at the same service")
		h.pass(pastGrace)
		h.be(h.honest)
		h.conclude(rollback, true, 0)
		h.judge("in the end")
		before := uses.Load()
		for deadline := time.Now().Add(patience); uses.Load() < before+2 && len(result) == 0 && time.Now().Before(deadline); {
			<-time.After(time.Millisecond)
		}
		if h.lastRecord().Step == "switched" {
			_, stderr, status := h.run("token", "rotate", h.old, "--finish", "--yes")
			if status != 0 {
				h.complain(isUnfinished, "finish", "--finish: status %d\n%s", status, stderr)
			}
		}
		token, err := h.exported()
		if err != nil || len(h.complaints) > 0 {
			break
		}
		h.old = strings.Split(token, ":")[1]
		h.before, h.held = h.live(), map[string]bool{}
	}
	close(ended)
	if err := <-result; err != nil {
		h.complain(isUnusable, "use", "%v", err)
	}
	t.Logf("%d rotations, %d kills; the token was used %d times", n, h.kills, uses.Load())
}
