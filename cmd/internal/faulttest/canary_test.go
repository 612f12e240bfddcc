//go:build linux

package faulttest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestCanaryRig gives every command known secrets, in every format and on every
// way to an error, to a service that puts them into whatever it says. Afterwards
// they are looked for, also encoded, in both streams, in every file that is new
// or changed, and, where strace is, in all that was written or connected to, and
// in the arguments and environments of all programs that were started.
func TestCanaryRig(t *testing.T) {
	t.Parallel()
	traced, err := testkit.HasPart("strace")
	testkit.Check(t, err)
	h := newHome(t)
	var cells []canaryCell
	total := 0
	for i, c := range commands() {
		for j, e := range echoes() {
			for k, flags := range formats() {
				if total++; fullRig() || (j*len(formats())+k)%(len(echoes())*len(formats())) == i*7%(len(echoes())*len(formats())) {
					cells = append(cells, canaryCell{c, h, e, flags, false})
				}
			}
			if total++; traced && (fullRig() || j == 0 && i%8 == 0) {
				cells = append(cells, canaryCell{c, h, e, "", true})
			}
		}
	}
	cells = sample(cells)
	report(t, each(6, cells, canaryCell.run))
	t.Logf("%d of %d cells", len(cells), total)
}

// A canaryCell is one command with one way of showing data, at a service that
// says more than it should.
type canaryCell struct {
	command
	home   home
	echo   echo
	flags  string
	traced bool
}

func formats() []string {
	return []string{
		"", "-o table", "-o wide", "-o json", "-o yaml", "-o csv", "-o tsv", "-o name", "--jq .", "--template '{{.}}'",
		"--debug=http --verbose", "--debug=http -o json --dry-run",
	}
}

// An echo is a way in which a service puts secrets into its answers.
type echo struct {
	name   string
	answer func(w http.ResponseWriter, r *http.Request, service http.Handler, secrets string)
}

func echoes() []echo {
	refusal := func(status int, kind, body string) func(http.ResponseWriter, *http.Request, http.Handler, string) {
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler, secrets string) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("X-Request-Id", strings.Fields(secrets)[0])
			w.Header().Set("Location", "http://localhost:1/"+url.QueryEscape(secrets))
			w.WriteHeader(status)
			fmt.Fprintf(w, body, secrets)
		}
	}
	changes := func(f func(http.ResponseWriter, *http.Request, http.Handler, string)) func(http.ResponseWriter, *http.Request, http.Handler, string) {
		return func(w http.ResponseWriter, r *http.Request, service http.Handler, secrets string) {
			if r.Method == http.MethodGet {
				service.ServeHTTP(w, r)
			} else {
				f(w, r, service, secrets)
			}
		}
	}
	const envelope = `{"errors":[{"ID":340018,"message":"no: %s"}]}`
	return []echo{
		{"a healthy service", func(w http.ResponseWriter, r *http.Request, service http.Handler, _ string) { service.ServeHTTP(w, r) }},
		{"401", refusal(401, "application/json", envelope)},
		{"500", refusal(500, "application/json", envelope)},
		{"400 for changes", changes(refusal(400, "application/json", envelope))},
		{"500 as text for changes", changes(refusal(500, "text/plain", "oops %s"))},
		{"a redirect", refusal(302, "text/plain", "%s")},
		{"a page", refusal(200, "text/html", "<html>%s</html>")},
		{"nonsense", refusal(200, "application/json", `{"clients":"%s"`)},
		{"broken answers to changes", changes(func(w http.ResponseWriter, r *http.Request, service http.Handler, _ string) {
			kept := httptest.NewRecorder()
			service.ServeHTTP(kept, r)
			w.Header().Set("Content-Length", fmt.Sprint(kept.Body.Len()))
			_, _ = w.Write(kept.Body.Bytes()[:kept.Body.Len()*3/4])
			panic(http.ErrAbortHandler)
		})},
		{"names and descriptions", func(w http.ResponseWriter, r *http.Request, service http.Handler, secrets string) {
			kept := httptest.NewRecorder()
			service.ServeHTTP(kept, r)
			text, _ := json.Marshal(secrets)
			spoilt := regexp.MustCompile(`("(?i:name|description|email)":\s*")`).ReplaceAllString(kept.Body.String(), "${1}"+strings.ReplaceAll(strings.Trim(string(text), `"`), "$", "$$")+" ")
			maps.Copy(w.Header(), kept.Header())
			w.Header().Del("Content-Length")
			w.WriteHeader(kept.Code)
			fmt.Fprint(w, spoilt)
		}},
	}
}

// stray is a token that nobody here has anything to do with.
const stray = "AstraCS:strayTOKENofTHEcallerABC:" + "5afe5afe5afe5afe5afe5afe5afe5afe5afe5afe5afe5afe5afe5afe5afe5afe"

const proxyPassword = "canary-of-the-proxy"

// canaries are secrets that must not be seen where they do not belong.
type canaries struct {
	mu  sync.Mutex
	all []string
}

