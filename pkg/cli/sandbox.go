package cli

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/sandbox"
)

const (
	// sandboxProfile is the profile that the sandbox's bindings are kept under.
	sandboxProfile = "sandbox"
	// sandboxURL stands for the embedded sandbox, which no network reaches.
	sandboxURL = "http://localhost"
	// lockTimeout is how long a command waits for others that use the sandbox.
	lockTimeout = 5 * time.Second
)

// Sandbox returns the embedded sandbox. It is opened, and seeded on first use.
func (a *App) Sandbox() (*sandbox.Server, error) {
	if a.sandboxServer == nil {
		server, err := a.OpenSandbox(func(*sandbox.Options) {})
		if err != nil {
			return nil, err
		}
		a.sandboxServer = server
	}
	return a.sandboxServer, nil
}

// OpenSandbox opens the sandbox with other options.
func (a *App) OpenSandbox(choose func(*sandbox.Options)) (*sandbox.Server, error) {
	dir, err := a.SandboxDir()
	if err != nil {
		return nil, err
	}
	options := sandbox.Options{Path: filepath.Join(dir, "state.db"), Now: a.Now, Rand: a.Rand, LockTimeout: lockTimeout, Context: a.context()}
	if a.limit > 0 {
		options.LockTimeout = min(options.LockTimeout, a.limit)
	}
	choose(&options)
	server, err := sandbox.Open(options)
	if _, ok := errors.AsType[*fs.PathError](err); ok && !errors.Is(err, sandbox.ErrState) {
		return server, exit.Failf(exit.Config, "state of the sandbox: %v", err).WithHint("ASTRA_STATE_DIR chooses another directory")
	}
	return server, err
}

// IsSandboxToken reports whether a client ID is that of a token of the sandbox on this
// machine.
func (a *App) IsSandboxToken(clientID string) bool {
	dir, err := a.SandboxDir()
	if err != nil || dir == "" {
		return false
	}
	if _, err := os.Stat(filepath.Join(dir, "state.db")); err != nil {
		return false // to look would make one
	}
	server, err := a.OpenSandbox(func(*sandbox.Options) {})
	if err != nil {
		return false
	}
	found, err := server.HasToken(clientID)
	return err == nil && found
}

// SandboxDir returns the directory of the sandbox.
func (s *Settings) SandboxDir() (string, error) {
	paths, err := s.dirs()
	if paths.State == "" {
		return "", err
	}
	return filepath.Join(paths.State, "sandbox"), nil
}

// maxNote is more than any address takes.
const maxNote = 4 << 10

// RunningServers returns the addresses of running sandbox servers. It deletes the file of
// a server that was killed.
func (a *App) RunningServers() ([]string, error) {
	dir, err := a.ServingDir()
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return []string{}, nil
	}
	if err != nil {
		return nil, err
	}
	alive := []string{}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		text, err := atomicfile.ReadFile(path, maxNote)
		if err != nil {
			continue
		}
		address := strings.TrimSpace(string(text))
		if address == "" {
			continue // it is being written
		}
		ctx := a.context()
		switch err := dial(ctx, address); {
		case ctx.Err() != nil:
			return alive, context.Cause(ctx)
		case err == nil:
			alive = append(alive, address)
		case !errors.Is(err, context.DeadlineExceeded): // a busy machine is not a dead server
			os.Remove(path)
		}
	}
	return alive, nil
}

func dial(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		return errors.Join(err, ctx.Err())
	}
	return conn.Close()
}

// ServingDir returns the directory with the addresses of running sandbox servers.
func (s *Settings) ServingDir() (string, error) {
	dir, err := s.SandboxDir()
	return filepath.Join(dir, "serving"), err
}
