package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/astra-admin/astra/cmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/sandbox"
	"github.com/astra-admin/astra/pkg/shellword"
)

// columns is the width of the terminal.
const columns = 88

// A step is one line of the script and what it prints, with escape sequences.
type step struct{ line, output string }

// A stage is the world in which a script runs.
type stage struct {
	dir  string
	now  time.Time
	rand io.Reader
}

// record runs a script against a sandbox that is served on loopback, with a clock and
// random numbers that are the same each time.
func record(ctx context.Context, script [][]string) ([]step, error) {
	dir, err := os.MkdirTemp("", "astra-demo-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s := &stage{dir: dir, now: time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC), rand: &numbers{source: rand.NewChaCha8([32]byte{1})}}
	server, err := sandbox.Open(sandbox.Options{Path: filepath.Join(dir, "state.db"), Now: s.clock, Rand: s.rand})
	if err != nil {
		return nil, err
	}
	if err := server.Seed(sandbox.SeedOptions{OrgName: "Acme"}); err != nil {
		return nil, err
	}
	listener := httptest.NewServer(server)
	defer listener.Close()
	status, err := server.Status()
	if err != nil {
		return nil, err
	}
	token := filepath.Join(dir, "token.txt")
	if err := os.WriteFile(token, []byte(status.Token), 0o600); err != nil {
		return nil, err
	}
	for _, words := range [][]string{
		{"astra", "auth", "login", "acme", "--store", "file", "--api-url", listener.URL, "--token-file", token},
		{"astra", "token", "generate", "--role", "RO User", "--description", "orders service", "--save", "orders"},
	} {
		if output, status, err := s.run(ctx, words); err != nil || status != 0 {
			return nil, errors.Join(err, fmt.Errorf("%q: status %d: %s", words, status, output))
		}
	}
	s.now = s.now.AddDate(0, 0, 151)
	steps := make([]step, len(script))
	names := &placeholders{names: map[string]string{}}
	for i, words := range script {
		if len(words) == 1 {
			steps[i].line = words[0]
			continue
		}
		output, _, err := s.run(ctx, words)
		if err != nil {
			return nil, err
		}
		steps[i] = step{shellword.Line(words...), names.replace(output)}
	}
	return steps, nil
}

// numbers are random numbers for several goroutines.
type numbers struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

// Read fills p.
func (n *numbers) Read(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.source.Read(p)
}

func (s *stage) clock() time.Time { return s.now }

// run runs a command line in this process, and returns what a terminal would show.
func (s *stage) run(ctx context.Context, words []string) (output string, status int, err error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return "", 0, err
	}
	defer reader.Close()
	printed := make(chan string)
	go func() {
		text, _ := io.ReadAll(reader) // of our own pipe
		printed <- string(text)
	}()
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = writer, writer
	app := cli.System("")
	os.Stdout, os.Stderr = stdout, stderr
	env := map[string]string{
		"TERM": "xterm-256color", "ASTRA_CONFIG_DIR": filepath.Join(s.dir, "config"), "ASTRA_STATE_DIR": filepath.Join(s.dir, "state"),
		"ASTRA_CACHE_DIR": filepath.Join(s.dir, "cache"), "ASTRA_SHELL": "bash",
	}
	app.Getenv = func(name string) string { return env[name] }
	app.Environ = func() []string { return nil }
	app.Now, app.Rand = s.clock, s.rand
	app.Home, app.WorkDir = s.dir, s.dir
	app.Terminal = cli.Terminal{Out: true, Err: true, Width: columns, ErrWidth: columns, Height: 5} // too low for a pager
	status = cmd.Main(ctx, app, words[1:])
	writer.Close()
	return <-printed, status, nil
}

// placeholders replaces what differs from run to run: IDs are asked for at the same time
// as others. Each gets a name of its kind, by its first appearance.
type placeholders struct{ names map[string]string }

var random = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\b[A-Za-z]{24}\b|AstraCS:[A-Za-z]{4}`)

func (p *placeholders) replace(text string) string {
	return random.ReplaceAllStringFunc(text, func(found string) string {
		mask, masked := strings.CutPrefix(found, "AstraCS:")
		if masked { // the beginning of a client ID
			for id, name := range p.names {
				if strings.HasPrefix(id, mask) {
					return "AstraCS:" + name[:4]
				}
			}
		}
		if p.names[found] == "" {
			digits := rand.New(rand.NewPCG(uint64(len(p.names)), 7))
			p.names[found] = strings.Map(func(r rune) rune {
				switch {
				case r == '-':
					return r
				case len(found) == 36:
					return rune("0123456789abcdef"[digits.IntN(16)])
				default:
					return rune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[digits.IntN(52)])
				}
			}, found)
		}
		return p.names[found]
	})
}
