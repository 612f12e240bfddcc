package cmd_test

import (
	"cmp"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/cmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/sandbox"
	"github.com/astra-admin/astra/pkg/secret"
)

// wave is the time that a request takes in TestLatency, by a clock that does not advance
// while the program works.
const wave = 200 * time.Millisecond

// latencyBudgets are commands with the most requests that may wait for each other, one
// after the other on one sandbox. Those without a budget prepare the next one.
var latencyBudgets = []struct {
	command string
	depth   int
}{
	{"org list", 1},
	{"org get", 1},
	{"org export", 2},
	{"user list", 1},
	{"user get developer@example.com", 1},
	{"role list", 1},
	{"role get 'RO User'", 1},
	{"role diff 'RO User' 'RO User'", 1},
	{"permission list", 0},
	{"access can read-rows --db demo --keyspace app", 1},
	{"access who read-rows --db demo --keyspace app", 1},
	{"access graph", 1},
	{"access audit --fail-on error --rule NET001", 2},
	{"access why me read-rows --db demo --keyspace app", 2},
	{"token list", 1},
	{"token get $TOKEN", 1},
	{"token verify", 1},
	{"db list", 1},
	{"db get demo", 1},
	{"keyspace list --db demo", 1},
	{"region list", 1},
	{"access-list list", 1},
	{"access-list get --db demo", 2},
	{"key list", 1},
	{"private-link list", 1},
	{"private-link get --db demo", 2},
	{"pcu list", 1},
	{"pcu get example", 2},
	{"cdc list", 2},
	{"cdc get app.example --db demo", 2},
	{"telemetry list", 2},
	{"telemetry get --db demo", 2},
	{"billing show", 1},
	{"auth status", 1},
	{"doctor", 1},
	{"token generate --role 'RO User' --save latency", 3},
	{"token rotate latency --yes", 5},
	{"user invite latency@example.com --role 'RO User'", 3},
	{"user update latency@example.com --add-role 'API R/W User' --yes", 3},
	{"user remove latency@example.com --yes", 3},
	{"role create Latency --permission db-table-select --db demo --yes", 2},
	{"role update Latency --add-permission db-cql --yes", 4},
	{"role delete Latency --yes", 3},
	{"db create latency --cloud gcp --region us-east1 --yes", 3},
	{"env use demo --role 'RO User' --yes", 3},
	{"env use demo", 1},
}

// latency makes TestLatency measure how long the commands take, for the page.
var latency = flag.Bool("latency", false, "measure commands against a distant emulator and write docs/performance.md")

// TestLatency counts the requests of commands that wait for each other, and compares the
// counts with docs/performance.md.
func TestLatency(t *testing.T) {
	page := newLatencyPage(t, "../docs/performance.md")
	times := page.times()
	if *latency {
		times = measureTimes(t)
	}
	far := newFarService(t)
	var rows []string
	for _, c := range latencyBudgets {
		asked := far.run(t, expandToken(c.command, far.token))
		if asked.depth > c.depth {
			t.Errorf("astra %s: %d requests wait for each other, and no more than %d may:\n%s", c.command, asked.depth, c.depth, asked)
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %d | %d | %s |", expandToken(c.command, "CLIENT_ID"), len(asked.all), asked.depth, cmp.Or(times[expandToken(c.command, "CLIENT_ID")], "?")))
	}
	page.compare(t, rows)
}

func expandToken(command, clientID string) string {
	return strings.ReplaceAll(command, "$TOKEN", clientID)
}

// latencyPage is the page with the table of requests.
type latencyPage struct{ path, before, table, after string }

const latencyHeader = "| Command | Requests | Chain | Time |\n|---|---|---|---|\n"

func newLatencyPage(t *testing.T, path string) latencyPage {
	t.Helper()
	text, err := os.ReadFile(path)
	check(t, err)
	before, rest, found := strings.Cut(string(text), "<!-- latency -->\n")
	table, after, ends := strings.Cut(rest, "<!-- /latency -->\n")
	if !found || !ends {
		t.Fatalf("%s has no place for the table", path)
	}
	return latencyPage{path, before, table, after}
}

// times returns the last column of the table by command.
func (p latencyPage) times() map[string]string {
	times := map[string]string{}
	for line := range strings.Lines(p.table) {
		if cells := strings.Split(line, " | "); len(cells) == 4 {
			times[strings.Trim(cells[0], "| `")] = strings.Trim(cells[3], "| \n")
		}
	}
	return times
}

// compare compares the table with what it should be, or writes it.
func (p latencyPage) compare(t *testing.T, rows []string) {
	t.Helper()
	want := latencyHeader + strings.Join(rows, "\n") + "\n"
	switch {
	case *latency || *update:
		write(t, p.path, []byte(p.before+"<!-- latency -->\n"+want+"<!-- /latency -->\n"+p.after))
	case want != p.table:
		t.Errorf("%s is stale: run make latency\n%s", p.path, diff.Diff(p.table, want))
	}
}

// measureTimes returns how long the program takes for each command against an emulator
// that answers after a wave, in waves. Other load makes a command slower, and the fastest
// of three runs counts.
func measureTimes(t *testing.T) map[string]string {
	t.Helper()
	program, err := plainBuild()
	check(t, err)
	fastest := map[string]time.Duration{}
	for range 3 {
		dir := t.TempDir()
		server, err := sandbox.Open(sandbox.Options{Path: filepath.Join(dir, "served.db"), Now: time.Now})
		check(t, err)
		status, err := server.Status()
		check(t, err)
		listener := httptest.NewServer(sandbox.Listener(server, sandbox.ServeOptions{Latency: wave, Now: time.Now}))
		token, err := secret.ParseToken(status.Token)
		check(t, err)
		run := func(words []string) time.Duration {
			command := exec.Command(program, words...)
			command.Env = []string{"HOME=" + dir, "ASTRA_STATE_DIR=" + filepath.Join(dir, "state"), "ASTRA_API_URL=" + listener.URL, "ASTRA_STORE=file"}
			command.Stdin = strings.NewReader(status.Token)
			began := time.Now()
			if text, err := command.CombinedOutput(); err != nil {
				t.Fatalf("astra %s: %v\n%s", strings.Join(words, " "), err, text)
			}
			return time.Since(began)
		}
		run([]string{"auth", "login", "far", "--token-file", "-"})
		for _, c := range latencyBudgets {
			took, name := run(splitLine(expandToken(c.command, token.ClientID))), expandToken(c.command, "CLIENT_ID")
			if before, again := fastest[name]; !again || took < before {
				fastest[name] = took
			}
		}
		listener.Close()
	}
	times := map[string]string{}
	for name, took := range fastest {
		times[name] = fmt.Sprintf("%.1f", float64(took)/float64(wave))
	}
	return times
}

// splitLine splits a command line, whose words may be in single quotes.
func splitLine(line string) []string {
	words := regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1)
	for i, word := range words {
		words[i] = strings.Trim(word, "'")
	}
	return words
}

