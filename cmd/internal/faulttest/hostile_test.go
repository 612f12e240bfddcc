//go:build linux

package faulttest

import (
	"bytes"
	"crypto/rand"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/cmd/internal/testkit"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/sandbox"
)

// hostileTexts are names that somebody may have given to what everybody sees.
func hostileTexts() []string {
	return []string{
		"\x1b[2J\x1b]52;c;cHduZWQ=\x07", "a\rb", "row\nevil\tforged\t1", "tab\there", "\u202egnp.exe\u202c", "\u2066x\u2069\u200f", "zero\u200bwidth\ufeff",
		"\u009b31mcsi", "del\x7f", "\U000e0041tag", "a" + strings.Repeat("\u0301", 40), strings.Repeat("long ", 2000),
		"=cmd|'/c calc'!A1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "$(touch pwned)", "`touch pwned`", "'; touch pwned; '", "a\" onclick=\"x",
		"../../pwned", "/etc/passwd", "--yes", "-o", "a,b;c|d", "{{.}}", "%s%n", "<script>", "AstraCS:", " ", "é", "日本語", "👩‍💻",
	}
}

// TestHostileNames fills the organization with hostile names and runs every
// command in every format: nothing of them acts on a terminal, forges a row, is
// a formula, is completed raw, or becomes the name of a file.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	poison(t, h.dir)
	var cells []hostileCell
	total := 0
	for i, c := range commands() {
		for j, format := range []string{"", "table", "wide", "json", "yaml", "csv", "tsv", "name", "terminal"} {
			lists := strings.HasSuffix(c.path, " list")
			if total++; fullRig() || lists && i%3 == j%3 || i%9 == j {
				cells = append(cells, hostileCell{c, h, format})
			}
		}
	}
	cells = sample(cells)
	report(t, each(6, cells, hostileCell.run))
	t.Logf("%d of %d cells", len(cells), total)
	t.Run("completions", func(t *testing.T) { completesHarmlessly(t, h) })
}

// ownIDs are by what a record is known.
var ownIDs = regexp.MustCompile(`"(?:id|uuid|clientId|organizationId)": *"([^"]+)"`)

// poison copies one record of each collection of the state in which something has
// a name, for each hostile text.
func poison(t *testing.T, dir string) {
	t.Helper()
	server, err := sandbox.Open(sandbox.Options{Path: filepath.Join(dir, "state", "sandbox", "state.db"), Now: time.Now})
	testkit.Check(t, err)
	var dump bytes.Buffer
	testkit.Check(t, server.Dump(&dump))
	var state map[string]any
	testkit.Check(t, json.Unmarshal(dump.Bytes(), &state))
	poisoned := 0
	for name, collection := range state {
		records, _ := collection.([]any)
		if len(records) == 0 {
			continue
		}
		for i, text := range hostileTexts() {
			clone, err := json.Marshal(records[len(records)-1])
			testkit.Check(t, err)
			for _, id := range ownIDs.FindAllSubmatch(clone, -1) {
				clone = bytes.ReplaceAll(clone, id[1], freshID(string(id[1])))
			}
			var record map[string]any
			testkit.Check(t, json.Unmarshal(clone, &record))
			named := false
			for _, key := range []string{"name", "title", "description", "email", "orgName", "organizationName"} {
				if _, there := record[key]; there {
					record[key], named = text, true
				}
			}
			if !named {
				break
			}
			poisoned++
			if policy, there := record["policy"].(map[string]any); there {
				policy["description"] = text
			}
			if _, there := record["email"]; there {
				record["email"] = fmt.Sprintf("=hostile+%d@example.com", i)
			}
			state[name] = append(state[name].([]any), record)
		}
	}
	if poisoned == 0 {
		t.Fatal("no record has a name any more: poison looks for the wrong keys")
	}
	text, err := json.Marshal(state)
	testkit.Check(t, err)
	testkit.Check(t, server.Load(bytes.NewReader(text)))
}

// freshID is a new id that looks like an old one.
func freshID(old string) []byte {
	var random [16]byte
	rand.Read(random[:])
	digits := hex.EncodeToString(random[:])
	if strings.Contains(old, "-") {
		return fmt.Appendf(nil, "%s-%s-4%s-8%s-%s", digits[:8], digits[8:12], digits[13:16], digits[17:20], digits[20:])
	}
	letters := []byte(old)
	for i := range letters {
		letters[i] = 'a' + digits[i%len(digits)]%26
	}
	return letters
}

type hostileCell struct {
	command
	home   home
	format string
}

