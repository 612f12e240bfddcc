package completion

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

func TestIsSafe(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"demo": true, "R/W User": true, "owner@example.com": true, "a_b-c.d": true, "10.0.0.1": true,
		"": false, " ": false, " a": false, "a ": false, "a  b": false, "-o": false, "--yes": false,
		"$(touch pwned)": false, "`id`": false, "a;b": false, "a'b": false, `a"b`: false, `a\b`: false, "a=b": false, "id:x": false, "~a": false, "a*": false,
		"a\tb": false, "a\nb": false, "a\x1b[2J": false, "\u202eexe": false, "zero\u200bwidth": false, "é": false, "\u00a0": false, "\xff": false,
		strings.Repeat("a", 256): true, strings.Repeat("a", 257): false,
	} {
		if isSafe(s) != want {
			t.Errorf("isSafe(%q) is %t", s, !want)
		}
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		things []resource
		want   []candidate
	}{
		{"by name", []resource{{"1", "demo", "vector"}}, []candidate{{"demo", "vector"}}},
		{"a hostile name by id", []resource{{"1", "$(touch pwned)", "x"}}, []candidate{{"1", "$(touch pwned)"}}},
		{"a name that two have by their ids", []resource{{"1", "demo", ""}, {"2", "demo", ""}, {"3", "other", ""}}, []candidate{{"1", "demo"}, {"2", "demo"}, {"other", ""}}},
		{"a name that is the id of another by id", []resource{{"1", "2", ""}, {"2", "b", ""}}, []candidate{{"1", "2"}, {"b", ""}}},
		{"what is its own name", []resource{{"abc", "abc", "ci"}}, []candidate{{"abc", "ci"}}},
		{"what cobra takes for a message by its id", []resource{{"1", "_activeHelp_ hello", ""}}, []candidate{{"1", "_activeHelp_ hello"}}},
		{"a name without an end by its id", []resource{{"1", strings.Repeat("a", 1<<20), ""}, {"2", "b", ""}}, []candidate{{"1", strings.Repeat("a", maxDescription-1) + "…"}, {"b", ""}}},
		{"neither", []resource{{"$1", "", ""}, {"", "", ""}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := candidatesOf(c.things, same); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	long := candidatesOf([]resource{{"1", "a", strings.Repeat("ü", 200)}}, same)[0].Description
	if n := utf8.RuneCountInString(long); n != maxDescription {
		t.Errorf("a description of %d characters", n)
	}
}

func TestCacheKeysDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, parts := range [][]string{{"profile", "a", "b"}, {"profile", "ab", ""}, {"profile", "a b"}, {"profile", "a\nb"}, {"../..", "/"}, {"profile"}, {}} {
		place := cacheKey(parts)
		if seen[place] || !isOurs(place+".roles") {
			t.Errorf("%q is at %s", parts, place)
		}
		seen[place] = true
	}
}

func TestWriteAndRead(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "here")
	place, all := cacheKey([]string{"sandbox"}), []candidate{{"R/W User", "may\u202e write\n"}, {"$(id)", "x"}, {"demo", ""}}
	if got := readNames(dir, place, "roles", query{}, time.Now()); got != nil {
		t.Fatalf("nothing was written, and %q was read", got)
	}
	if err := writeNames(dir, place, "roles", all, time.Now()); err != nil {
		t.Fatal(err)
	}
	want := []candidate{{"R/W User", "may write"}, {"demo", ""}}
	if got := readNames(dir, place, "roles", query{}, time.Now()); !slices.Equal(got, want) {
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
	for name, other := range map[string][2]string{"place": {cacheKey([]string{"profile"}), "roles"}, "kind": {place, "users"}} {
		if got := readNames(dir, other[0], other[1], query{}, time.Now()); got != nil {
			t.Errorf("another %s has %q", name, got)
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	dir, place := t.TempDir(), cacheKey([]string{"sandbox"})
	write := func(kind string, age time.Duration) {
		if err := writeNames(dir, place, kind, []candidate{{"demo", ""}}, noon); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file(dir, place, kind), noon.Add(-age), noon.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	for age, fresh := range map[time.Duration]bool{0: true, 23 * time.Hour: true, -time.Minute: true, 25 * time.Hour: false, -25 * time.Hour: false} {
		write("roles", age)
		if got := readNames(dir, place, "roles", query{}, noon); (got != nil) != fresh {
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
	dir, place := t.TempDir(), cacheKey([]string{"sandbox"})
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
		if got := readNames(dir, place, kind, query{}, time.Now()); got != nil {
			t.Errorf("%s: %d", kind, len(got))
		}
	}
	if err := writeNames(dir, place, "roles", nil, time.Now()); err == nil {
		t.Error("a directory was written over")
	}
	if err := writeNames(file(dir, place, "users"), place, "roles", nil, time.Now()); err == nil {
		t.Error("there is a file below a file")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("demo\tvector\nR/W User\n")
	f.Add("$(id)\tx\ndemo\x1b\ta\ncut")
	f.Add("\u202e\t\u202e\n\xff\n\x00\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range parse([]byte(text), query{}) {
			if !isSafe(c.Value) || strings.ContainsFunc(c.Description, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
				t.Errorf("%q", c)
			}
		}
	})
}

func FuzzOffers(f *testing.F) {
	f.Add("1", "demo", "$(id)", "2")
	f.Add("a", "b", "b", "a")
	f.Fuzz(func(t *testing.T, id, name, id2, name2 string) {
		things := []resource{{ID: id, Name: name}, {ID: id2, Name: name2}}
		for _, c := range candidatesOf(things, same) {
			if !isSafe(c.Value) || strings.ContainsFunc(c.Value, func(r rune) bool { return strings.ContainsRune("$`'\"\\;|&<>(){}[]*?!#~=:\n\t\r\x1b", r) || r > 0x7e }) {
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
	many := make([]candidate, maxSize/20)
	for i := range many {
		many[i] = candidate{fmt.Sprintf("%032d", i), ""}
	}
	dir, now := t.TempDir(), time.Now()
	if err := writeNames(dir, cacheKey([]string{"x"}), "users", many, now); err != nil {
		t.Fatal(err)
	}
	if got := readNames(dir, cacheKey([]string{"x"}), "users", query{}, now); len(got) == 0 || len(got) == len(many) {
		t.Errorf("%d names of %d", len(got), len(many))
	}
}

// TestCheckStore tries to write, and leaves nothing behind.
func TestCheckStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cache := filepath.Join(dir, "not", "yet")
	if err := CheckStore(cache); err != nil {
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
		if err := CheckStore(blocked); err == nil || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.Remove(blocked); err != nil {
			t.Fatal(err)
		}
	}
}
