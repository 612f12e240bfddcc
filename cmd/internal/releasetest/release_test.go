//go:build linux && amd64

// Package releasetest rehearses a release: archives, packages and manifests are built
// from clones of the last commit, compared, installed and removed.
package releasetest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// rehearsed is the tag that each clone gets; a snapshot is one patch later.
const rehearsed = "v0.9.0"

// TestRelease builds one target from two directories, and installs what was built.
func TestRelease(t *testing.T) {
	t.Parallel()
	testkit.NeedCI(t)
	testkit.NeedPart(t, "goreleaser")
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "another directory")
	manifests := "publish,sign,sbom,homebrew,scoop,winget,aur,nix"
	oneTarget := func(config string) string {
		config = replace(t, config, "goos: [linux, darwin, windows]", "goos: [linux]")
		return replace(t, config, "goarch: [amd64, arm64]", "goarch: [amd64]")
	}
	rehearse(t, first, oneTarget, manifests, "umask 022")
	// other modes of files, another time zone, and nothing compiled before
	rehearse(t, second, oneTarget, manifests, "umask 027; TZ=Asia/Kolkata; GOCACHE=$(mktemp -d); export TZ GOCACHE; trap 'rm -rf \"$GOCACHE\"' EXIT")

	t.Run("SameBytes", func(t *testing.T) {
		got, want := hashes(t, second), hashes(t, first)
		if diff := cmp.Diff(want, got); diff != "" || len(want) != 6 { // archive, four packages, checksums
			t.Errorf("two builds of %d files differ (-first +second):\n%s", len(want), diff)
		}
	})
	t.Run("Program", func(t *testing.T) {
		commit := run(t, first, "git", "rev-parse", "HEAD")
		want := regexp.MustCompile(`^v0\.9\.1-snapshot\.[0-9a-f]+\t` + toolchain(t) + `\tlinux/amd64\t` + commit + `\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
		if got := run(t, first, "dist/astra_linux_amd64_v1/astra", "version"); !want.MatchString(got) {
			t.Errorf("version is %q, want %s", got, want)
		}
	})
	t.Run("Files", func(t *testing.T) { checkFiles(t, first) })
	t.Run("Lintian", func(t *testing.T) {
		testkit.NeedPart(t, "lintian")
		if text := run(t, first, "lintian", "--allow-root", "--fail-on", "none", only(t, first, "*.deb")); text != "" {
			t.Error(text)
		}
	})
	t.Run("Pages", func(t *testing.T) { followPages(t, first) })
	t.Run("Image", func(t *testing.T) { buildImage(t, first) })
	t.Run("Debian", func(t *testing.T) { installDebian(t, only(t, first, "*.deb")) })
}

// toolchain returns the version of Go with which .goreleaser.yaml builds.
func toolchain(t *testing.T) string {
	t.Helper()
	root, err := testkit.Root()
	testkit.Check(t, err)
	config, err := os.ReadFile(filepath.Join(root, ".goreleaser.yaml"))
	testkit.Check(t, err)
	return string(regexp.MustCompile(`GOTOOLCHAIN=(go[0-9.]+)`).FindSubmatch(config)[1])
}

// rehearse clones the repository into dir and makes a snapshot there. The commands in
// setup run before.
func rehearse(t *testing.T, dir string, edit func(string) string, skip, setup string) {
	t.Helper()
	root, err := testkit.Root()
	testkit.Check(t, err)
	clone(t, root, dir, setup)
	config, err := os.ReadFile(filepath.Join(dir, ".goreleaser.yaml"))
	testkit.Check(t, err)
	edited := filepath.Join(t.TempDir(), "goreleaser.yaml")
	testkit.Check(t, os.WriteFile(edited, []byte(edit(string(config))), 0o600))
	run(t, dir, "sh", "-c", setup+`; goreleaser release --snapshot --clean --config "$1" --skip "$2"`, "sh", edited, skip)
}

// clone clones a repository with the tag of the rehearsal. A test may run in a checkout
// of another owner.
func clone(t *testing.T, root, dir, setup string) {
	t.Helper()
	run(t, root, "sh", "-c", setup+`; git -c safe.directory='*' clone -q --no-local -c advice.detachedHead=false "file://$1" "$2"`, "sh", root, dir)
	run(t, dir, "git", "tag", "--force", rehearsed)
}

// run runs a program in a directory and returns its output.
func run(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	command := exec.Command(program, args...)
	command.Dir = dir
	text, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, text)
	}
	return strings.TrimRight(string(text), "\n")
}

// replace replaces text that must be there.
func replace(t *testing.T, text, from, to string) string {
	t.Helper()
	if !strings.Contains(text, from) {
		t.Fatalf("%q is missing from .goreleaser.yaml", from)
	}
	return strings.Replace(text, from, to, 1)
}

// only returns the one file in dist that a pattern matches.
func only(t *testing.T, dir, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "dist", pattern))
	testkit.Check(t, err)
	if len(files) != 1 {
		t.Fatalf("%s matches %q, want one file", pattern, files)
	}
	return files[0]
}

// hashes returns the hashes of the files that a release publishes.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "dist"))
	testkit.Check(t, err)
	sums := map[string]string{}
	for _, e := range entries {
		if e.IsDir() || slices.Contains([]string{"artifacts.json", "config.yaml", "metadata.json"}, e.Name()) {
			continue // what goreleaser notes for itself
		}
		text, err := os.ReadFile(filepath.Join(dir, "dist", e.Name()))
		testkit.Check(t, err)
		sum := sha256.Sum256(text)
		sums[e.Name()] = hex.EncodeToString(sum[:])
	}
	return sums
}

// checkFiles compares the lists of files of the archive and of the packages for other
// systems with the repository. The deb is installed instead.
func checkFiles(t *testing.T, dir string) {
	t.Helper()
	pages := strings.Fields(run(t, dir, "sh", "-c", "cd docs/man && ls"))
	archive := []string{"CHANGELOG.md", "LICENSE", "README.md", "THIRD-PARTY.txt", "astra", "completions/_astra", "completions/astra.bash", "completions/astra.fish", "completions/astra.ps1", "docs/astra-access.schema.json"}
	installed := strings.Fields(`usr/bin/astra usr/bin/astra-admin usr/share/bash-completion/completions/astra
		usr/share/doc/astra-admin/CHANGELOG.md usr/share/doc/astra-admin/THIRD-PARTY.txt usr/share/fish/vendor_completions.d/astra.fish
		usr/share/licenses/astra-admin/LICENSE usr/share/man/man1/astra-admin.1.gz usr/share/zsh/site-functions/_astra`)
	for _, page := range pages {
		archive = append(archive, "docs/man/"+page)
		installed = append(installed, "usr/share/man/man1/"+page+".gz")
	}
	for _, of := range []struct {
		pattern, part, list string
		want                []string
		meta                []string // of the format itself; a script would be one more
	}{
		{"*.tar.gz", "tar", `tar -tzf "$1"`, archive, nil},
		{"*.rpm", "rpm", `rpm -qpl "$1" && rpm -qp --scripts --triggers "$1"`, installed, nil},
		{"*.apk", "tar", `tar -tzf "$1" 2> /dev/null`, installed, []string{".PKGINFO"}},
		{"*.pkg.tar.zst", "zstd", `zstd -dc "$1" | tar -t`, installed, []string{".MTREE", ".PKGINFO"}},
	} {
		testkit.NeedPart(t, of.part)
		var got []string
		for line := range strings.Lines(run(t, dir, "sh", "-c", of.list, "sh", only(t, dir, of.pattern))) {
			if line = strings.Trim(strings.TrimSpace(line), "/"); line != "" && !slices.Contains(directories, line) {
				got = append(got, line)
			}
		}
		want := slices.Concat(of.want, of.meta)
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", of.pattern, diff)
		}
	}
	if text := run(t, dir, "rpm", "-K", only(t, dir, "*.rpm")); !strings.HasSuffix(text, "digests OK") {
		t.Error(text)
	}
}

// directories are those that packages name, besides the files in them.
var directories = strings.Fields(`usr usr/bin usr/share usr/share/bash-completion usr/share/bash-completion/completions usr/share/doc usr/share/doc/astra-admin
	usr/share/fish usr/share/fish/vendor_completions.d usr/share/licenses usr/share/licenses/astra-admin
	usr/share/man usr/share/man/man1 usr/share/zsh usr/share/zsh/site-functions`)

// installDebian runs testdata/debian.sh in a copy of this system: an overlay in a mount
// namespace of its own, which goes away with the script. The older package differs in
// its version only: this tests what apt does with the package. TestOldFormats in
// cmd/formats_test.go tests that the program reads the files of earlier versions.
func installDebian(t *testing.T, deb string) {
	t.Helper()
	for _, part := range []string{"apt-get", "man", "bash", "zsh", "fish", "unshare"} {
		testkit.NeedPart(t, part)
	}
	if os.Getuid() != 0 {
		testkit.Skip(t, "root is required to mount an overlay")
	}
	older := filepath.Join(t.TempDir(), "older.deb")
	run(t, t.TempDir(), "sh", "-ec", `dpkg-deb --raw-extract "$1" older
		sed -i 's/^Version: .*/Version: 0.1.0/' older/DEBIAN/control
		dpkg-deb --root-owner-group --build older "$2"`, "sh", deb, older)
	for _, script := range []string{"overlay.sh", "debian.sh"} {
		_, err := os.Stat(filepath.Join("testdata", script))
		testkit.Check(t, err)
	}
	testdata, err := filepath.Abs("testdata")
	testkit.Check(t, err)
	run(t, testdata, "unshare", "--mount", "bash", "overlay.sh", t.TempDir(), older, deb)
}

// followPages runs the commands of docs/install.md and docs/verify.md that need nothing
// but the files of a release, and finds the files that the other commands name.
func followPages(t *testing.T, dir string) {
	t.Helper()
	home := t.TempDir()
	ran := 0
	for _, page := range []string{"install.md", "verify.md"} {
		text, err := os.ReadFile(filepath.Join(dir, "docs", page))
		testkit.Check(t, err)
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			switch {
			case strings.HasPrefix(line, "sha256sum "), strings.HasPrefix(line, "tar "), strings.HasPrefix(line, "install -m"):
				ran++
				run(t, filepath.Join(dir, "dist"), "sh", "-c", "export HOME="+home+"; mkdir -p ~/.local/bin; "+line)
			}
			for _, match := range regexp.MustCompile(`\./(astra-admin[^ \x60]+)`).FindAllStringSubmatch(line, -1) {
				ran++
				only(t, dir, match[1])
			}
		}
	}
	if ran != 8 {
		t.Errorf("%d commands and names were tried, want 8", ran)
	}
	run(t, home, ".local/bin/astra", "version")
	testkit.Check(t, os.Remove(filepath.Join(dir, "dist", "astra")))
}

// buildImage builds the container image from the archive, and runs it as its user.
func buildImage(t *testing.T, dir string) {
	t.Helper()
	testkit.NeedPart(t, "buildah")
	if os.Getuid() != 0 {
		testkit.Skip(t, "root is required to run an image without a daemon")
	}
	storage := t.TempDir()
	builder := fmt.Sprintf("buildah --root %s/root --runroot %s/run --storage-driver vfs", storage, storage)
	got := run(t, dir, "sh", "-ec", `export BUILDAH_ISOLATION=chroot
		make -s image ARCH=amd64 BUILDER="$1" > /dev/null 2>&1
		container=$($1 from localhost/astra-admin)
		$1 run "$container" /usr/bin/astra --sandbox env use demo > /dev/null 2>&1
		root=$($1 mount "$container")
		stat -c '%u %F' "$root/home/astra/.local/state/astra/sandbox/config.yaml"
		stat -c '%a %F' "$root/tmp"
		test -s "$root/etc/ssl/certs/ca-certificates.crt"
		$1 rm "$container" > /dev/null`, "sh", builder)
	if got != "65532 regular file\n1777 directory" {
		t.Errorf("got %q, want a file of the user in its home directory, and a /tmp for all users", got)
	}
}

// TestManifests checks the manifests of package managers for all targets against the
// archives. The program in them is a small one: only names and hashes matter here.
func TestManifests(t *testing.T) {
	t.Parallel()
	testkit.NeedCI(t)
	testkit.NeedPart(t, "goreleaser")
	testkit.NeedPart(t, "nix-hash")
	dir := filepath.Join(t.TempDir(), "a")
	rehearse(t, dir, func(config string) string {
		return replace(t, config, "binary: astra\n", "binary: astra\n    main: ./cmd/internal/packaging\n")
	}, "publish,sign,sbom,nfpm", "umask 022")

	sums := hashes(t, dir)
	delete(sums, "checksums.txt")
	if len(sums) != 6 {
		t.Fatalf("there are %d archives, want 6: %q", len(sums), slices.Collect(maps.Keys(sums)))
	}
	for name := range sums {
		list, binary := "tar -tzf", "astra"
		if strings.HasSuffix(name, ".zip") {
			list, binary = "bsdtar -tf", "astra.exe"
		}
		files := strings.Fields(run(t, filepath.Join(dir, "dist"), "sh", "-c", list+` "$1"`, "sh", name))
		if !slices.Contains(files, binary) {
			t.Errorf("%s has no %s", name, binary)
		}
	}
	version := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(only(t, dir, "*_linux_amd64.tar.gz")), "astra_"), "_linux_amd64.tar.gz")
	for path, of := range map[string]struct {
		archives int
		names    []string // of files in the archives
	}{
		"homebrew/Casks/astra-admin.rb": {4, []string{`binary "(.+)"`, `manpage "(.+)"`, `bash_completion "(.+)"`, `zsh_completion "(.+)"`, `fish_completion "(.+)"`, `staged_path}/(\w+)"`}},
		"scoop/astra-admin.json":        {2, []string{`"bin": \[\s+"(.+)"`}},
		"winget/manifests/a/AstraAdmin/AstraAdmin/" + version + "/AstraAdmin.AstraAdmin.installer.yaml": {2, []string{`RelativeFilePath: (.+)`}},
		"aur/astra-admin-bin.pkgbuild":     {2, []string{`755 \./(\S+)`, `644 \./(\S+)`, `licenses/astra-admin" \./(\S+)`}},
		"aur/astra-admin-bin.srcinfo":      {2, nil},
		"nix/pkgs/astra-admin/default.nix": {4, []string{`cp -vr \./(\S+)`, `--bash \./(\S+)`, `--zsh \./(\S+)`, `--fish \./(\S+)`}},
	} {
		text, err := os.ReadFile(filepath.Join(dir, "dist", path))
		testkit.Check(t, err)
		checkManifest(t, dir, path, string(text), version, sums, of.archives, of.names)
	}
}

