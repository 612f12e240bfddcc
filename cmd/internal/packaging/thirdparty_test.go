package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

//go:generate go test . -run TestThirdParty -update

var update = flag.Bool("update", false, "rewrite THIRD-PARTY.txt")

// TestThirdParty compares THIRD-PARTY.txt with the licenses of the modules that are
// linked into the program on any system; with -update it writes the file.
func TestThirdParty(t *testing.T) {
	const path = "../../../THIRD-PARTY.txt"
	want := thirdParty(t)
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("THIRD-PARTY.txt is stale (%v): run go generate ./...", err)
	}
}

// thirdParty returns the texts of all licenses, those of the standard library first.
func thirdParty(t *testing.T) []byte {
	t.Helper()
	dirs := map[string]map[string]bool{} // of packages, up to the root of the module
	for _, system := range []string{"linux", "darwin", "windows"} {
		list := exec.Command("go", "list", "-deps", "-f", "{{if .Module}}{{if not .Module.Main}}{{.Module.Path}} {{.Module.Version}}\t{{.Module.Dir}}\t{{.Dir}}{{end}}{{end}}", "../../..")
		list.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH=amd64", "GOOS="+system)
		text, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Split(strings.TrimSpace(line), "\t")
			if len(fields) != 3 {
				continue
			}
			name, root := fields[0], fields[1]
			if dirs[name] == nil {
				dirs[name] = map[string]bool{}
			}
			for dir := fields[2]; strings.HasPrefix(dir, root); dir = filepath.Dir(dir) {
				dirs[name][dir] = true
			}
		}
	}
	var text bytes.Buffer
	text.WriteString("astra contains the Go standard library and the modules below.\n")
	const goLicense = "testdata/go-license.txt" // the same in all versions of Go
	writeLicense(t, &text, "Go standard library", goLicense)
	var names []string
	for name := range dirs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		var files []string
		for _, dir := range slices.Sorted(maps.Keys(dirs[name])) {
			files = append(files, licenses(t, dir)...)
		}
		if len(files) == 0 {
			t.Errorf("%s has no license", name)
		}
		for _, file := range files {
			writeLicense(t, &text, name, file)
		}
	}
	return text.Bytes()
}

// licenses returns the files of a module that its license requires to be copied.
func licenses(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if !e.IsDir() && (strings.HasPrefix(name, "LICEN") || strings.HasPrefix(name, "NOTICE") || strings.HasPrefix(name, "COPYING")) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files
}

func writeLicense(t *testing.T, text *bytes.Buffer, name, file string) {
	t.Helper()
	license, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	license = bytes.ReplaceAll(license, []byte("\r\n"), []byte("\n"))
	fmt.Fprintf(text, "\n%s\n%s\n\n%s\n", strings.Repeat("-", 72), name, bytes.TrimSpace(license))
}

func TestDebianChangelog(t *testing.T) {
	got := string(debianChangelog("0.9.0", time.Unix(1796000000, 0).UTC()))
	want := `astra-admin (0.9.0) stable; urgency=medium

  * Release 0.9.0. The changes are in CHANGELOG.md.

 -- astra-admin maintainers <astra-admin@users.noreply.github.com>  Mon, 30 Nov 2026 00:53:20 +0000
`
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFixBill(t *testing.T) {
	sum := [32]byte{1, 2, 3}
	at := time.Unix(1796000000, 0).UTC()
	spdx := map[string]any{"documentNamespace": "random", "creationInfo": map[string]any{"created": "now", "creators": "syft"}}
	if err := fixBill(spdx, "a.tar.gz", sum, at); err != nil {
		t.Fatal(err)
	}
	cyclone := map[string]any{"serialNumber": "random", "metadata": map[string]any{"timestamp": "now"}}
	if err := fixBill(cyclone, "a.tar.gz", sum, at); err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		fmt.Sprint(spdx):    "map[creationInfo:map[created:2026-11-30T00:53:20Z creators:syft] documentNamespace:https://github.com/astra-admin/astra/sbom/a.tar.gz-01020300-0000-8000-8000-000000000000]",
		fmt.Sprint(cyclone): "map[metadata:map[timestamp:2026-11-30T00:53:20Z] serialNumber:urn:uuid:01020300-0000-8000-8000-000000000000]",
	} {
		if got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
	if err := fixBill(map[string]any{}, "a", sum, at); err == nil {
		t.Error("an unknown document is accepted")
	}
}
