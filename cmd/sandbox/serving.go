package sandbox

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
)

// register notes the address at which the sandbox is served, so that "sandbox
// status" can name it, and returns how to take the note back.
func register(app *cli.App, address string) (func(), error) {
	dir, err := notes(app)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, url.PathEscape(address))
	if err := os.WriteFile(path, []byte(address+"\n"), 0o600); err != nil {
		return nil, err
	}
	return func() { os.Remove(path) }, nil
}

// listening returns the addresses at which the sandbox is served. A note whose
// server was killed is dropped.
func listening(app *cli.App) ([]string, error) {
	dir, err := notes(app)
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
		if address == "" {
			continue // it is just being written
		}
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

func notes(app *cli.App) (string, error) {
	dir, err := app.SandboxDir()
	return filepath.Join(dir, "serving"), err
}
