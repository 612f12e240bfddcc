package bulk

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestARecordOutlivesItsRun(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "runs")
	key := RunKey("user invite", "o", []string{"a", "b"})
	open := func() *Record {
		r, err := OpenRecord(dir, key)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	first := open()
	if first.Done() != 0 {
		t.Errorf("%d rows of a run that never was", first.Done())
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("looking made a directory")
	}
	check(first.Begin(false))
	one, two := Result{Row: 1, Input: "ada@example.com", Action: "create", Outcome: OK}, Result{Row: 2, Outcome: Failed, Exit: 7, Error: "x\ny"}
	first.Add(one)
	check(first.file.Close()) // the process is killed

	path := filepath.Join(dir, key+".jsonl")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	check(err)
	_, err = f.WriteString(`{"row":2,"outc`) // in the middle of a line
	check(err)
	check(f.Close())

	second := open()
	if got, found := second.Earlier(1); !found || got != one || second.Done() != 1 {
		t.Errorf("%+v, %d rows", got, second.Done())
	}
	check(second.Begin(true))
	second.Add(two)
	check(second.Close(false))

	third := open()
	if diff := cmp.Diff(map[int]Result{1: one, 2: two}, third.earlier); diff != "" {
		t.Error(diff)
	}
	check(third.Begin(false))
	check(third.Close(true))
	if open().Done() != 0 {
		t.Error("the record is still there")
	}
}

func TestAKeyIsOfOneRun(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	for _, key := range []string{
		RunKey("invite", "o", []string{"a", "b"}), RunKey("invite", "o", []string{"b", "a"}), RunKey("invite", "o", []string{"ab"}),
		RunKey("invite", "p", []string{"a", "b"}), RunKey("remove", "o", []string{"a", "b"}), RunKey("invite", "", []string{"o", "a", "b"}),
	} {
		keys[key] = true
	}
	if len(keys) != 6 {
		t.Errorf("%d keys of 6 runs", len(keys))
	}
}
