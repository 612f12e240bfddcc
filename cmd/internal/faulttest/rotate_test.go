//go:build unix

package faulttest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// TestManyRotations rotates the token of an application, and kills some of the
// rotations at random, while the application reads its token from "env export" and
// authenticates with it all the time: it must never be refused, and the stored
// token always be valid.
//
//	ASTRA_RIG_TRIALS=1000 go test ./cmd/internal/faulttest -run TestManyRotations -v -timeout 2h
func TestManyRotations(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("some hundred processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	n, workers := trials(3), 1
	if !testkit.InCI() {
		n = trials(1)
	}
	if n >= 100 {
		workers = 4
	}
	for worker := range workers {
		t.Run(strconv.Itoa(worker), func(t *testing.T) {
			t.Parallel()
			rotateOften(t, newStation(t, program), n/workers)
		})
	}
}

// rotateOften is one application and its token, rotated n times.
func rotateOften(t *testing.T, s *station, n int) {
	t.Helper()
	tr := s.begin(scenario{name: "rotations", rotates: "orders"})
	ended := make(chan struct{})
	result := make(chan error, 1)
	var uses atomic.Int64
	go func() { result <- tr.use(ended, &uses, tr.exported) }()

	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	killed := 0
	for range n {
		before := uses.Load()
		cmd, _, stderr := tr.command("token", "rotate", "orders", "--overlap", "1s", "--yes")
		testkit.Check(t, cmd.Start())
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(120*time.Millisecond))), func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		switch status := cmd.ProcessState.ExitCode(); {
		case status == -1:
			killed++
			tr.later()
			if err := tr.goOn(); err != nil {
				t.Fatal(err)
			}
		case err != nil:
			t.Fatalf("status %d\n%s", status, stderr)
		}
		for deadline := time.Now().Add(30 * time.Second); tr.glob(journalPath) != "" || uses.Load() == before; {
			if time.Now().After(deadline) {
				t.Fatalf("the rotation does not end, or the application does not go on: %s", tr.glob(journalPath))
			}
			if _, stderr, status := tr.run("token", "rotate", "--due", "--yes"); status != 0 {
				t.Fatalf("--due: status %d\n%s", status, stderr)
			}
		}
	}
	close(ended)
	if err := <-result; err != nil {
		t.Error(err)
	}
	t.Logf("%d rotations, %d of them killed; the token was used %d times", n, killed, uses.Load())
}

// goOn resumes a rotation that was killed, if it had begun.
func (tr *trial) goOn() error {
	if tr.glob(journalPath) == "" {
		return nil
	}
	var last struct{ Old string }
	lines := strings.Split(strings.TrimSpace(tr.glob(journalPath)), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		return nil //nolint:nilerr // its first line was not whole: it had not begun
	}
	if _, stderr, status := tr.run("token", "rotate", last.Old, "--resume", "--yes"); status != 0 {
		return fmt.Errorf("--resume: status %d\n%s", status, stderr)
	}
	return nil
}

// exported is the token that "env export" gives.
func (tr *trial) exported() (string, error) {
	out, stderr, status := tr.run("env", "export", "--keys", "ASTRA_DB_APPLICATION_TOKEN", "--format", "json")
	var answer struct {
		Token string `json:"ASTRA_DB_APPLICATION_TOKEN"`
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || status != 0 {
		return "", fmt.Errorf("env export: status %d\n%s", status, stderr)
	}
	return answer.Token, nil
}

// use is an application that reads its token and authenticates, over and over.
func (tr *trial) use(ended <-chan struct{}, uses *atomic.Int64, read func() (string, error)) error {
	for {
		select {
		case <-ended:
			return nil
		default:
		}
		token, err := read()
		if err != nil {
			return fmt.Errorf("after %d uses: %w", uses.Load(), err)
		}
		if code := tr.call(http.MethodGet, "/v2/currentOrg", token, nil); code != http.StatusOK {
			return fmt.Errorf("after %d uses: the token is refused: %d", uses.Load(), code)
		}
		uses.Add(1)
	}
}

// TestManyRotationsBites rotates under an application that reads its token only
// once: it must be seen to be refused.
func TestManyRotationsBites(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	tr := newStation(t, program).begin(scenario{name: "rotations", rotates: "orders"})
	first, err := tr.exported()
	testkit.Check(t, err)
	tr.must("token", "rotate", "orders", "--overlap", "0", "--yes")
	ended := make(chan struct{})
	defer close(ended)
	var uses atomic.Int64
	if err := tr.use(ended, &uses, func() (string, error) { return first, nil }); err == nil {
		t.Error("a revoked token is not refused: the rig does not look")
	}
}
