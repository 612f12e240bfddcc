package sandbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/sandbox"
)

// A truncated or overwritten file is reported as damaged and never panics, and
// a reset replaces it.
func TestDamage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	options := sandbox.Options{Path: path, Now: time.Now}
	if _, err := sandbox.Open(options); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := 0
	try := func(content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		server, err := sandbox.Open(options)
		if err == nil {
			_, err = server.Status()
		}
		if err == nil {
			return // the damaged part was not read
		}
		damaged++
		if !errors.Is(err, sandbox.ErrState) {
			t.Errorf("%d bytes: %v", len(content), err)
		}
		if err := server.Reset(sandbox.SeedOptions{OrgName: "Mended"}); err != nil {
			t.Errorf("%d bytes: reset: %v", len(content), err)
		} else if status, err := server.Status(); err != nil || status.OrgName != "Mended" {
			t.Errorf("%d bytes: after the reset: %v %v", len(content), status, err)
		}
	}
	for size := 512; size < len(whole); size += 3000 {
		try(whole[:size])
	}
	for at := 0; at < len(whole); at += 4096 {
		spoilt := append([]byte{}, whole...)
		for i := range 64 {
			spoilt[at+i] = 0xa5
		}
		try(spoilt)
	}
	if damaged == 0 {
		t.Error("nothing was damaged: this test proves nothing")
	}
}