// checkManifest checks that each archive that a manifest names exists and has the hash
// beside it, and that the archive holds the files that the manifest installs.
func checkManifest(t *testing.T, dir, path, text, version string, sums map[string]string, archives int, names []string) {
	t.Helper()
	text = strings.ReplaceAll(text, "#{version}", version)
	found := regexp.MustCompile(`https://github\.com/astra-admin/astra/releases/download/`+regexp.QuoteMeta(rehearsed)+`/(astra_[\w.-]+\.(?:tar\.gz|zip))`).FindAllStringSubmatch(text, -1)
	if len(found) != archives {
		t.Errorf("%s names %d archives, want %d", path, len(found), archives)
	}
	var want []string // hashes in the order of the archives
	for _, match := range found {
		sum := sums[match[1]]
		if sum == "" {
			t.Errorf("%s names %s, which is not built", path, match[1])
			continue
		}
		if strings.HasSuffix(path, ".nix") {
			sum = run(t, dir, "nix-hash", "--type", "sha256", "--to-base32", sum)
		}
		want = append(want, sum)
		list := "tar -tzf"
		if strings.HasSuffix(match[1], ".zip") {
			list = "bsdtar -tf"
		}
		files := strings.Fields(run(t, filepath.Join(dir, "dist"), "sh", "-c", list+` "$1"`, "sh", match[1]))
		for _, pattern := range names {
			installed := regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1)
			if len(installed) == 0 {
				t.Errorf("%s installs nothing by %s", path, pattern)
			}
			for _, file := range installed {
				if !slices.Contains(files, file[1]) {
					t.Errorf("%s installs %s, which %s does not hold", path, file[1], match[1])
				}
			}
		}
	}
	if got := regexp.MustCompile(`\b(?:[0-9a-f]{64}|[0-9a-z]{52})\b`).FindAllString(text, -1); !slices.Equal(got, want) {
		t.Errorf("%s has the hashes %q, want %q, in the order of its archives", path, got, want)
	}
}