// farService is the sandbox, each request to which takes a wave.
type farService struct {
	start time.Time
	token string // client ID of the sandbox's administrator
}

func newFarService(t *testing.T) *farService {
	t.Helper()
	dir := t.TempDir()
	for name, value := range map[string]string{
		"HOME": dir, "ASTRA_STATE_DIR": filepath.Join(dir, "state"), "ASTRA_CONFIG_DIR": filepath.Join(dir, "config"),
		"ASTRA_CACHE_DIR": filepath.Join(dir, "cache"), "ASTRA_STORE": "file", "ASTRA_SANDBOX": "1",
	} {
		t.Setenv(name, value)
	}
	far := &farService{start: time.Now()}
	_, id := far.output(t, "token list --jq .[0].clientId")
	far.token = strings.TrimSpace(id)
	return far
}

func (f *farService) run(t *testing.T, line string) asked {
	t.Helper()
	asked, _ := f.output(t, line)
	return asked
}

// output runs a command in this process and returns its requests and standard output.
func (f *farService) output(t *testing.T, line string) (asked, string) {
	t.Helper()
	files, restore := replaceStreams(t)
	defer restore()
	var all recorder
	synctest.Test(t, func(t *testing.T) {
		app := cli.System(testVersion)
		began := time.Now()
		app.Now = func() time.Time { return f.start.Add(time.Since(began)) }
		app.Wire = func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) { return all.send(next, r) })
		}
		status := cmd.Main(t.Context(), app, splitLine(line))
		f.start = app.Now()
		if status != 0 {
			text, _ := os.ReadFile(files[1])
			t.Errorf("astra %s: status %d\n%s", line, status, text)
		}
	})
	text, err := os.ReadFile(files[0])
	check(t, err)
	return all.asked(), string(text)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// recorder records when requests begin and end.
type recorder struct {
	mu  sync.Mutex
	all []exchange
}

type exchange struct {
	what       string
	begin, end time.Time
}

func (r *recorder) send(next http.RoundTripper, request *http.Request) (*http.Response, error) {
	x := exchange{what: request.Method + " " + request.URL.RequestURI(), begin: time.Now()}
	time.Sleep(wave)
	x.end = time.Now()
	r.mu.Lock()
	r.all = append(r.all, x)
	r.mu.Unlock()
	return next.RoundTrip(request)
}

// asked are the requests of a command, with their number and the length of the longest
// chain of those that begin only when another one has ended.
type asked struct {
	all   []exchange
	depth int
}

func (r *recorder) asked() asked {
	a := asked{all: slices.SortedFunc(slices.Values(r.all), func(x, y exchange) int { return cmp.Or(x.begin.Compare(y.begin), cmp.Compare(x.what, y.what)) })}
	var last time.Time
	for _, x := range a.all {
		if a.depth == 0 || !x.begin.Before(last) {
			a.depth++
			last = x.end
		}
	}
	return a
}

func (a asked) String() string {
	var text strings.Builder
	for _, x := range a.all {
		fmt.Fprintf(&text, "  %8s %s\n", x.begin.Sub(a.all[0].begin), x.what)
	}
	return text.String()
}

// replaceStreams replaces the standard streams with files, whose paths it returns. The
// tests that run at the same time begin later.
func replaceStreams(t *testing.T) (paths [2]string, restore func()) {
	t.Helper()
	dir := t.TempDir()
	in, out, err := os.Stdin, os.Stdout, os.Stderr
	var files [3]*os.File
	var failed error
	files[0], failed = os.Open(os.DevNull)
	check(t, failed)
	for i := range paths {
		paths[i] = filepath.Join(dir, fmt.Sprint(i))
		files[i+1], failed = os.Create(paths[i])
		check(t, failed)
	}
	os.Stdin, os.Stdout, os.Stderr = files[0], files[1], files[2]
	return paths, func() {
		os.Stdin, os.Stdout, os.Stderr = in, out, err
		for _, f := range files {
			f.Close()
		}
	}
}
