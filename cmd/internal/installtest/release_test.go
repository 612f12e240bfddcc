//go:build unix && !race

// Package installtest runs install.sh and the scripts of action.yml against a release
// that is served on loopback. The race detector would see nothing in them.
package installtest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// A release serves archives as GitHub does, below /releases, and its API.
type release struct {
	*httptest.Server
	mu       sync.Mutex
	files    map[string][]byte // by path
	requests []string
	broken   string // path whose answer ends in the middle
}

// newRelease serves the given versions, the last of which is the latest.
func newRelease(t *testing.T, versions ...string) *release {
	t.Helper()
	r := &release{files: map[string][]byte{}}
	var tags []string
	for _, version := range versions {
		archive := packed(t, version)
		sums := fmt.Appendf(nil, "%x  %s\n%064d  %s.spdx.json\n%064d  astra_%s_plan9_mips.tar.gz\n", sha256.Sum256(archive), archiveName(version), 0, archiveName(version), 1, version)
		for _, dir := range []string{"/releases/download/v" + version, "/releases/latest/download"} {
			r.files[dir+"/"+archiveName(version)] = archive
			r.files[dir+"/checksums.txt"] = sums
			r.files[dir+"/checksums.txt.sigstore.json"] = fmt.Appendf(nil, "signature of %x\n", sha256.Sum256(sums))
		}
		tags = append([]string{fmt.Sprintf("  {\n    \"tag_name\": \"v%s\",\n    \"draft\": false\n  }", version)}, tags...)
	}
	r.files["/repos/astra-admin/astra/releases"] = []byte("[\n" + strings.Join(tags, ",\n") + "\n]\n")
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.requests = append(r.requests, req.URL.String())
		if text, found := r.files[req.URL.Path]; found && req.URL.Path == r.broken {
			w.Header().Set("Content-Length", strconv.Itoa(len(text)))
			w.Write(text[:len(text)/2])
		} else if found {
			w.Write(text)
		} else {
			http.NotFound(w, req)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *release) served() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.requests, "\n")
}

func archiveName(version string) string {
	return fmt.Sprintf("astra_%s_%s_%s.tar.gz", version, runtime.GOOS, runtime.GOARCH)
}

// packed returns an archive with a program that says its version.
func packed(t *testing.T, version string) []byte {
	t.Helper()
	var b bytes.Buffer
	compressor := gzip.NewWriter(&b)
	archive := tar.NewWriter(compressor)
	for name, text := range map[string]string{
		"LICENSE": "a license\n",
		"astra":   "#!/bin/sh\necho astra v" + version + "\n#" + strings.Repeat("-", 256<<10),
	} {
		testkit.Check(t, archive.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))}))
		_, err := archive.Write([]byte(text))
		testkit.Check(t, err)
	}
	testkit.Check(t, archive.Close())
	testkit.Check(t, compressor.Close())
	return b.Bytes()
}

// A home is where a run of a script can write.
type home struct {
	dir, install, tmp string
	path              string // PATH
}

func newHome(t *testing.T) *home {
	t.Helper()
	dir := t.TempDir()
	h := &home{dir: dir, install: filepath.Join(dir, ".local", "bin"), tmp: filepath.Join(dir, "tmp"), path: filepath.Join(dir, "tools")}
	testkit.Check(t, os.MkdirAll(h.tmp, 0o700))
	testkit.Check(t, os.MkdirAll(h.path, 0o700))
	for _, tool := range []string{"sh", "bash", "uname", "mktemp", "mkdir", "rm", "rmdir", "mv", "cp", "cat", "chmod", "sed", "tail", "tar", "gzip", "cut", "basename", "dirname", "sha256sum", "shasum", "curl", "sysctl", "awk", "env", "grep", "sort", "printf", "tr"} {
		h.link(t, tool, tool)
	}
	return h
}

// link makes a program available under a name, if it is on this machine.
func (h *home) link(t *testing.T, program, name string) {
	t.Helper()
	if file, err := exec.LookPath(program); err == nil {
		os.Remove(filepath.Join(h.path, name))
		testkit.Check(t, os.Symlink(file, filepath.Join(h.path, name)))
	}
}

// run runs a command line with an environment of its own.
func (h *home) run(t *testing.T, env []string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	file, err := exec.LookPath(args[0])
	testkit.Check(t, err)
	c := exec.CommandContext(t.Context(), file, args[1:]...)
	var out, complaints bytes.Buffer
	c.Dir, c.Stdout, c.Stderr = h.dir, &out, &complaints
	c.Env = append([]string{"HOME=" + h.dir, "TMPDIR=" + h.tmp, "PATH=" + h.path, "SHELL=/bin/bash"}, env...)
	if err := c.Run(); err != nil && c.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), complaints.String(), c.ProcessState.ExitCode()
}

// installed returns what the installed program says, or nothing.
func (h *home) installed() string {
	text, _ := exec.Command(filepath.Join(h.install, "astra"), "version").CombinedOutput()
	return strings.TrimSpace(string(text))
}

// leftovers lists the files other than the installed program.
func (h *home) leftovers(t *testing.T) []string {
	t.Helper()
	var found []string
	testkit.Check(t, filepath.WalkDir(h.dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && path == h.path {
			return filepath.SkipDir
		}
		if err == nil && !entry.IsDir() && path != filepath.Join(h.install, "astra") {
			found = append(found, path)
		}
		return err
	}))
	return found
}
