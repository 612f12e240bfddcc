package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkStartup times whole processes: "env export" with the token in a file,
// --version, --help and what a TAB runs, as the ratio to a Go program that does nothing. Only
// ratios mean something; absolute times depend on the machine and its hour. The
// programs take turns, so that a slow moment strikes them alike.
func BenchmarkStartup(b *testing.B) {
	dir := b.TempDir()
	build := func(name, source string) string {
		out := filepath.Join(dir, name)
		c := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, source)
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, text)
		}
		return out
	}
	source := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	empty, astra := build("empty", source), build("astra", "..")
	env := []string{"HOME=" + dir, "ASTRA_SANDBOX=1", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"}
	run := func(program string, args ...string) {
		c := exec.Command(program, args...)
		c.Env = env
		if text, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%s %v: %v\n%s", program, args, err, text)
		}
	}
	run(astra, "env", "use", "demo", "--role", "RO User")
	for _, subject := range []struct {
		name string
		args []string
	}{
		{"env-export", []string{"env", "export"}},
		{"version", []string{"--version"}},
		{"help", []string{"--help"}},
		{"complete", []string{"__complete", ""}},
	} {
		b.Run(subject.name, func(b *testing.B) {
			var base, own int64
			for b.Loop() {
				base += timed(func() { run(empty) })
				own += timed(func() { run(astra, subject.args...) })
			}
			b.ReportMetric(float64(own)/float64(base), "x-empty-go")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func timed(f func()) int64 {
	start := time.Now()
	f()
	return time.Since(start).Nanoseconds()
}
