//go:build unix && !race

package installtest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// Most tests wait for a process rather than compute.
	if err := flag.Set("test.parallel", strconv.Itoa(4*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// script is the installer.
func script(t *testing.T) string {
	t.Helper()
	testkit.NeedPart(t, "sed")
	if curl, err := testkit.HasPart("curl"); err != nil || !curl {
		testkit.NeedPart(t, "wget")
	}
	root, err := testkit.Root()
	testkit.Check(t, err)
	return filepath.Join(root, "install.sh")
}

// TestInstall runs install.sh in every shell with curl, and in dash with both kinds of
// wget. After a failure the earlier program is there as before, and no other file.
func TestInstall(t *testing.T) {
	t.Parallel()
	const latest, earlier, password = "1.2.10", "1.2.9", "hunter2"
	archive := "/releases/download/v" + latest + "/" + archiveName(latest)
	cases := []struct {
		name    string
		arrange func(*testing.T, *home, *release) (env []string)
		says    string // on standard error, of a run that fails
		want    string // what the installed program says after a run that succeeds
	}{
		{name: "latest", want: "astra v1.2.10"},
		{name: "version", want: "astra v1.2.9", arrange: func(*testing.T, *home, *release) []string { return []string{"ASTRA_VERSION=v" + earlier} }},
		{name: "checksum", says: "error: wrong checksum of astra_1.2.10_", arrange: func(_ *testing.T, _ *home, r *release) []string {
			r.files[archive] = bytes.Clone(r.files[archive])
			r.files[archive][len(r.files[archive])/2] ^= 1
			return nil
		}},
		{name: "truncated", says: "error: wrong checksum of astra_1.2.10_", arrange: func(_ *testing.T, _ *home, r *release) []string {
			r.files[archive] = r.files[archive][:len(r.files[archive])/2]
			return nil
		}},
		{name: "broken off", says: "error: cannot download URL" + archive + ": ", arrange: func(_ *testing.T, _ *home, r *release) []string {
			r.broken = archive
			return nil
		}},
		{name: "no such version", says: "error: cannot download URL/releases/download/v9.9.9/checksums.txt: ", arrange: func(*testing.T, *home, *release) []string { return []string{"ASTRA_VERSION=9.9.9"} }},
		{name: "no archive", says: "error: version 1.2.10 has no archive for ", arrange: func(_ *testing.T, _ *home, r *release) []string {
			sums := "/releases/download/v" + latest + "/checksums.txt"
			r.files[sums] = bytes.ReplaceAll(r.files[sums], []byte(archiveName(latest)), []byte("other.tar.gz"))
			return nil
		}},
		{name: "archive missing", says: "error: cannot download URL" + archive + ": ", arrange: func(_ *testing.T, _ *home, r *release) []string {
			delete(r.files, archive)
			return nil
		}},
		{name: "no space", says: "No space left on device", arrange: func(t *testing.T, h *home, _ *release) []string {
			mount(t, h.install, "size=64k")
			return nil
		}},
		{name: "no temporary space", says: "error: cannot download URL" + archive + ": ", arrange: func(t *testing.T, h *home, r *release) []string {
			r.files[archive] = bytes.Repeat([]byte("x"), 256<<10)
			mount(t, h.tmp, "size=64k")
			return nil
		}},
		{name: "read-only", says: "error: cannot write to DIR: ", arrange: func(t *testing.T, h *home, _ *release) []string {
			if os.Geteuid() == 0 {
				mount(t, h.install, "ro")
			} else {
				testkit.Check(t, os.Chmod(h.install, 0o500))
				t.Cleanup(func() { os.Chmod(h.install, 0o700) })
			}
			return nil
		}},
		{name: "proxy", want: "astra v1.2.10", arrange: func(_ *testing.T, _ *home, r *release) []string {
			return []string{"http_proxy=" + r.URL, "ASTRA_RELEASES_URL=http://localhost:9/releases"} // where no server listens
		}},
		{name: "another system", says: "error: no archive for the system Plan9", arrange: func(t *testing.T, h *home, _ *release) []string {
			h.replace(t, "uname", "echo Plan9")
			return nil
		}},
		{name: "broken program", says: "error: the program does not run on this machine: ", arrange: func(t *testing.T, h *home, _ *release) []string {
			mount(t, h.install, "noexec")
			return nil
		}},
		{name: "plain http", says: "error: refusing http://example.com/releases: use https", arrange: func(*testing.T, *home, *release) []string {
			return []string{"ASTRA_RELEASES_URL=http://example.com/releases"}
		}},
		{name: "another host", says: "error: refusing http://example.com/releases: use https", arrange: func(*testing.T, *home, *release) []string {
			return []string{"ASTRA_RELEASES_URL=http://localhost:" + password + "@example.com/releases"}
		}},
		{name: "password", says: "error: cannot download https://127.0.0.1:1/releases/latest/download/checksums.txt: ", arrange: func(*testing.T, *home, *release) []string {
			return []string{"ASTRA_RELEASES_URL=https://user:" + password + "@127.0.0.1:1/releases"}
		}},
		{name: "two checksums", says: "error: checksums.txt has more than one line for astra_1.2.10_", arrange: func(_ *testing.T, _ *home, r *release) []string {
			sums := "/releases/download/v" + latest + "/checksums.txt"
			r.files[sums] = append(bytes.Clone(r.files[sums]), r.files[sums]...)
			return []string{"ASTRA_VERSION=" + latest}
		}},
		{name: "drive", says: "error: ASTRA_INSTALL_DIR must be absolute", arrange: func(*testing.T, *home, *release) []string { return []string{"ASTRA_INSTALL_DIR=C:/bin"} }},
		{name: "relative directory", says: "error: ASTRA_INSTALL_DIR must be absolute", arrange: func(*testing.T, *home, *release) []string { return []string{"ASTRA_INSTALL_DIR=bin"} }},
	}
	run := func(t *testing.T, downloader string, shell ...string) {
		testkit.NeedPart(t, shell[0])
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				r, h := newRelease(t, earlier, latest), newHome(t)
				h.use(t, downloader)
				testkit.Check(t, os.MkdirAll(h.install, 0o700))
				env := []string{"ASTRA_RELEASES_URL=" + r.URL + "/releases"}
				if c.arrange != nil {
					env = append(env, c.arrange(t, h, r)...)
				}
				program, old := filepath.Join(h.install, "astra"), "#!/bin/sh\necho old\n"
				kept := os.WriteFile(program, []byte(old), 0o700) == nil // not in a read-only directory
				stdout, stderr, status := h.run(t, env, append(shell, script(t))...)
				if c.want != "" {
					if status != 0 || h.installed() != c.want || !strings.Contains(stdout, "Installed "+strings.Replace(c.want, " v", " ", 1)+" in ") || stderr != "" {
						t.Errorf("status %d, installed %q, want %q\n%s%s", status, h.installed(), c.want, stdout, stderr)
					}
				} else {
					says := strings.NewReplacer("URL", r.URL, "DIR:", h.install+":").Replace(c.says)
					if status != 1 || stdout != "" || !strings.Contains(stderr, says) || !strings.HasPrefix(stderr, "error: ") || strings.Contains(stderr, password) {
						t.Errorf("status %d, want 1 and %q\n%s%s", status, says, stdout, stderr)
					}
					if text, err := os.ReadFile(program); kept && (err != nil || string(text) != old) {
						t.Errorf("the earlier program was changed: %v", err)
					}
				}
				if found := h.leftovers(t); len(found) > 0 {
					t.Errorf("files were left: %q", found)
				}
				if c.name == "proxy" && !strings.Contains(r.served(), "http://localhost:9"+archive) {
					t.Errorf("the proxy was not asked for the archive:\n%s", r.served())
				}
			})
		}
	}
	for _, shell := range []string{"dash", "bash", "busybox sh", "zsh", "mksh"} {
		t.Run(shell, func(t *testing.T) { t.Parallel(); run(t, "curl", strings.Fields(shell)...) })
	}
	t.Run("wget", func(t *testing.T) { t.Parallel(); run(t, "wget", "dash") })
	t.Run("busybox wget", func(t *testing.T) { t.Parallel(); run(t, "busybox", "dash") })
}

