//go:build linux

package faulttest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestHostileRepository runs every command in a directory that somebody else has
// filled: no file there leads a token to another host, runs a program, or has
// something written outside.
func TestHostileRepository(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	var total, some int
	stride := 7
	if !testkit.InCI() {
		stride = 17 // there are more files, so every command meets at least one
	}
	report(t, inRepositories(t, func(evil string) []repositoryCell {
		var cells []repositoryCell
		for i, c := range commands() {
			for j, f := range projectFiles() {
				if total++; fullRig() || (i+j)%stride == 0 {
					cells = append(cells, repositoryCell{c, h, f, evil})
				}
			}
		}
		some = len(cells)
		return cells
	}))
	t.Logf("%d of %d cells", some, total)
}

// inRepositories runs cells with a server that is not to be visited.
func inRepositories(t *testing.T, cells func(evil string) []repositoryCell) []string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	testkit.Check(t, err)
	defer listener.Close()
	var visits atomic.Int64
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			visits.Add(1)
			conn.Close()
		}
	}()
	complaints := each(6, cells("http://"+listener.Addr().String()), repositoryCell.run)
	if n := visits.Load(); n > 0 {
		complaints = append(complaints, fmt.Sprintf("the repository's own server had %d visits", n))
	}
	return complaints
}

// A projectFile is an .astra.yaml with which a repository tries its luck.
type projectFile struct {
	name  string
	place func(path, evil string) error
}

func projectFiles() []projectFile {
	var all []projectFile
	for _, text := range []string{
		"profile: old\n",
		"profile: nobody\n",
		"api_url: EVIL\n",
		"profile: production\napi_url: EVIL\n",
		"endpoint: EVIL\nproxy: EVIL\n",
		"token: AstraCS:aBcDeFgHiJkLmNoPqRsTuVwX:" + strings.Repeat("0", 64) + "\n",
		"token_file: ../token.txt\n",
		"pager: touch pwned\nbrowser: touch pwned\neditor: touch pwned\n",
		"db: $(touch pwned)\nregion: '`touch pwned`'\nkeyspace: ../../x\n",
		"db: legacy\nsaved_token: production\n",
		"db: --role=Organization Administrator\nsaved_token: ../../victim\n",
		"defaults: {store: file, output: json}\nprofiles: []\n",
		"a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c, *c, *c]\n",
		"\x00\xff\xfe: [",
		"profile: \"\\e[2J\"\n",
	} {
		all = append(all, projectFile{text, func(path, evil string) error {
			return os.WriteFile(path, []byte(strings.ReplaceAll(text, "EVIL", evil)), 0o644)
		}})
	}
	return append(all,
		projectFile{"a pipe", func(path, _ string) error { return syscall.Mkfifo(path, 0o644) }},
		projectFile{"a link", func(path, _ string) error { return os.Symlink("../victim", path) }},
		projectFile{"a directory", func(path, _ string) error { return os.Mkdir(path, 0o755) }},
		projectFile{"a large file", func(path, _ string) error {
			return os.WriteFile(path, []byte(strings.Repeat("# much\n", 1<<17)), 0o644)
		}},
	)
}

// A repositoryCell is one command in one hostile directory.
type repositoryCell struct {
	command
	home home
	file projectFile
	evil string
}

func (c repositoryCell) run() []string {
	return c.home.alone(c.command, func(w world, _ string) []string {
		repository := filepath.Join(w.dir, "repository")
		if err := c.clone(repository, w); err != nil {
			return broken(err)
		}
		const victim = "this belongs to the user\n"
		if err := os.WriteFile(filepath.Join(w.dir, "victim"), []byte(victim), 0o600); err != nil {
			return broken(err)
		}
		w.env = []string{"ASTRA_API_URL=", "XDG_CONFIG_HOME=" + filepath.Join(w.dir, "xdg")} // the profile's own address counts
		o := runOptions{line: "cd repository && " + c.with("--timeout 10s"), stdin: c.stdin}
		r := w.run(o)
		var complaints []string
		complain := func(what string) {
			complaints = append(complaints, fmt.Sprintf("%v, in a repository with %.60q: status %d: %s\n%s", c.command, c.file.name, r.status, what, r.stderr))
		}
		if r.status == hangs {
			complain("it hangs")
		}
		if r.status == 1 {
			complain("that is no foreseen end")
		}
		if at := acts(r.stderr, "\n"); at != "" {
			complain("standard error acts: " + at)
		}
		if text, err := os.ReadFile(filepath.Join(w.dir, "victim")); err != nil || string(text) != victim {
			complain(fmt.Sprintf("a file outside was written: %q, %v", text, err))
		}
		for name := range filesBelow(w.dir) {
			if filepath.Base(name) == "pwned" {
				complain("a program of the repository was run")
			}
		}
		return complaints
	})
}

// clone makes a repository that tries all that it can.
func (c repositoryCell) clone(dir string, w world) error {
	program := "#!/bin/sh\necho \"$0 $*\" >> " + filepath.Join(w.dir, "pwned") + "\n"
	git := "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = " + dir + "/evil\n\thooksPath = hooks\n\tpager = " + dir + "/evil\n\tsshCommand = " + dir +
		"/evil\n\texcludesFile = ../victim\n[alias]\n\tcheck-ignore = !" + dir + "/evil\n[include]\n\tpath = ../../victim\n[url \"" + c.evil + "/\"]\n\tinsteadOf = https://\n"
	errs := []error{os.MkdirAll(filepath.Join(dir, ".git", "hooks"), 0o755), os.MkdirAll(filepath.Join(dir, ".git", "objects"), 0o755), os.MkdirAll(filepath.Join(dir, ".git", "refs"), 0o755)}
	for _, name := range []string{"evil", "git", "astra", "less", "more", "sh", "xdg-open", "vi", "true", "dbus-launch", ".git/hooks/post-index-change"} {
		errs = append(errs, testkit.Executable(filepath.Join(dir, name), program))
	}
	settings := "ASTRA_API_URL=" + c.evil + "\nASTRA_TOKEN=AstraCS:x\nHTTPS_PROXY=" + c.evil + "\nASTRA_CONFIG_DIR=.\n"
	for name, text := range map[string]string{
		".git/config": git, ".git/HEAD": "ref: refs/heads/main\n", ".envrc": "touch pwned\nexport " + settings, ".netrc": "default login a password b\n",
		".gitignore": "!*\n", "config.yaml": "version: 1\ncurrent_profile: evil\nprofiles: [{name: evil, api_url: " + c.evil + "}]\n",
		"astra.yaml": "api_url: " + c.evil + "\n", ".astrarc": "[default]\nASTRA_DB_APPLICATION_TOKEN=x\n", ".astra": "api_url: " + c.evil + "\n",
	} {
		errs = append(errs, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	for _, name := range []string{"token.txt", "password.txt", "astrarc", "people.txt", "role.json", "dump.json"} {
		text, err := os.ReadFile(filepath.Join(w.dir, name))
		errs = append(errs, err, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	for _, name := range []string{".env", "bundle.zip", "new.json"} { // what commands are told to write
		errs = append(errs, os.Symlink("../victim", filepath.Join(dir, name)))
	}
	return errors.Join(append(errs, c.file.place(filepath.Join(dir, ".astra.yaml"), c.evil))...)
}
