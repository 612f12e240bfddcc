package onetime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/devops"
)

func sample() Record {
	return Record{
		Kind: Rotating, Step: Planned, Began: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), Mark: "0123456789abcdef",
		Request: Request{Roles: []string{"r"}, OrgID: "o", Description: "two\nlines"}, Before: []string{"a"}, Old: "old", Overlap: time.Hour,
	}
}

func planned() (Record, error) { return sample(), nil }

func TestJournalRemembers(t *testing.T) {
	t.Parallel()
	j := Journal{filepath.Join(t.TempDir(), "pending")}
	e, err := j.begin(t.Context(), "op", planned)
	if err != nil {
		t.Fatal(err)
	}
	e.Made = "made"
	if err := e.reach(Created); err != nil {
		t.Fatal(err)
	}
	if all, err := j.List(); err != nil || len(all) != 1 || !all[0].Running {
		t.Fatalf("while it runs: %+v, %v", all, err)
	}
	if _, err := j.Take(t.Context(), "op"); !errors.Is(err, ErrRunning) {
		t.Fatalf("taken from whoever is at it: %v", err)
	}
	e.Leave()

	all, err := j.List()
	if err != nil || len(all) != 1 || all[0].Running || all[0].Err != nil {
		t.Fatalf("afterwards: %+v, %v", all, err)
	}
	want := sample()
	want.Version, want.Step, want.Made = recordVersion, Created, "made"
	if diff := cmp.Diff(want, all[0].Record); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if _, err := j.begin(t.Context(), "op", planned); !errors.Is(err, ErrOperationExists) {
		t.Errorf("begun twice: %v", err)
	}
	e, err = j.Take(t.Context(), "op")
	if err != nil {
		t.Fatal(err)
	}
	if err := e.End(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(j.Dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := j.Take(t.Context(), "op"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("taken after its end: %v", err)
	}
}

// TestJournalAfterACrash cuts the file at every byte: what a crash leaves is the
// step before, or nothing.
func TestJournalAfterACrash(t *testing.T) {
	t.Parallel()
	j := Journal{t.TempDir()}
	e, err := j.begin(t.Context(), "op", planned)
	if err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(e.path)
	if err != nil {
		t.Fatal(err)
	}
	e.Made = "made"
	if err := e.reach(Created); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(e.path)
	if err != nil {
		t.Fatal(err)
	}
	e.Leave()
	for n := range len(whole) + 1 {
		if err := os.WriteFile(e.path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		taken, err := j.Take(t.Context(), "op")
		switch {
		case n < len(first):
			if err == nil {
				t.Fatalf("%d bytes are an operation: %+v", n, taken.Record)
			}
			continue
		case err != nil:
			t.Fatalf("%d bytes: %v", n, err)
		}
		want := Planned
		if n == len(whole) {
			want = Created
		}
		if taken.Step != want {
			t.Fatalf("%d bytes: step %s, want %s", n, taken.Step, want)
		}
		taken.Made = "made"
		if err := taken.reach(Delivering); err != nil { // goes on where the crash was
			t.Fatal(err)
		}
		taken.Leave()
		all, err := j.List()
		if err != nil || len(all) != 1 || all[0].Err != nil || all[0].Record.Step != Delivering {
			t.Fatalf("%d bytes, continued with: %+v, %v", n, all, err)
		}
	}
}

// TestOneOfMany begins the same rotation several times at once.
func TestOneOfMany(t *testing.T) {
	t.Parallel()
	j := Journal{t.TempDir()}
	results := make(chan error)
	for range 8 {
		go func() {
			_, err := j.begin(context.WithoutCancel(t.Context()), "op", planned)
			results <- err
		}()
	}
	begun := 0
	for range 8 {
		if err := <-results; err == nil {
			begun++
		} else if !errors.Is(err, ErrRunning) && !errors.Is(err, ErrOperationExists) {
			t.Error(err)
		}
	}
	if begun != 1 {
		t.Errorf("%d of 8 began it", begun)
	}
}

func TestDamagedRecords(t *testing.T) {
	t.Parallel()
	good := `{"version":1,"kind":"generate","step":"created","began":"2026-11-21T10:00:00Z","order":{"roles":["r"],"orgId":"o"},"nonce":"n","before":[],"made":"m"}`
	if _, err := parseRecord([]byte(good + "\n")); err != nil {
		t.Fatal(err)
	}
	for old, bad := range map[string]string{
		`"version":1`:       `"version":0`,
		`"kind":"generate"`: `"kind":"print"`,
		`"step":"created"`:  `"step":"begun"`,
		`"nonce":"n"`:       `"nonce":""`,
		`"made":"m"`:        `"made":""`,
		`{"version"`:        `{"version`,
		`"generate"`:        `"rotate"`, // of which token?
	} {
		if _, err := parseRecord([]byte(strings.Replace(good, old, bad, 1) + "\n")); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte("{\"version\":1}\n"))
	f.Add([]byte("\n\n"))
	f.Add([]byte(`{"version":1,"kind":"generate","step":"planned","nonce":"n"}` + "\n" + `{"vers`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseRecord(data)
		if err == nil && r.check() != nil {
			t.Errorf("a record that is none: %+v", r)
		}
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) && !errors.Is(err, errEmptyRecord) {
			t.Errorf("an error of no kind: %v", err)
		}
	})
}

// TestWhichOfTheListed decides which tokens of a list an operation made, and which it
// may have made, whatever the service did to the descriptions.
func TestWhichOfTheListed(t *testing.T) {
	t.Parallel()
	r := Record{Mark: "0123456789abcdef", Before: []string{"before"}, Caller: "caller", Request: Request{Roles: []string{"a", "b"}}}
	token := func(id, description string) devops.Token { return devops.Token{ClientID: id, Description: description} }
	for name, c := range map[string]struct {
		live        []devops.Token
		ours, fresh []string
	}{
		"by its mark":        {[]devops.Token{token("x", ""), token("y", "words astra-cli/0123456789abcdef")}, []string{"y"}, []string{"x", "y"}},
		"with a suffix":      {[]devops.Token{token("y", "words astra-cli/0123456789abcdef (via API)")}, []string{"y"}, []string{"y"}},
		"in upper case":      {[]devops.Token{token("y", "WORDS ASTRA-CLI/0123456789ABCDEF")}, []string{"y"}, []string{"y"}},
		"escaped":            {[]devops.Token{token("y", "words astra-cli&#x2F;0123456789abcdef")}, []string{"y"}, []string{"y"}},
		"twice":              {[]devops.Token{token("x", "astra-cli/0123456789abcdef"), token("y", "astra-cli/0123456789abcdef")}, []string{"x", "y"}, []string{"x", "y"}},
		"cut":                {[]devops.Token{token("y", "words astra-cli/0123")}, nil, []string{"y"}},
		"dropped":            {[]devops.Token{token("y", "")}, nil, []string{"y"}},
		"replaced":           {[]devops.Token{token("y", "another text")}, nil, []string{"y"}},
		"another one's mark": {[]devops.Token{token("x", "astra-cli/fedcba9876543210")}, nil, nil},
		"there before":       {[]devops.Token{token("before", "astra-cli/0123456789abcdef")}, nil, nil},
		"the caller's":       {[]devops.Token{token("caller", "astra-cli/0123456789abcdef")}, nil, nil},
		"nothing":            {nil, nil, nil},
	} {
		s := TokenList{Tokens: c.live}
		if ours, fresh := (Issuer{}).ours(r, s), (Issuer{}).fresh(r, s); !slices.Equal(ours, c.ours) || !slices.Equal(fresh, c.fresh) {
			t.Errorf("%s: %v %v, want %v %v", name, ours, fresh, c.ours, c.fresh)
		}
	}
}

// TestLargeOrganization writes and reads the record of a rotation in an organization
// with 50,000 tokens, whose ids stand in the file once.
func TestLargeOrganization(t *testing.T) {
	t.Parallel()
	j := Journal{Dir: t.TempDir()}
	const many = 50_000
	before := make([]string, many)
	for i := range before {
		before[i] = fmt.Sprintf("Client%018d", i)
	}
	e, err := j.begin(t.Context(), "old", func() (Record, error) {
		return Record{Kind: Rotating, Step: Planned, Mark: "0123456789abcdef", Old: "old", Before: before}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	e.Made = "new"
	for _, step := range steps()[1:6] {
		if err := e.reach(step); err != nil {
			t.Fatal(err)
		}
	}
	e.Leave()
	info, err := os.Stat(filepath.Join(j.Dir, "old"+recordSuffix))
	if err != nil || info.Size() > many*30 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
	if e, err = j.Take(t.Context(), "old"); err != nil || len(e.Before) != many || e.Step != Switched {
		t.Fatalf("%v %v", len(e.Before), err)
	}
	if err := e.reach(Retired); err != nil {
		t.Fatal(err)
	}
	e.Leave()
	if e, err = j.Take(t.Context(), "old"); err != nil || !slices.Equal(e.Before, before) || e.Step != Retired {
		t.Fatalf("%v %v", e, err)
	}
	e.Leave()
}

// TestLockFailure still names the operation where its lock cannot be had, which is no
// sign of another process.
func TestLockFailure(t *testing.T) {
	t.Parallel()
	j := Journal{Dir: t.TempDir()}
	line := `{"version":1,"kind":"generate","step":"created","nonce":"n","made":"MADE","began":"2026-11-21T10:00:00Z","orgId":"o","order":{}}`
	if err := os.WriteFile(filepath.Join(j.Dir, "n"+recordSuffix), []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(j.Dir, "n"+lockSuffix), 0o700); err != nil { // it cannot be opened as a file
		t.Fatal(err)
	}
	open, err := j.List()
	if err != nil || len(open) != 1 {
		t.Fatalf("%v %v", open, err)
	}
	if o := open[0]; o.Running || o.Err == nil || o.Record.Made != "MADE" || !o.NeedsWarning(time.Now()) {
		t.Errorf("%+v", o)
	}
	if _, err := j.Take(t.Context(), "n"); err == nil || errors.Is(err, ErrRunning) {
		t.Errorf("%v", err)
	}
}

// TestFileNames refuses ids that would name a file elsewhere.
func TestFileNames(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "../../x", "a/b", `a\b`, "a\x00", "a.jsonl", "ä"} {
		if _, err := (Journal{Dir: t.TempDir()}).begin(t.Context(), id, nil); !errors.Is(err, ErrJournal) {
			t.Errorf("%q: %v", id, err)
		}
	}
}
