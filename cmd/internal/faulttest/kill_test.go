//go:build unix

package faulttest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// The kill rig ends the program, as kill -9 does, at every place where that
// matters and at random moments, and looks at what that left: a token that is
// alive must be held by a destination, or be named by the next command, and
// "token recover" or "token rotate" must settle it. The program is built with the
// tag failpoint, the service is "astra sandbox serve" as a process of its own.
//
//	go test ./cmd/internal/faulttest -run TestKillRig -v                             in short
//	ASTRA_RIG_TRIALS=10000 go test ./cmd/internal/faulttest -run TestKillRig -v -timeout 2h

// A station is the service of a rig.
type station struct {
	t       *testing.T
	program string
	url     string
	admin   string // a token that no trial touches
	dir     string
	armed   []string // variables of failpoints
}

// newStation serves a sandbox. Its state is in memory where the system has a
// place for that: thousands of trials are not a test of the disk.
func newStation(t *testing.T, program string, args ...string) *station {
	t.Helper()
	s := &station{t: t, program: program, dir: t.TempDir()}
	if memory, err := os.MkdirTemp("/dev/shm", "astra-rig-"); err == nil { //nolint:usetesting // t.TempDir cannot choose the disk
		s.dir = memory
		t.Cleanup(func() { os.RemoveAll(memory) })
	}
	server := exec.Command(program, append([]string{"sandbox", "serve", "--listen", "127.0.0.1:0"}, args...)...)
	server.Env = []string{"HOME=" + s.dir, "ASTRA_STATE_DIR=" + filepath.Join(s.dir, "served")}
	out, err := server.StdoutPipe()
	testkit.Check(t, err)
	testkit.Check(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	line := make([]byte, 256)
	n, err := out.Read(line)
	testkit.Check(t, err)
	s.url = strings.TrimSpace(string(line[:n]))
	status := exec.Command(program, "sandbox", "status", "--jq", ".token")
	status.Env = server.Env
	token, err := status.Output()
	testkit.Check(t, err)
	s.admin = strings.TrimSpace(string(token))
	return s
}

// listed is a token as the service lists it.
type listed struct{ ClientID, Description string }

// live returns the tokens that are valid, by client id.
func (s *station) live() map[string]listed {
	s.t.Helper()
	var answer struct{ Clients []listed }
	s.call(http.MethodGet, "/v2/clientIdSecrets", s.admin, &answer)
	all := map[string]listed{}
	for _, c := range answer.Clients {
		all[c.ClientID] = c
	}
	return all
}

func (s *station) call(method, path, token string, answer any) int {
	s.t.Helper()
	request, err := http.NewRequest(method, s.url+path, nil)
	testkit.Check(s.t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	testkit.Check(s.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	testkit.Check(s.t, err)
	if answer != nil {
		testkit.Check(s.t, json.Unmarshal(body, answer))
	}
	return response.StatusCode
}

// An account is one user's, logged in at a station.
type account struct {
	*station
	path string
}

var accounts atomic.Int64

func (s *station) account() *account {
	s.t.Helper()
	h := &account{s, filepath.Join(s.dir, "home"+strconv.FormatInt(accounts.Add(1), 10))}
	testkit.Check(s.t, os.MkdirAll(h.path, 0o700))
	testkit.Check(s.t, os.WriteFile(filepath.Join(h.path, "admin.txt"), []byte(s.admin), 0o600))
	h.must("--token-file", "admin.txt", "--api-url", s.url, "token", "generate", "--role", "Organization Administrator", "--out", "login.json")
	text, err := os.ReadFile(filepath.Join(h.path, "login.json"))
	testkit.Check(s.t, err)
	var login struct{ Token string }
	testkit.Check(s.t, json.Unmarshal(text, &login))
	testkit.Check(s.t, os.WriteFile(filepath.Join(h.path, "login.txt"), []byte(login.Token), 0o600))
	h.must("auth", "login", "work", "--api-url", s.url, "--store", "file", "--token-file", "login.txt")
	testkit.Check(s.t, errors.Join(os.Remove(filepath.Join(h.path, "login.json")), os.Remove(filepath.Join(h.path, "login.txt"))))
	return h
}

// command is a run of the program in this home.
func (h *account) command(args ...string) (cmd *exec.Cmd, out, stderr *bytes.Buffer) {
	cmd = exec.Command(h.program, args...)
	cmd.Dir, cmd.Env = h.path, append([]string{"HOME=" + h.path, "ASTRA_FAILPOINT_CLOCK=" + filepath.Join(h.path, clockPath)}, h.armed...)
	out, stderr = new(bytes.Buffer), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = out, stderr
	return cmd, out, stderr
}

func (h *account) run(args ...string) (out, stderr string, status int) {
	cmd, o, e := h.command(args...)
	_ = cmd.Run()
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

func (h *account) must(args ...string) string {
	h.t.Helper()
	out, stderr, status := h.run(args...)
	if status != 0 {
		h.t.Fatalf("%v: status %d\n%s", args, status, stderr)
	}
	return out
}

// glob returns the content of files in this home, "" if there are none.
func (h *account) glob(pattern string) string {
	names, _ := filepath.Glob(filepath.Join(h.path, pattern))
	var all strings.Builder
	for _, name := range names {
		text, _ := os.ReadFile(name)
		all.Write(text)
	}
	return all.String()
}

const (
	configPath     = ".config/astra/config.yaml"
	credentialPath = ".config/astra/credentials/*"
	journalPath    = ".local/state/astra/pending/*.jsonl"
	clockPath      = "clock" // by how much the clock of the program is ahead
)

// holds reports whether somebody holds a token: standard output as it was read, a
// file that was asked for, or the store, if the configuration names it.
func (h *account) holds(id, out string) bool {
	whole := regexp.MustCompile("AstraCS:" + id + ":[0-9a-f]{64}")
	return whole.MatchString(out) || whole.MatchString(h.glob("out.json")) ||
		whole.MatchString(h.glob(credentialPath)) && strings.Contains(h.glob(configPath), id)
}

// later lets the time pass in which a request may be on its way.
func (h *account) later() {
	names, _ := filepath.Glob(filepath.Join(h.path, journalPath))
	began := regexp.MustCompile(`"began":"[^"]*"`)
	for _, name := range names {
		text, err := os.ReadFile(name)
		testkit.Check(h.t, err)
		testkit.Check(h.t, os.WriteFile(name, began.ReplaceAll(text, []byte(`"began":"2026-01-01T00:00:00Z"`)), 0o600))
	}
}

// A scenario is a command that makes a token.
type scenario struct {
	name    string
	args    []string
	rotates string // what is rotated: "orders", "login", "given" (which is not stored here) or ""
}

func scenarios() []scenario {
	ro := []string{"token", "generate", "--role", "RO User", "-o", "json"}
	with := func(more ...string) []string { return slices.Concat(ro, more) }
	return []scenario{
		{"to standard output", ro, ""},
		{"to the store", with("--save", "new"), ""},
		{"to a file", with("--out", "out.json"), ""},
		{"to store and file", with("--save", "new", "--out", "out.json"), ""},
		{"into the environment", []string{"env", "use", "demo", "--role", "RO User", "--yes"}, ""},
		{"rotated at once", []string{"token", "rotate", "orders", "--overlap", "0", "--yes"}, "orders"},
		{"rotated with overlap", []string{"token", "rotate", "orders", "--overlap", "1h", "--yes"}, "orders"},
		{"rotated, store and file", []string{"token", "rotate", "orders", "--overlap", "0", "--out", "out.json", "--yes"}, "orders"},
		{"rotated login", []string{"token", "rotate", "OLD", "--yes"}, "login"},
		{"rotated to the store", []string{"token", "rotate", "OLD", "--save", "fresh", "--overlap", "0", "--yes"}, "given"},
		{"rotated to standard output", []string{"token", "rotate", "OLD", "--overlap", "0", "--yes", "-o", "json"}, "given"},
	}
}

// A trial is one run that is cut short.
type trial struct {
	*account
	scenario
	old    string // client id of what is rotated
	before map[string]listed
	out    string
	status int
	wipe   bool // the journal is thrown away: the safeguard that the rig is to miss
}

// begin prepares the trial; its error is a fault of the rig.
func (s *station) begin(c scenario) *trial {
	tr := &trial{account: s.account(), scenario: c}
	clientID := regexp.MustCompile(`\b[A-Za-z]{24}\b`)
	tr.args = slices.Clone(c.args)
	switch c.rotates {
	case "orders":
		tr.old = strings.TrimSpace(tr.must("token", "generate", "--role", "RO User", "--save", "orders", "-o", "name"))
		tr.must("env", "use", "demo", "--saved-token", "orders")
	case "login":
		tr.old = clientID.FindString(tr.glob(configPath))
	case "given":
		tr.old = strings.TrimSpace(tr.must("token", "generate", "--role", "RO User", "--out", "given.json", "-o", "name"))
	}
	if at := slices.Index(tr.args, "OLD"); at >= 0 {
		tr.args[at] = tr.old
	}
	tr.before = tr.live()
	return tr
}

// killedAt runs the command and ends it at a place, or after a time.
func (tr *trial) killedAt(place int, after time.Duration) {
	tr.out, tr.status = tr.end(place, after, tr.args...)
	if tr.wipe {
		testkit.Check(tr.t, os.RemoveAll(filepath.Join(tr.path, filepath.Dir(journalPath))))
	}
}

// end runs a command and ends it at a place, or after a time.
func (tr *trial) end(place int, after time.Duration, args ...string) (string, int) {
	cmd, out, _ := tr.command(args...)
	if place > 0 {
		cmd.Env = append(cmd.Env, "ASTRA_FAILPOINT="+strconv.Itoa(place))
	}
	testkit.Check(tr.t, cmd.Start())
	if after > 0 {
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	_ = cmd.Wait()
	return out.String(), cmd.ProcessState.ExitCode()
}

// lost returns the tokens that are new, alive, and held by nobody.
func (tr *trial) lost() map[string]listed {
	lost := map[string]listed{}
	for id, t := range tr.live() {
		if _, known := tr.before[id]; !known && !tr.holds(id, tr.out) {
			lost[id] = t
		}
	}
	return lost
}

// verdict looks at what the run left, settles it, and looks again. The settling
// itself is killed at a place, too, if that is not 0.
func (tr *trial) verdict(rollback bool, place int) error {
	if err := tr.stillWorks(); err != nil {
		return fmt.Errorf("after the kill: %w", err)
	}
	if tr.status == 0 && len(tr.lost()) > 0 {
		return fmt.Errorf("status 0, and lost %v", tr.lost())
	}
	if lost := tr.lost(); len(lost) > 0 {
		_, stderr, status := tr.run("org", "list")
		if status != 0 {
			return fmt.Errorf("the next command: status %d\n%s", status, stderr)
		}
		for id, t := range lost {
			_, mark, _ := strings.Cut(t.Description, "astra-cli/")
			named := strings.Contains(stderr, id) || mark != "" && strings.Contains(stderr, mark) || tr.old != "" && strings.Contains(stderr, tr.old)
			if !named {
				return fmt.Errorf("%s is alive, nobody holds it, and the next command does not name it: %q", id, stderr)
			}
		}
	}
	if place > 0 {
		tr.later()
		how := []string{"token", "recover", "--yes"}
		if tr.rotates != "" {
			how = []string{"token", "rotate", tr.old, tr.way(rollback), "--yes"}
		}
		out, _ := tr.end(place, 0, how...)
		tr.out += out
		if err := tr.stillWorks(); err != nil {
			return fmt.Errorf("after the kill of %v: %w", how, err)
		}
	}
	if err := tr.settle(rollback); err != nil {
		return err
	}
	if lost := tr.lost(); len(lost) > 0 {
		return fmt.Errorf("still lost after all was settled: %v", lost)
	}
	if err := tr.tidy(); err != nil {
		return err
	}
	live := tr.live()
	for id := range tr.before {
		if _, alive := live[id]; !alive && id != tr.old {
			return fmt.Errorf("%s was revoked, which has nothing to do with it", id)
		}
	}
	return tr.stillWorks()
}

func (tr *trial) way(rollback bool) string {
	if rollback {
		return "--rollback"
	}
	return "--resume"
}

// tidy makes sure that nothing is left over when all is settled: of a rotation one
// of the two tokens is alive, and the store has what the configuration names and
// nothing else.
func (tr *trial) tidy() error {
	if tr.glob(journalPath) != "" {
		return nil // a rotation in its overlap
	}
	live := tr.live()
	made := 0
	for id := range live {
		if _, known := tr.before[id]; !known {
			made++
		}
	}
	if _, alive := live[tr.old]; tr.rotates != "" && alive == (made > 0) {
		return fmt.Errorf("the old token is alive: %v, new ones: %d", alive, made)
	}
	if made > 1 {
		return fmt.Errorf("%d tokens were made", made)
	}
	config := tr.glob(configPath)
	names, err := filepath.Glob(filepath.Join(tr.path, credentialPath))
	testkit.Check(tr.t, err)
	for _, name := range names {
		if strings.HasPrefix(filepath.Base(name), ".astra-") {
			continue // swept by the next command that stores something, ten minutes later
		}
		text, err := os.ReadFile(name)
		testkit.Check(tr.t, err)
		var item struct {
			ClientID string `json:"client_id"`
		}
		if err := json.Unmarshal(text, &item); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if item.ClientID != "try" && !strings.Contains(config, item.ClientID) {
			return fmt.Errorf("the store has %s, which nothing names", item.ClientID)
		}
	}
	return nil
}

// settle does what the program says is next, until nothing is open.
func (tr *trial) settle(rollback bool) error {
	tr.later()
	args := []string{"token", "recover", "--yes"}
	var open struct {
		Made  string
		Shown bool
	}
	if journal := strings.TrimSpace(tr.glob(journalPath)); journal != "" {
		lines := strings.Split(journal, "\n")
		_ = json.Unmarshal([]byte(lines[len(lines)-1]), &open)
	}
	switch {
	case open.Shown && open.Made != "" && tr.holds(open.Made, tr.out): // whoever was there says so
		args = append(args, "--keep", open.Made)
	case open.Shown:
		args = append(args, "--revoke-unconfirmed")
	}
	short := slices.Contains(tr.args, "out.json") // the store has it, the file may not
	if _, stderr, status := tr.run(args...); status != 0 && tr.rotates == "" && (!short || status != 17) {
		return fmt.Errorf("%v: status %d\n%s", args, status, stderr)
	}
	if tr.rotates != "" && tr.glob(journalPath) != "" {
		how := tr.way(rollback)
		out, stderr, status := tr.run("token", "rotate", tr.old, how, "--yes")
		tr.out += out
		if status == 7 { // there is no way back, or it is on its way back
			out, stderr, status = tr.run("token", "rotate", tr.old, tr.way(!rollback), "--yes")
			tr.out += out
		}
		if status != 0 && (!short || status != 17) {
			return fmt.Errorf("token rotate %s: status %d\n%s", how, status, stderr)
		}
	}
	lines := strings.Split(strings.TrimSpace(tr.glob(journalPath)), "\n")
	if journal := lines[len(lines)-1]; journal != "" && !strings.Contains(journal, `"step":"switched"`) {
		return fmt.Errorf("still open: %s", journal)
	}
	return nil
}

// stillWorks makes sure that what was stored before can be used: the login, and
// what is bound.
func (tr *trial) stillWorks() error {
	if out, stderr, status := tr.run("org", "get"); status != 0 || out == "" {
		return fmt.Errorf("the login: status %d\n%s", status, stderr)
	}
	if tr.rotates != "orders" {
		return nil
	}
	token, err := tr.exported()
	if err != nil {
		return err
	}
	if code := tr.call(http.MethodGet, "/v2/currentOrg", token, nil); code != http.StatusOK {
		return fmt.Errorf("what is exported is not valid: %d", code)
	}
	return nil
}

// places counts where a command can be killed, and names the places.
func (s *station) places(c scenario) []string { return s.begin(c).passed() }

// passed runs the command and names the places that it comes by.
func (tr *trial) passed() []string {
	log := filepath.Join(tr.path, "places")
	cmd, _, stderr := tr.command(tr.args...)
	cmd.Env = append(cmd.Env, "ASTRA_FAILPOINT_LOG="+log)
	if err := cmd.Run(); err != nil {
		tr.t.Fatalf("%v: %v\n%s", tr.args, err, stderr)
	}
	text, err := os.ReadFile(log)
	testkit.Check(tr.t, err)
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// trials is how many random kills there are in all.
func trials(short int) int {
	if n, err := strconv.Atoi(os.Getenv("ASTRA_RIG_TRIALS")); err == nil {
		return n
	}
	return short
}

// TestKillRig kills at every place, and then at random.
func TestKillRig(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some thousand processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	var done, orphans atomic.Int64
	stride := 6 // in short, every sixth place, and one way by turns
	if !testkit.InCI() {
		stride = 18
	}
	t.Run("places", func(t *testing.T) {
		for number, c := range scenarios() {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s := newStation(t, program)
				ways := []bool{false, true} // go on, or roll back
				for i, name := range s.places(c) {
					for way, rollback := range ways {
						inShort := trials(0) == 0
						if rollback && c.rotates == "" || inShort && (i+number)%stride != 0 || inShort && c.rotates != "" && i%2 != way {
							continue
						}
						tr := s.begin(c)
						tr.killedAt(i+1, 0)
						orphans.Add(int64(len(tr.lost())))
						again := 0
						if i%3 == 2 || trials(0) > 0 {
							again = 1 + i%13
						}
						if err := tr.verdict(rollback, again); err != nil {
							t.Errorf("killed at %s (rollback %v, and its settling at place %d): %v", name, rollback, again, err)
						}
						done.Add(1)
						os.RemoveAll(tr.path)
					}
				}
			})
		}
	})
	t.Run("random", func(t *testing.T) {
		n := trials(36)
		if !testkit.InCI() {
			n = trials(6)
		}
		for worker := range 2 {
			t.Run(strconv.Itoa(worker), func(t *testing.T) {
				t.Parallel()
				s := newStation(t, program)
				seed := uint64(time.Now().UnixNano()) + uint64(worker)
				random := rand.New(rand.NewPCG(seed, 0))
				typical := 60 * time.Millisecond
				for i := range n / 2 {
					c := scenarios()[i%len(scenarios())]
					tr := s.begin(c)
					begin := time.Now()
					tr.killedAt(0, time.Duration(1+random.Int64N(int64(typical*5/4))))
					if tr.status == 0 {
						typical = (7*typical + time.Since(begin)) / 8
					}
					orphans.Add(int64(len(tr.lost())))
					again := max(0, random.IntN(40)-20)
					if err := tr.verdict(random.IntN(2) == 0, again); err != nil {
						t.Errorf("seed %d, trial %d, %s, its settling killed at %d: %v", seed, i, c.name, again, err)
					}
					done.Add(1)
					os.RemoveAll(tr.path)
					if i%25 == 24 { // else the list grows with what was kept
						s.sweep()
					}
				}
			})
		}
	})
	t.Logf("%d kills, %d times a token was alive that nobody held", done.Load(), orphans.Load())
}

// sweep revokes all but the administrator's own token.
func (s *station) sweep() {
	own := strings.Split(s.admin, ":")[1]
	for id := range s.live() {
		if id != own {
			s.call(http.MethodDelete, "/v2/clientIdSecrets/"+id, s.admin, nil)
		}
	}
}

// TestKillRigBites throws the journal away after each kill: the rig must tell
// that tokens are lost.
func TestKillRigBites(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some hundred processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	s := newStation(t, program)
	told := 0
	c := scenarios()[1]
	for i := range s.places(c) {
		tr := s.begin(c)
		tr.wipe = true
		tr.killedAt(i+1, 0)
		if tr.verdict(false, 0) != nil {
			told++
		}
	}
	if told == 0 {
		t.Error("without a journal nothing is lost: the rig does not look")
	}
	t.Logf("without the journal %d kills lose a token", told)
}
