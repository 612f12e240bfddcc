//go:build linux

package faulttest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/config"
)

// TestDamageRig runs every command with every one of our own files damaged in
// every way. Each run ends as documented; what it cannot read it names with what
// to do, and leaves as it is, unless it is told to replace it.
func TestDamageRig(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	var cells []damageCell
	total := 0
	for i, c := range commands() {
		for j, file := range []string{"config/config.yaml", "config/credentials/astra-production@.*.json", "config/credentials/astra-production@saved*.json", "state/sandbox/state.db"} {
			for k, d := range damages() {
				if total++; fullRig() || (i+j*2+k)%16 == 0 {
					cells = append(cells, damageCell{c, h, file, d})
				}
			}
		}
	}
	cells = sample(cells)
	report(t, each(6, cells, damageCell.run))
	t.Logf("%d of %d cells", len(cells), total)
}

// A damage is what happened to a file.
type damage struct {
	name string
	do   func(text []byte) []byte
}

func damages() []damage {
	return []damage{
		{"the first half", func(text []byte) []byte { return text[:len(text)/2] }},
		{"nothing", func([]byte) []byte { return nil }},
		{"zeros", func(text []byte) []byte { return make([]byte, len(text)) }},
		{"a flipped bit", func(text []byte) []byte {
			damaged := bytes.Clone(text)
			damaged[len(damaged)/3] ^= 0x40
			return damaged
		}},
		{"a part twice", func(text []byte) []byte { return append(bytes.Clone(text), text[len(text)/4:]...) }},
		{"something else", func([]byte) []byte { return []byte("\x1f\x8b\x08 this is no file of ours: [ { <\n\xff") }},
	}
}

// A damageCell is one command with one damaged file.
type damageCell struct {
	command
	home home
	file string // a pattern
	damage
}

// replaces reports whether it is the command's job to write the file anew,
// whatever is in it.
func (c damageCell) replaces() bool {
	// a login or a token that is replaced or dropped; the state that is, or that is
	// empty and so is a new one
	return c.name == "nothing" && strings.HasSuffix(c.file, ".db") || strings.Contains(c.file, "credentials") || c.path == "sandbox reset" || c.path == "sandbox load"
}

func (c damageCell) run() []string {
	return inScratch(func(before, dir string) []string {
		prepared, err := c.home.prepared(before, c.command)
		if err != nil {
			return broken(err)
		}
		// the service is all right: it has a state of its own
		w, err := prepared.serveHere(before, asIs)
		if err != nil {
			return broken(err)
		}
		defer w.stop()
		served := w.url
		copied, err := prepared.copyTo(dir, served)
		if err != nil {
			return broken(err)
		}
		w.home = copied
		line := c.with("--timeout 10s")
		paths, err := filepath.Glob(filepath.Join(dir, c.file))
		if err != nil || len(paths) == 0 {
			return broken(fmt.Errorf("there is no %s: %w", c.file, err))
		}
		text, err := os.ReadFile(paths[0])
		if err != nil {
			return broken(err)
		}
		damaged := c.do(text)
		if err := os.WriteFile(paths[0], damaged, 0o600); err != nil {
			return broken(err)
		}
		_, err = config.Load(paths[0])
		unreadable := strings.HasSuffix(c.file, ".yaml") && err != nil
		if strings.HasSuffix(c.file, ".db") {
			line = c.with("--timeout 10s --sandbox")
			if strings.HasPrefix(c.path, "sandbox") {
				line = c.with("--timeout 10s")
			}
		}
		r := w.run(runOptions{line: line, stdin: c.stdin})
		var complaints []string
		complain := func(format string, args ...any) {
			complaints = append(complaints, fmt.Sprintf("%s, with %s in %s: status %d: ", line, c.name, c.file, r.status)+fmt.Sprintf(format, args...)+"\n"+r.stderr)
		}
		switch {
		case r.status == hangs:
			complain("it hangs")
		case r.status == 1, r.status > 130, strings.Contains(r.stderr, "bug in astra"):
			complain("that is no foreseen end")
		case r.status == 3 && !strings.Contains(r.stderr, filepath.Base(paths[0])) && !strings.Contains(r.stderr, "run: astra"):
			complain("neither the file is named nor what to do")
		}
		// A bit of the sandbox's data that nobody can miss is no damage that shows, and
		// some rows of several may be done all the same.
		failed := r.status != 0 && r.status != 9
		if after, err := os.ReadFile(paths[0]); err == nil && !bytes.Equal(after, damaged) && !c.replaces() && (unreadable || failed) {
			complain("the damaged file was written")
		} else if err != nil && !c.replaces() {
			complain("the damaged file is gone: %v", err)
		}
		return complaints
	})
}
