package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

const public = "../../../docs/public"

// TestCurrent makes the files again, and compares them with those of the repository.
func TestCurrent(t *testing.T) {
	dir := t.TempDir()
	testkit.Check(t, generate(t.Context(), dir))
	for _, name := range []string{"demo.svg", "demo.cast"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		testkit.Check(t, err)
		got, err := os.ReadFile(filepath.Join(public, name))
		testkit.Check(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run go generate ./...", name)
		}
	}
}

// TestPicture reads the picture as a browser and a screen reader do: it is well-formed, it
// refers to nothing outside, and it has no whole token.
func TestPicture(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(public, "demo.svg"))
	testkit.Check(t, err)
	for decoder := xml.NewDecoder(bytes.NewReader(text)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		testkit.Check(t, err)
		if element, ok := token.(xml.StartElement); ok && (element.Name.Local == "script" || element.Name.Local == "image") {
			t.Errorf("the picture has an element %s", element.Name.Local)
		}
	}
	for _, want := range []string{"prefers-color-scheme:dark", "prefers-reduced-motion", "<title ", "export ASTRA_DB_APPLICATION_TOKEN="} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the picture has no %q", want)
		}
	}
	cast, err := os.ReadFile(filepath.Join(public, "demo.cast"))
	testkit.Check(t, err)
	if found := regexp.MustCompile(`AstraCS:\w{5}|[0-9a-f]{64}|127\.0\.0\.1|url\(|https?://[^ ]*\.(css|js|woff)`).FindString(string(text) + string(cast)); found != "" {
		t.Errorf("the picture has %q", found)
	}
	for line := range bytes.Lines(cast) {
		if !json.Valid(line) {
			t.Fatalf("not JSON: %s", line)
		}
	}
}

// TestRows holds the terminal to its width and styles.
func TestRows(t *testing.T) {
	rows := terminalRows("\x1b[1mNAME\x1b[0m  demo\n" + strings.Repeat("x", columns+2) + "\n")
	if len(rows) != 3 || rows[0][0] != (span{"NAME", "bold"}) || rows[0][1] != (span{"  demo", ""}) || rows[1].width() != columns || rows[2].width() != 2 {
		t.Errorf("%v", rows)
	}
	long := "astra " + strings.Repeat("--flag value ", 10)
	lines := splitCommand(long)
	if joined := strings.ReplaceAll(strings.Join(lines, "\n"), " \\\n  ", " "); len(lines) != 2 || joined != long {
		t.Errorf("%q", lines)
	}
}