// TestGoInstall installs the module from a proxy in a directory, as from a public one.
func TestGoInstall(t *testing.T) {
	t.Parallel()
	testkit.NeedCI(t)
	root, err := testkit.Root()
	testkit.Check(t, err)
	const module = "github.com/astra-admin/astra"
	proxy, bin, source := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "source")
	clone(t, root, source, ":")
	versions := filepath.Join(proxy, filepath.FromSlash(module), "@v")
	testkit.Check(t, os.MkdirAll(versions, 0o700))
	archive := []string{"archive", "--format=zip", "--prefix=" + module + "@" + rehearsed + "/", "--output=" + filepath.Join(versions, rehearsed+".zip"), rehearsed, "."}
	for nested := range strings.FieldsSeq(run(t, source, "git", "ls-files", "*/go.mod")) {
		archive = append(archive, ":!"+filepath.Dir(nested)) // a module of its own, which a proxy leaves out
	}
	run(t, source, "git", archive...)
	text, err := os.ReadFile(filepath.Join(source, "go.mod"))
	testkit.Check(t, err)
	for name, text := range map[string][]byte{
		"list": []byte(rehearsed + "\n"), rehearsed + ".mod": text,
		rehearsed + ".info": fmt.Appendf(nil, `{"Version":%q,"Time":"2026-11-30T00:00:00Z"}`, rehearsed),
	} {
		testkit.Check(t, os.WriteFile(filepath.Join(versions, name), text, 0o600))
	}

	cache := filepath.Join(run(t, source, "go", "env", "GOMODCACHE"), "cache", "download")
	install := exec.Command("go", "install", module+"@"+rehearsed)
	install.Dir = t.TempDir()
	install.Env = append(os.Environ(), "GOPROXY=file://"+proxy+",file://"+cache, "GOSUMDB=off", "GOFLAGS=-modcacherw -trimpath", "GOBIN="+bin, "GOMODCACHE="+t.TempDir())
	if text, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", install, err, text)
	}
	got := run(t, bin, "./astra", "version", "--jq", `"\(.version) \(.commit)"`)
	if want := rehearsed + " null"; got != want {
		t.Errorf("version and commit are %q, want %q", got, want)
	}
	text, err = exec.Command(filepath.Join(bin, "astra"), "sandbox", "demo").CombinedOutput()
	if err != nil || !bytes.Contains(text, []byte("astra")) {
		t.Errorf("the demo fails: %v\n%s", err, text)
	}
}
