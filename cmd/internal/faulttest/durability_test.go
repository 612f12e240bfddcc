//go:build linux

package faulttest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestDurabilityRig runs each command with strace and follows the system calls in
// their order: what a loss of power leaves is what had been synced before. A file
// that takes the place of another must be synced before it does so, and its
// directory afterwards. What the journal says must be on the disk, with its name,
// before anything is sent to the service.
func TestDurabilityRig(t *testing.T) {
	t.Parallel()
	traced, err := testkit.HasPart("strace")
	testkit.Check(t, err)
	if !traced {
		t.Skip("strace is missing")
	}
	h := newHome(t)
	var cells []durabilityCell
	for _, c := range commands() {
		cells = append(cells, durabilityCell{c, h})
	}
	cells = sample(cells)
	report(t, each(4, cells, durabilityCell.run))
	t.Logf("%d lines", len(cells))
}

// A durabilityCell is one command line.
type durabilityCell struct {
	command
	home home
}

func (c durabilityCell) run() []string {
	return c.home.alone(c.command, func(w world, scratch string) []string {
		trace := filepath.Join(scratch, "trace")
		line := "exec strace -f -qq -v -yy -s 16 -o " + trace + " -e trace=" + strings.Join(recorded(), ",") + " " +
			strings.TrimPrefix(c.with(""), "exec ")
		if r := w.run(runOptions{line: line, stdin: c.stdin}); r.status != c.status {
			return []string{fmt.Sprintf("%v: status %d\n%s", c, r.status, r.stderr)}
		}
		text, err := os.ReadFile(trace)
		if err != nil {
			return broken(err)
		}
		d := disk{home: w.dir, files: map[string]bool{}, directories: map[string]bool{}, open: map[string]string{}}
		for _, call := range calls(string(text)) {
			d.happens(call)
		}
		for _, what := range d.unsynced() {
			d.complain("in the end %s is not on the disk", what)
		}
		for i, what := range d.complaints {
			d.complaints[i] = fmt.Sprintf("%v: %s", c, what)
		}
		return d.complaints
	})
}

// recorded are the system calls by which a file changes, comes to its name, or is
// brought to the disk, and those by which something is sent.
func recorded() []string {
	return []string{
		"openat", "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat", "unlinkat", "sendto", "sendmsg", "writev",
	}
}

// calls are the system calls of a trace, each on one line: what another thread
// came between is put together again, where it began, but a sync where it ended.
func calls(trace string) (all []string) {
	began := map[string]string{}
	for line := range strings.Lines(trace) {
		thread, call, _ := strings.Cut(strings.TrimSpace(line), " ")
		call = strings.TrimSpace(call)
		start, unfinished := strings.CutSuffix(call, "<unfinished ...>")
		_, rest, resumed := strings.Cut(call, " resumed>")
		switch {
		case unfinished && lasts(start):
			began[thread] = start
		case unfinished:
			all = append(all, start)
		case resumed && strings.HasPrefix(call, "<... "):
			if start, found := began[thread]; found {
				all = append(all, start+rest)
				delete(began, thread)
			}
		default:
			all = append(all, call)
		}
	}
	return all
}

// lasts reports whether it is the end of a call that counts.
func lasts(call string) bool {
	return strings.HasPrefix(call, "fsync") || strings.HasPrefix(call, "fdatasync") || strings.HasPrefix(call, "openat")
}

// A disk is what is known of files, and not yet on it.
type disk struct {
	home        string
	files       map[string]bool   // written since they were synced
	directories map[string]bool   // in which a name is new, since they were synced
	open        map[string]string // descriptors, for what gets its name by one
	complaints  []string
}

var (
	opened = regexp.MustCompile(`^openat\([^,]*, "([^"]*)", ([A-Z_|]*).* = (\d+)<([^>]*)>`)
	onFile = regexp.MustCompile(`^(\w+)\((\d+)<([^>]*(?:->[^>]*)?)>`)
	quoted = regexp.MustCompile(`"([^"]*)"`)
)

// happens follows one system call.
func (d *disk) happens(call string) {
	if strings.Contains(call, " = -1 ") {
		return
	}
	if o := opened.FindStringSubmatch(call); o != nil {
		d.open[o[3]] = o[4]
		if strings.Contains(o[2], "O_CREAT") && d.counts(o[4]) && !d.temporary(o[4]) {
			d.directories[filepath.Dir(o[4])] = true
		}
		return
	}
	name, _, _ := strings.Cut(call, "(")
	switch name {
	case "rename", "renameat", "renameat2", "link", "linkat":
		names := quoted.FindAllStringSubmatch(call, -1)
		if len(names) >= 2 {
			d.named(names[0][1], names[1][1])
		}
		return
	case "unlinkat":
		if names := quoted.FindStringSubmatch(call); names != nil {
			delete(d.files, names[1]) // what is gone need not be there
		}
		return
	}
	f := onFile.FindStringSubmatch(call)
	switch {
	case f == nil:
	case name == "fsync" || name == "fdatasync":
		delete(d.files, f[3])
		delete(d.directories, f[3])
	case strings.HasPrefix(f[3], "TCP"):
		for _, what := range d.unsynced() {
			if strings.Contains(what, "/pending") {
				d.complain("something is sent while %s is not on the disk", what)
			}
		}
	case d.counts(f[3]):
		d.files[f[3]] = true
	}
}

// named follows a file to its new name.
func (d *disk) named(from, to string) {
	if number, found := strings.CutPrefix(from, "/proc/self/fd/"); found {
		from = d.open[number]
	}
	if !d.counts(to) {
		return
	}
	if d.files[from] {
		d.complain("%s comes to its name before it is on the disk", to)
		delete(d.files, from)
	}
	d.directories[filepath.Dir(to)] = true
}

// counts reports whether a file is to survive: one in the home, but for the
// sandbox's own, caches, locks, the progress of bulk commands, which is only there to
// save requests, and the notes of deleted tokens, without which more is asked.
func (d *disk) counts(path string) bool {
	rest, below := strings.CutPrefix(path, d.home+"/")
	return below && !strings.HasPrefix(rest, "state/sandbox") && !strings.HasPrefix(rest, "state/runs/") && !strings.HasPrefix(rest, "cache/") && !strings.HasPrefix(rest, "tmp/") &&
		!strings.HasSuffix(rest, ".lock") && !strings.HasPrefix(rest, "state/pending/deleted")
}

// temporary reports whether a file is not yet under its name.
func (d *disk) temporary(path string) bool {
	base := filepath.Base(path)
	return strings.HasPrefix(base, "#") || strings.HasPrefix(base, ".") && strings.Contains(base, "-") || strings.Contains(base, ".tmp")
}

func (d *disk) unsynced() (all []string) {
	for file := range d.files {
		all = append(all, strings.TrimPrefix(file, d.home))
	}
	for directory := range d.directories {
		all = append(all, "what is new in "+strings.TrimPrefix(directory, d.home))
	}
	slices.Sort(all)
	return all
}

func (d *disk) complain(format string, values ...any) {
	if text := fmt.Sprintf(format, values...); !slices.Contains(d.complaints, text) {
		d.complaints = append(d.complaints, text)
	}
}
