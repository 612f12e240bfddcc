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
)

// maxNote is more than any address takes.
const maxNote = 4 << 10

// RunningServers returns the addresses at which the sandbox is served. A note whose
// server was killed is dropped.
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
		ctx := a.alive()
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

// ServingDir is where the addresses are noted at which the sandbox is served.
func (a *App) ServingDir() (string, error) {
	dir, err := a.SandboxDir()
	return filepath.Join(dir, "serving"), err
}
