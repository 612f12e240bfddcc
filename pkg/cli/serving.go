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
)

// ServedAt returns the addresses at which the sandbox is served. A note whose
// server was killed is dropped.
func (a *App) ServedAt() ([]string, error) {
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
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		address := strings.TrimSpace(string(text))
		if answers(address) {
			alive = append(alive, address)
		} else {
			os.Remove(path)
		}
	}
	return alive, nil
}

func answers(address string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// ServingDir is where the addresses are noted at which the sandbox is served.
func (a *App) ServingDir() (string, error) {
	dir, err := a.SandboxDir()
	return filepath.Join(dir, "serving"), err
}
