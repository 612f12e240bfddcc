// Package faulttest takes the whole program through trouble: faults of the service,
// kills, hangs, damage, hostile names and places. docs/reliability.md describes the
// tests; ASTRA_RIG=full runs all of them, else a part that takes seconds.
package faulttest

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// shared are the directories that the tests share.
var shared testkit.Temporary

func TestMain(m *testing.M) {
	flag.Parse()
	// Most tests wait for a process or a limit rather than compute.
	if err := flag.Set("test.parallel", strconv.Itoa(4*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	shared.UseMemory()
	status := m.Run()
	shared.Remove()
	os.Exit(status)
}

// fullRig reports whether all of a rig is to be run.
func fullRig() bool { return os.Getenv("ASTRA_RIG") == "full" }

// onlyInCI skips a test of a rig itself, which can only fail with a change of the rig.
func onlyInCI(t *testing.T) {
	t.Helper()
	if !testkit.InCI() && !fullRig() {
		t.Skip("it tests a rig; CI=true runs it")
	}
}

// program builds the program that people use, once.
var program = sync.OnceValues(func() (string, error) { return shared.Build("") })

// armed builds the program with places to be killed at, once.
var armed = sync.OnceValues(func() (string, error) { return shared.Build("failpoint") })