func (c *canaries) add(secrets ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range secrets {
		if len(s) >= 12 && !slices.Contains(c.all, s) {
			c.all = append(c.all, s)
		}
	}
}

func (c *canaries) list() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all)
}

// disguises are the secret and its copies that count as the secret.
func disguises(s string) []string {
	reversed := []byte(s)
	slices.Reverse(reversed)
	all := []string{s, url.QueryEscape(s), string(reversed), hex.EncodeToString([]byte(s)), strings.ToUpper(hex.EncodeToString([]byte(s)))}
	for _, before := range []string{"", "a", "ab"} {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := encoding.EncodeToString([]byte(before + s))
			all = append(all, text[4:len(text)-4])
		}
	}
	return all
}

// seen returns what of a secret is in a text: all of it in some form, or a part
// that is long enough to help.
func seen(text, s string) string {
	for i, form := range disguises(s) {
		if strings.Contains(text, form) {
			return fmt.Sprintf("form %d of %.16s…", i, s)
		}
	}
	const enough = 20
	for part := s[strings.LastIndex(s, ":")+1:]; len(part) >= enough; part = part[1:] {
		if strings.Contains(text, part[:enough]) {
			return fmt.Sprintf("a part of %.16s…", s)
		}
	}
	return ""
}

// secretFields are the keys of JSON under which there are secrets.
var secretFields = regexp.MustCompile(`"(?i:token|secret|authToken|password)":\s*"([^"]+)"`)

// spoken is what the service puts into its answers: each secret that it was sent
// or has made, in several forms, and a token of somebody else.
func (c *canaries) spoken() string {
	forms := []string{stray, url.QueryEscape(stray)}
	for _, s := range c.list() {
		forms = append(forms, disguises(s)[:5]...)
		forms = append(forms, base64.StdEncoding.EncodeToString([]byte(s)), base64.URLEncoding.EncodeToString([]byte("user:"+s)))
	}
	return strings.Join(forms, " ")
}

func (c canaryCell) run() []string {
	return inScratch(func(before, dir string) []string {
		prepared, err := c.home.prepared(before, c.command)
		if err != nil {
			return broken(err)
		}
		known, exchanged := &canaries{}, &canaries{}
		for _, file := range []string{"token.txt", "password.txt"} {
			text, err := os.ReadFile(filepath.Join(prepared.dir, file))
			if err != nil {
				return broken(err)
			}
			known.add(strings.TrimSpace(string(text)))
		}
		admin := known.list()[0]
		for _, text := range filesBelow(filepath.Join(prepared.dir, "config", "credentials")) {
			for _, field := range secretFields.FindAllStringSubmatch(text, -1) {
				known.add(field[1])
			}
		}
		known.add(stray, proxyPassword, "canary-of-the-client-secret")
		w, err := prepared.serveHere(dir, func(service http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				for _, field := range secretFields.FindAllSubmatch(body, -1) {
					exchanged.add(string(field[1]))
				}
				exchanged.add(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
				kept := httptest.NewRecorder()
				recorded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					service.ServeHTTP(kept, r)
					for _, field := range secretFields.FindAllStringSubmatch(kept.Body.String(), -1) {
						exchanged.add(field[1])
					}
					maps.Copy(w.Header(), kept.Header())
					w.WriteHeader(kept.Code)
					_, _ = w.Write(kept.Body.Bytes())
				})
				c.echo.answer(w, r, recorded, exchanged.spoken())
			})
		})
		if err != nil {
			return broken(err)
		}
		defer w.stop()
		w.env = []string{
			"ASTRA_DB_APPLICATION_TOKEN=" + stray, "ASTRA_DB_CLIENT_SECRET=canary-of-the-client-secret", "MY_ASTRA=" + stray,
			"HTTPS_PROXY=http://user:" + proxyPassword + "@127.0.0.1:1",
		}
		inputs := filesBelow(dir)
		o := runOptions{line: c.with("--timeout 4s " + c.flags), stdin: c.stdin, patience: 2 * time.Minute} // how long is for the hang rig
		trace := filepath.Join(before, "trace")
		if c.traced {
			o.line = "exec strace -f -qq -v -yy -s 100000 -o " + trace +
				" -e trace=execve,execveat,connect,write,pwrite64,writev,sendto,sendmsg " + strings.TrimPrefix(o.line, "exec ")
		}
		r := w.run(o)
		known.add(exchanged.list()...)
		var complaints []string
		complain := func(where, what string) {
			complaints = append(complaints, fmt.Sprintf("%v %s, with %s: status %d: %s: %s", c.command, c.flags, c.echo.name, r.status, where, what))
		}
		if r.status == hangs {
			complain("it hangs", "")
		}
		changed := filesBelow(dir)
		maps.DeleteFunc(changed, func(name, text string) bool { return inputs[name] == text || c.mayKeep(name) })
		for _, s := range known.list() {
			if what := seen(r.stderr, s); what != "" {
				complain("standard error", what+"\n"+r.stderr)
			}
			if what := seen(r.stdout, s); what != "" && !c.mayShow(r, s, admin) {
				complain("standard output", what+"\n"+r.stdout)
			}
			for name, text := range changed {
				if what := seen(text, s); what != "" {
					complain("file "+name, what)
				}
			}
		}
		if c.traced {
			for _, what := range c.leaks(trace, w, known.list(), admin) {
				complain("a system call", what)
			}
		}
		return complaints
	})
}