func (c hostileCell) run() []string {
	return c.home.alone(c.command, func(w world, _ string) []string {
		o := runOptions{line: c.with("--timeout 20s"), stdin: c.stdin}
		switch c.format {
		case "":
		case "terminal":
			o.terminal, o.line = true, c.with("--timeout 4s --color never") // some ask, and nobody is there
		default:
			w.env = []string{"ASTRA_OUTPUT=" + c.format} // unlike -o, no command refuses it
		}
		inputs := filesBelow(w.dir)
		r := w.run(o)
		var complaints []string
		complain := func(format string, args ...any) {
			complaints = append(complaints, fmt.Sprintf("%v as %q: status %d: ", c.command, c.format, r.status)+fmt.Sprintf(format, args...))
		}
		if r.status == hangs {
			complain("it hangs")
		}
		keep := "\n"
		switch c.format {
		case "tsv", "":
			keep = "\n\t"
		case "terminal":
			keep = "\r\n"
		}
		data := c.path != "sandbox dump" && c.path != "sandbox demo" // the one is JSON, the other draws for a terminal
		if at := acts(r.stderr, "\r\n"); at != "" && !o.terminal {
			complain("standard error acts: %s", at)
		} else if at := acts(r.stderr, keep); at != "" && o.terminal && c.path != "sandbox demo" && !strings.Contains(r.stderr, "\x1b[K") {
			complain("the screen is acted on: %s", at)
		}
		if at := acts(r.stdout, keep+"\u200c\u200d\ufe0e\ufe0f"); at != "" && data {
			complain("standard output acts: %s", at)
		}
		if r.status == 0 && strings.HasSuffix(c.path, " list") {
			for _, what := range c.forged(w, r.stdout) {
				complain("%s", what)
			}
		}
		for name := range filesBelow(w.dir) {
			if _, old := inputs[name]; !old && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._@^%-") != "" {
				complain("a file is called %q", name)
			}
			if strings.HasSuffix(name, "pwned") {
				complain("something was run")
			}
		}
		return complaints
	})
}

// acts returns the place of the first character that does something else than
// show itself, besides those in keep.
func acts(text, keep string) string {
	for i, r := range text {
		bad := r < ' ' || r >= 0x7f && r <= 0x9f || r == 0x61c || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e ||
			r >= 0x2060 && r <= 0x206f || r == 0xfeff || r >= 0xe0000 && r <= 0xe0fff || r >= 0xfe00 && r <= 0xfe0f
		if r == utf8.RuneError {
			_, size := utf8.DecodeRuneInString(text[i:])
			bad = bad || size == 1
		}
		if bad && !strings.ContainsRune(keep, r) {
			return fmt.Sprintf("%q", text[max(0, i-20):min(len(text), i+20)])
		}
	}
	return ""
}

// forged looks for rows that are none, and for formulas.
func (c hostileCell) forged(w world, text string) (complaints []string) {
	all := w.run(runOptions{line: c.with("-o json")})
	var rows []any
	if err := json.Unmarshal([]byte(all.stdout), &rows); err != nil {
		return []string{"its JSON is none: " + err.Error()}
	}
	lines := strings.Count(text, "\n")
	switch c.format {
	case "", "tsv", "name":
		if lines != len(rows) {
			complaints = append(complaints, fmt.Sprintf("%d lines for %d rows", lines, len(rows)))
		}
	case "csv":
		records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(records) != len(rows)+1 {
			complaints = append(complaints, fmt.Sprintf("%d records for %d rows: %v", len(records), len(rows), err))
		}
		number := regexp.MustCompile(`^[+-]?[0-9.]+$`)
		for _, record := range records {
			for _, cell := range record {
				if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) && !number.MatchString(cell) {
					complaints = append(complaints, fmt.Sprintf("a formula: %.40q", cell))
				}
			}
		}
	}
	return complaints
}

// completesHarmlessly asks for the completions of every command and flag, after the
// lists that the names are taken from.
func completesHarmlessly(t *testing.T, h home) {
	w, err := h.serveHere(t.TempDir(), func(h http.Handler) http.Handler { return h })
	testkit.Check(t, err)
	defer w.stop()
	for _, noun := range []string{"db", "role", "token", "user"} {
		if r := w.run(runOptions{line: "exec astra " + noun + " list"}); r.status != 0 {
			t.Fatalf("%s list: status %d\n%s", noun, r.status, r.stderr)
		}
	}
	if r := w.run(runOptions{line: "exec astra __complete role get ''"}); !strings.Contains(r.stdout, "\t$(touch pwned)\n") {
		t.Fatalf("hostile names are not offered by their ids:\n%s", r.stdout)
	}
	var lines []string
	testkit.Walk(func(c *cobra.Command) {
		if !testkit.IsVerb(c) {
			return
		}
		path := strings.TrimPrefix(c.CommandPath(), "astra ")
		lines = append(lines, path+" ''")
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if source := completion.FlagSource(f); source != completion.None && source != completion.Files && source != completion.Values {
				lines = append(lines, path+" --"+f.Name+" ''")
			}
		})
	})
	if !fullRig() {
		lines = slices.DeleteFunc(lines, func(line string) bool { return len(line)%4 != 0 })
	}
	report(t, each(6, lines, func(line string) (complaints []string) {
		r := w.run(runOptions{line: "exec astra __complete " + line})
		if r.status != 0 {
			return []string{fmt.Sprintf("completing %s: status %d\n%s", line, r.status, r.stderr)}
		}
		for candidate := range strings.Lines(r.stdout) {
			name, description, _ := strings.Cut(strings.TrimSuffix(candidate, "\n"), "\t")
			if !regexp.MustCompile(`^[A-Za-z0-9._@/ :=-]*$`).MatchString(name) || acts(description, "") != "" {
				complaints = append(complaints, fmt.Sprintf("completing %s: %q", line, candidate))
			}
		}
		return complaints
	}))
}
