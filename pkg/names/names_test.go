package names

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func same(s string) string { return s }

func TestSafe(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"demo": true, "R/W User": true, "owner@example.com": true, "a_b-c.d": true, "10.0.0.1": true,
		"": false, " ": false, " a": false, "a ": false, "a  b": false, "-o": false, "--yes": false,
		"$(touch pwned)": false, "`id`": false, "a;b": false, "a'b": false, `a"b`: false, `a\b`: false, "a=b": false, "id:x": false, "~a": false, "a*": false,
		"a\tb": false, "a\nb": false, "a\x1b[2J": false, "\u202eexe": false, "zero\u200bwidth": false, "é": false, "\u00a0": false, "\xff": false,
		strings.Repeat("a", 256): true, strings.Repeat("a", 257): false,
	} {
		if Safe(s) != want {
			t.Errorf("Safe(%q) is %t", s, !want)
		}
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		things []Kind
		want   []Candidate
	}{
		{"by name", []Kind{{"1", "demo", "vector"}}, []Candidate{{"demo", "vector"}}},
		{"a hostile name by id", []Kind{{"1", "$(touch pwned)", "x"}}, []Candidate{{"1", "$(touch pwned)"}}},
		{"a name that two have by their ids", []Kind{{"1", "demo", ""}, {"2", "demo", ""}, {"3", "other", ""}}, []Candidate{{"1", "demo"}, {"2", "demo"}, {"other", ""}}},
		{"a name that is the id of another by id", []Kind{{"1", "2", ""}, {"2", "b", ""}}, []Candidate{{"1", "2"}, {"b", ""}}},
		{"what is its own name", []Kind{{"abc", "abc", "ci"}}, []Candidate{{"abc", "ci"}}},
		{"what cobra takes for a message by its id", []Kind{{"1", "_activeHelp_ hello", ""}}, []Candidate{{"1", "_activeHelp_ hello"}}},
		{"a name without an end by its id", []Kind{{"1", strings.Repeat("a", 1<<20), ""}, {"2", "b", ""}}, []Candidate{{"1", strings.Repeat("a", maxWords-1) + "…"}, {"b", ""}}},
		{"neither", []Kind{{"$1", "", ""}, {"", "", ""}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := ReadAll(c.things, same); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	long := ReadAll([]Kind{{"1", "a", strings.Repeat("ü", 200)}}, same)[0].Description
	if n := utf8.RuneCountInString(long); n != maxWords {
		t.Errorf("a description of %d characters", n)
	}
}

func TestPlacesDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, parts := range [][]string{{"profile", "a", "b"}, {"profile", "ab", ""}, {"profile", "a b"}, {"profile", "a\nb"}, {"../..", "/"}, {"profile"}, {}} {
		place := CacheKey(parts...)
		if seen[place] || !ours(place+".roles") {
			t.Errorf("%q is at %s", parts, place)
		}
		seen[place] = true
	}
}

func TestWriteAndRead(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "here")
	place, all := CacheKey("sandbox"), []Candidate{{"R/W User", "may\u202e write\n"}, {"$(id)", "x"}, {"demo", ""}}
	if got := Read(dir, place, "roles", Query{}, time.Now()); got != nil {
		t.Fatalf("nothing was written, and %q was read", got)
	}
	if err := Write(dir, place, "roles", all, time.Now()); err != nil {
		t.Fatal(err)
	}
	want := []Candidate{{"R/W User", "may write"}, {"demo", ""}}
	if got := Read(dir, place, "roles", Query{}, time.Now()); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for path, mode := range map[string]os.FileMode{file(dir, place, "roles"): 0o600, filepath.Join(dir, folder): 0o700 | os.ModeDir} {
		if info, err := os.Stat(path); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if entries, _ := os.ReadDir(filepath.Join(dir, folder)); len(entries) != 1 {
		t.Errorf("%d files are left", len(entries))
	}
	for name, other := range map[string][2]string{"place": {CacheKey("profile"), "roles"}, "kind": {place, "users"}} {
		if got := Read(dir, other[0], other[1], Query{}, time.Now()); got != nil {
			t.Errorf("another %s has %q", name, got)
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	dir, place := t.TempDir(), CacheKey("sandbox")
	write := func(kind string, age time.Duration) {
		if err := Write(dir, place, kind, []Candidate{{"demo", ""}}, noon); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file(dir, place, kind), noon.Add(-age), noon.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	for age, fresh := range map[time.Duration]bool{0: true, 23 * time.Hour: true, -time.Minute: true, 25 * time.Hour: false, -25 * time.Hour: false} {
		write("roles", age)
		if got := Read(dir, place, "roles", Query{}, noon); (got != nil) != fresh {
			t.Errorf("at an age of %s: %q", age, got)
		}
	}
	theirs := filepath.Join(dir, folder, "notes.txt")
	if err := os.WriteFile(theirs, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	check := os.Chtimes(theirs, noon.AddDate(-1, 0, 0), noon.AddDate(-1, 0, 0))
	write("users", 48*time.Hour)
	write("tokens", 0)
	if _, err := os.Stat(theirs); check != nil || err != nil {
		t.Errorf("what is not ours was removed: %v", err)
	}
	if _, err := os.Stat(file(dir, place, "users")); err == nil {
		t.Error("what is too old is still there")
	}
}

func TestNoFile(t *testing.T) {
	t.Parallel()
	dir, place := t.TempDir(), CacheKey("sandbox")
	if err := os.MkdirAll(filepath.Join(dir, folder, place+".roles"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file(dir, place, "users"), make([]byte, maxSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", file(dir, place, "tokens")); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"roles", "users", "tokens", "none"} {
		if got := Read(dir, place, kind, Query{}, time.Now()); got != nil {
			t.Errorf("%s: %d", kind, len(got))
		}
	}
	if err := Write(dir, place, "roles", nil, time.Now()); err == nil {
		t.Error("a directory was written over")
	}
	if err := Write(file(dir, place, "users"), place, "roles", nil, time.Now()); err == nil {
		t.Error("there is a file below a file")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("demo\tvector\nR/W User\n")
	f.Add("$(id)\tx\ndemo\x1b\ta\ncut")
	f.Add("\u202e\t\u202e\n\xff\n\x00\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range parse([]byte(text), Query{}) {
			if !Safe(c.Value) || strings.ContainsFunc(c.Description, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
				t.Errorf("%q", c)
			}
		}
	})
}

func FuzzOffers(f *testing.F) {
	f.Add("1", "demo", "$(id)", "2")
	f.Add("a", "b", "b", "a")
	f.Fuzz(func(t *testing.T, id, name, id2, name2 string) {
		things := []Kind{{ID: id, Name: name}, {ID: id2, Name: name2}}
		for _, c := range ReadAll(things, same) {
			if !Safe(c.Value) || strings.ContainsFunc(c.Value, func(r rune) bool { return strings.ContainsRune("$`'\"\\;|&<>(){}[]*?!#~=:\n\t\r\x1b", r) || r > 0x7e }) {
				t.Errorf("%q is offered", c)
			}
			if id != id2 && c.Value != id && c.Value != id2 && name == name2 {
				t.Errorf("%q means both", c)
			}
		}
	})
}

// TestAFileIsNeverTooLargeToRead writes more names than are kept.
func TestAFileIsNeverTooLargeToRead(t *testing.T) {
	t.Parallel()
	many := make([]Candidate, maxSize/20)
	for i := range many {
		many[i] = Candidate{fmt.Sprintf("%032d", i), ""}
	}
	dir, now := t.TempDir(), time.Now()
	if err := Write(dir, CacheKey("x"), "users", many, now); err != nil {
		t.Fatal(err)
	}
	if got := Read(dir, CacheKey("x"), "users", Query{}, now); len(got) == 0 || len(got) == len(many) {
		t.Errorf("%d names of %d", len(got), len(many))
	}
}

// TestProbe tries to write, and leaves nothing behind.
func TestProbe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cache := filepath.Join(dir, "not", "yet")
	if err := Probe(cache); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	blocked := filepath.Join(dir, "a-file")
	for name, make := range map[string]func() error{
		"a file":          func() error { return os.WriteFile(blocked, nil, 0o600) },
		"a dangling link": func() error { return os.Symlink("/no/such/place", blocked) },
	} {
		if err := make(); err != nil {
			t.Fatal(err)
		}
		if err := Probe(blocked); err == nil || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.Remove(blocked); err != nil {
			t.Fatal(err)
		}
	}
}