// mayShow reports whether standard output is where the secret is to go. That of
// the sandbox is none.
func (c canaryCell) mayShow(r result, s, admin string) bool {
	if strings.HasPrefix(c.path, "sandbox ") {
		return true
	}
	return c.shows && r.status == c.status && s != admin
}

// mayKeep reports whether a file is where secrets are to be.
func (c canaryCell) mayKeep(name string) bool {
	return strings.Contains(name, "/credentials/") || strings.HasSuffix(name, "/state.db") || c.saves != "" && name == "/"+c.saves
}

// filesBelow are the texts of all files below dir, by their names in it.
func filesBelow(dir string) map[string]string {
	all := map[string]string{}
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			text, _ := os.ReadFile(path)
			all[strings.TrimPrefix(path, dir)] = string(text)
		}
		return nil
	})
	return all
}

var (
	systemCall = regexp.MustCompile(`^\d+ +(\w+)\((.*)$`)
	descriptor = regexp.MustCompile(`^(\d+)<([^>]*(?:->[^>]*)?)>`)
	inetPeer   = regexp.MustCompile(`sin6?_port=htons\((\d+)\)`)
)

// leaks reads what strace saw.
func (c canaryCell) leaks(trace string, w world, secrets []string, admin string) (found []string) {
	text, err := os.ReadFile(trace)
	if err != nil {
		return broken(err)
	}
	address, err := url.Parse(w.url)
	if err != nil {
		return broken(err)
	}
	started := 0
	for line := range strings.Lines(string(text)) {
		call := systemCall.FindStringSubmatch(strings.TrimSpace(line))
		if call == nil {
			continue
		}
		name, arguments := call[1], call[2]
		switch name {
		case "connect":
			if port := inetPeer.FindStringSubmatch(arguments); port != nil && port[1] != address.Port() {
				found = append(found, "it connects elsewhere: "+line)
			}
			continue
		case "execve", "execveat":
			if started++; started == 1 {
				continue // is what was asked for, with what it was given
			}
		}
		for _, s := range secrets {
			if what := seen(arguments, s); what != "" && !c.mayPass(name, arguments, s, admin) {
				found = append(found, fmt.Sprintf("%s of %.300s", what, line))
			}
		}
	}
	return found
}

// mayPass reports whether a system call brings a secret where it belongs.
func (c canaryCell) mayPass(name, arguments, s, admin string) bool {
	if strings.HasPrefix(name, "exec") {
		// The user's command gets what it is run for, and the user's own variables stay.
		return c.path == "env run" && s != admin || s == proxyPassword
	}
	to := descriptor.FindStringSubmatch(arguments)
	switch {
	case to == nil:
		return false
	case strings.HasPrefix(to[2], "TCP"), strings.Contains(to[2], "socket"):
		return true // where it is connected to was looked at
	case to[1] == "1" && strings.HasPrefix(c.path, "sandbox "):
		return true // its token is no secret
	case to[1] == "1" && c.shows:
		return s != admin
	}
	return c.saves != "" || strings.Contains(to[2], "/credentials/") || strings.HasSuffix(to[2], "/state.db") ||
		c.path == "sandbox demo"
}

// TestNothingIsDumped ends a command that knows a secret with the signal on which
// the runtime shows what it is doing, where files of dead processes are allowed.
func TestNothingIsDumped(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	asked := make(chan bool, 8)
	w, err := h.serveHere(t.TempDir(), func(http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			asked <- true
			<-r.Context().Done()
		})
	})
	testkit.Check(t, err)
	defer w.stop()
	token, err := os.ReadFile(filepath.Join(h.dir, "token.txt"))
	testkit.Check(t, err)
	read := make(chan []byte, 1)
	r := w.run(runOptions{line: "ulimit -c unlimited 2> /dev/null; exec astra token list", started: func(pid int) {
		go func() {
			select {
			case <-asked:
			case <-time.After(20 * time.Second):
			}
			limits, _ := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
			read <- limits
			_ = syscall.Kill(pid, syscall.SIGQUIT)
		}()
	}})
	limits := <-read
	if !regexp.MustCompile(`(?m)^Max core file size +0 `).Match(limits) {
		t.Errorf("a core file may be written:\n%s", limits)
	}
	if r.status != 130 || strings.Contains(r.stderr, "goroutine ") {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
	if what := seen(r.stdout+r.stderr, string(bytes.TrimSpace(token))); what != "" {
		t.Error(what)
	}
	for name := range filesBelow(w.dir) {
		if strings.HasPrefix(filepath.Base(name), "core") {
			t.Errorf("%s was written", name)
		}
	}
}