// use leaves one program for downloads.
func (h *home) use(t *testing.T, downloader string) {
	t.Helper()
	testkit.NeedPart(t, downloader)
	os.Remove(filepath.Join(h.path, "curl"))
	name := downloader
	if name == "busybox" {
		name = "wget"
	}
	h.link(t, downloader, name)
}

// replace puts a shell script in place of a program.
func (h *home) replace(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(h.path, name)
	os.Remove(file)
	testkit.Check(t, testkit.Executable(file, "#!/bin/sh\n"+text+"\n"))
}

// mount mounts a file system in memory on a directory.
func mount(t *testing.T, dir, options string) {
	t.Helper()
	if os.Geteuid() != 0 {
		testkit.Skip(t, "only root can mount")
	}
	testkit.NeedPart(t, "mount")
	if text, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "none", dir).CombinedOutput(); err != nil {
		testkit.Skip(t, fmt.Sprintf("this process cannot mount: %s", bytes.TrimSpace(text)))
	}
	t.Cleanup(func() { testkit.Check(t, exec.Command("umount", dir).Run()) })
}

// TestInstallSignature runs install.sh beside programs that verify signatures: scripts,
// since the real ones need the network.
func TestInstallSignature(t *testing.T) {
	t.Parallel()
	const version = "1.2.10"
	const cosign = `if [ "$2" = --help ]; then echo "--bundle"; exit; fi
[ "$*" = "verify-blob --bundle $3 --certificate-identity https://github.com/astra-admin/astra/.github/workflows/release.yml@refs/tags/v1.2.10 --certificate-oidc-issuer https://token.actions.githubusercontent.com $8" ] || { echo "arguments: $*"; exit 1; }
[ "$(cat "$3")" = "signature of $(sha256sum < "$8" | cut -d ' ' -f 1)" ] || { echo no match; exit 1; }`
	const cosign2 = `if [ "$2" = --help ]; then echo "--new-bundle-format"; exit; fi
[ "$2" = --new-bundle-format ] && shift 2 && set -- verify-blob "$@" || { echo old format; exit 1; }
` + cosign
	const gh = `case "$*" in
"attestation --help") ;;
"auth status") [ -n "$GH_TOKEN" ] ;;
"attestation verify "*"/` + "%s" + ` --repo astra-admin/astra --cert-identity https://github.com/astra-admin/astra/.github/workflows/release.yml@refs/tags/v1.2.10") [ "$GH_TOKEN" = right ] || { echo no attestation; exit 1; } ;;
*) echo "arguments: $*"; exit 1 ;;
esac`
	for _, c := range []struct {
		name, program, text string
		env                 []string
		arguments           []string
		arrange             func(*release)
		says                string
		status              int
	}{
		{name: "none", says: "checksum verified, signature not verified because neither cosign nor a logged-in gh is available"},
		{name: "required", arguments: []string{"--require-signature"}, status: 1, says: "error: cannot verify the signature: neither cosign nor a logged-in gh is available"},
		{name: "cosign", program: "cosign", text: cosign, arguments: []string{"--require-signature"}, says: "signature verified by cosign"},
		{name: "cosign 2", program: "cosign", text: cosign2, says: "signature verified by cosign"},
		{name: "cosign, wrong", program: "cosign", text: cosign, status: 1, says: "error: the signature of checksums.txt is not valid: no match", arrange: func(r *release) {
			r.files["/releases/download/v1.2.10/checksums.txt.sigstore.json"] = []byte("other\n")
		}},
		{name: "cosign, missing", program: "cosign", text: cosign, status: 1, says: "checksums.txt.sigstore.json: ", arrange: func(r *release) {
			delete(r.files, "/releases/download/v1.2.10/checksums.txt.sigstore.json")
		}},
		{name: "gh", program: "gh", text: gh, env: []string{"GH_TOKEN=right"}, arguments: []string{"--require-signature"}, says: "attestation verified by gh"},
		{name: "gh, wrong", program: "gh", text: gh, env: []string{"GH_TOKEN=wrong"}, status: 1, says: " is not valid: no attestation"},
		{name: "gh, logged out", program: "gh", text: gh, says: "signature not verified because neither cosign nor a logged-in gh is available"},
		{name: "unknown option", arguments: []string{"--sudo"}, status: 1, says: `error: unexpected argument "--sudo"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, h := newRelease(t, version), newHome(t)
			if c.program != "" {
				h.replace(t, c.program, strings.ReplaceAll(c.text, "%s", archiveName(version)))
			}
			if c.arrange != nil {
				c.arrange(r)
			}
			stdout, stderr, status := h.run(t, append(c.env, "ASTRA_RELEASES_URL="+r.URL+"/releases"), append([]string{"sh", script(t)}, c.arguments...)...)
			if status != c.status || !strings.Contains(stdout+stderr, c.says) || (h.installed() == "") != (status != 0) {
				t.Errorf("status %d, want %d and %q\n%s%s", status, c.status, c.says, stdout, stderr)
			}
			if found := h.leftovers(t); len(found) > 0 {
				t.Errorf("files were left: %q", found)
			}
		})
	}
}

// TestInstallIncomplete runs the beginnings of install.sh, as a pipe from a broken
// download does: nothing happens before the last line.
func TestInstallIncomplete(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(script(t))
	testkit.Check(t, err)
	r, h := newRelease(t, "1.2.10"), newHome(t)
	end := bytes.LastIndex(text, []byte("\nmain ")) + len("\nmai")
	for cut := 0; cut <= end; cut += max(1, min(97, end-cut)) {
		part := filepath.Join(h.tmp, "part.sh")
		testkit.Check(t, os.WriteFile(part, text[:cut], 0o600))
		stdout, _, _ := h.run(t, []string{"ASTRA_RELEASES_URL=" + r.URL + "/releases"}, "sh", part)
		os.Remove(part)
		if _, err := os.Stat(h.install); stdout != "" || err == nil || r.served() != "" {
			t.Fatalf("the first %d bytes do something: %s", cut, stdout)
		}
		if cut == end {
			break
		}
	}
}

// TestInstallAdvice reads the lines that install.sh prints for the shell of the user.
func TestInstallAdvice(t *testing.T) {
	t.Parallel()
	for shell, want := range map[string]string{
		"bash": "    export PATH='DIR':\"$PATH\"\n\nCompletion: see astra completion --help, or try in this shell:\n    eval \"$(astra completion bash)\"\n",
		"zsh":  "    export PATH='DIR':\"$PATH\"\n\nCompletion: see astra completion --help, or try in this shell:\n    autoload -U compinit && compinit && eval \"$(astra completion zsh)\"\n",
		"fish": "    fish_add_path 'DIR'\n\nCompletion: see astra completion --help, or try in this shell:\n    astra completion fish | source\n",
		"mksh": "    export PATH='DIR':\"$PATH\"\n\nTry it",
	} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			r, h := newRelease(t, "1.2.10"), newHome(t)
			stdout, stderr, _ := h.run(t, []string{"SHELL=/usr/bin/" + shell, "ASTRA_RELEASES_URL=" + r.URL + "/releases"}, "sh", script(t))
			if !strings.Contains(stdout, strings.ReplaceAll(want, "DIR", h.install)) {
				t.Errorf("%s%s\nwant %s", stdout, stderr, want)
			}
			// A directory in PATH needs no line; an earlier program of this name is named.
			h.replace(t, "astra", "echo another")
			stdout, _, _ = h.run(t, []string{"PATH=" + h.path + ":" + h.install, "ASTRA_RELEASES_URL=" + r.URL + "/releases"}, "sh", script(t))
			if strings.Contains(stdout, "Add the directory") || !strings.Contains(stdout, "\nAnother program comes first in PATH: "+filepath.Join(h.path, "astra")+"\n") {
				t.Error(stdout)
			}
		})
	}
}

// TestInstallDirectory runs the line for PATH, with a directory that a shell would expand
// without quotes.
func TestInstallDirectory(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"sh", "zsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			testkit.NeedPart(t, shell)
			r, h := newRelease(t, "1.2.10"), newHome(t)
			dir := filepath.Join(h.dir, `it's "$HOME" \ \\ $(id) `+"`id`")
			stdout, stderr, _ := h.run(t, []string{"SHELL=/bin/" + shell, "ASTRA_INSTALL_DIR=" + dir + "//", "ASTRA_RELEASES_URL=" + r.URL + "/releases//"}, "sh", script(t))
			_, rest, _ := strings.Cut(stdout, "Add the directory to PATH:\n")
			line, _, _ := strings.Cut(rest, "\n")
			said, complaints, _ := h.run(t, nil, shell, "-c", line+"\nastra")
			if said != "astra v1.2.10\n" {
				t.Errorf("%s%s\nafter %s\n%s%s", stdout, stderr, line, said, complaints)
			}
		})
	}
}

// TestInstallFailure looks for directories that a failure leaves.
func TestInstallFailure(t *testing.T) {
	t.Parallel()
	r, h := newRelease(t, "1.2.10"), newHome(t)
	env := []string{"ASTRA_VERSION=9.9.9", "ASTRA_RELEASES_URL=" + r.URL + "/releases"}
	parent := filepath.Dir(h.install)
	h.run(t, env, "sh", script(t))
	if _, err := os.Stat(parent); !os.IsNotExist(err) {
		t.Errorf("%s was left: %v", parent, err)
	}
	testkit.Check(t, os.Mkdir(parent, 0o700))
	h.run(t, env, "sh", script(t))
	if entries, err := os.ReadDir(parent); err != nil || len(entries) > 0 {
		t.Errorf("%s was removed, or has %v: %v", parent, entries, err)
	}
}

// TestInstallScriptStyle runs shellcheck.
func TestInstallScriptStyle(t *testing.T) {
	t.Parallel()
	testkit.NeedPart(t, "shellcheck")
	scripts, err := filepath.Glob(filepath.Join(filepath.Dir(script(t)), ".github", "setup", "*.sh"))
	testkit.Check(t, err)
	if text, err := exec.Command("shellcheck", append(scripts, script(t))...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}
