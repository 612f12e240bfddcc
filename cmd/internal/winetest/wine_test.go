//go:build linux

// Package winetest runs the program for Windows under wine.
package winetest_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// windows is a drive C of its own with the program on it.
type windows struct {
	t    *testing.T
	env  []string
	dirC string
}

// TestWindows takes one login through its life, as a user of cmd would.
func TestWindows(t *testing.T) {
	t.Parallel()
	testkit.NeedCI(t)
	w := start(t)
	if text := w.run("", 0, "astra", "sandbox", "demo"); !strings.Contains(text, "End of the tour") {
		t.Errorf("the demo does not end:\n%s", text)
	}
	serve, url := w.serve("astra", "sandbox", "serve", "--listen", "127.0.0.1:0")
	token := w.run("", 0, "astra", "sandbox", "status", "--jq", ".token")
	for _, store := range []string{"file", "keyring"} { // the latter is the credential manager
		t.Run(store, func(t *testing.T) {
			w := &windows{t, w.env, w.dirC}
			w.run(token, 0, "astra", "auth", "login", store, "--api-url", url, "--store", store)
			w.run("", 0, "astra", "-p", store, "token", "generate", "--role", "RO User", "--save", "app", "--yes")
			old := strings.Fields(w.run("", 0, "astra", "-p", store, "token", "rotate", "app", "--yes"))[1]
			w.run("", 0, "astra", "-p", store, "token", "rotate", old, "--finish", "--yes")
			w.run("", 0, "astra", "-p", store, "env", "use", "demo", "--saved-token", "app")
			batch := "@echo off\r\nastra -p " + store + " env export --shell cmd > \"%TEMP%\\env.bat\"\r\n" +
				"call \"%TEMP%\\env.bat\"\r\necho %ASTRA_DB_KEYSPACE% %ASTRA_DB_APPLICATION_TOKEN%\r\n"
			testkit.Check(t, os.WriteFile(filepath.Join(w.dirC, "export.bat"), []byte(batch), 0o600))
			if text := w.run("", 0, "cmd", "/c", `C:\export.bat`); !strings.HasPrefix(text, "app AstraCS:") {
				t.Errorf("the batch file prints %q", text)
			}
			w.run("", 7, "astra", "-p", store, "env", "run", "--", "cmd", "/c", "exit 7")
			child, _ := w.serve("astra", "-p", store, "env", "run", "--", `C:\bin\astra.exe`, "sandbox", "serve", "--listen", "127.0.0.1:0")
			w.interrupt(child)
			w.run("", 0, "astra", "auth", "logout", store, "--yes")
		})
	}
	t.Run("Paths", func(t *testing.T) {
		w := &windows{t, w.env, w.dirC}
		testkit.Check(t, os.MkdirAll(filepath.Join(w.dirC, "Öl und Blech"), 0o700))
		w.run(token, 0, "astra", "auth", "login", "paths", "--api-url", url, "--store", "file")
		w.run("", 0, "astra", "-p", "paths", "token", "generate", "--role", "RO User", "--out", `C:\Öl und Blech\schöner Schlüssel.json`, "--yes")
		text, err := os.ReadFile(filepath.Join(w.dirC, "Öl und Blech", "schöner Schlüssel.json"))
		if err != nil || !bytes.Contains(text, []byte("AstraCS:")) {
			t.Errorf("no token in the file: %v", err)
		}
	})
	w.interrupt(serve)
	root, err := testkit.Root()
	testkit.Check(t, err)
	want, err := os.ReadFile(filepath.Join(root, "completions", "astra.ps1"))
	testkit.Check(t, err)
	if got := w.run("", 0, "astra", "completion", "powershell"); got != strings.TrimSpace(string(want)) {
		t.Error("the completion script is not the one in completions")
	}
}

// start builds the program and creates the drive. Go's runtime calls ProcessPrng, which
// the wine of Debian 12 lacks, so start adds a library that has it.
func start(t *testing.T) *windows {
	t.Helper()
	for _, part := range []string{"wine", "wineserver", "x86_64-w64-mingw32-gcc"} {
		testkit.NeedPart(t, part)
	}
	root, err := testkit.Root()
	testkit.Check(t, err)
	prefix := filepath.Join(t.TempDir(), "prefix")
	w := &windows{t: t, dirC: filepath.Join(prefix, "drive_c")}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "ASTRA_") && !strings.HasPrefix(v, "DISPLAY=") {
			w.env = append(w.env, v)
		}
	}
	w.env = append(w.env, "WINEPREFIX="+prefix, "WINEDEBUG=-all", "LC_ALL=C.UTF-8", `WINEPATH=C:\bin`)
	t.Cleanup(func() { w.command("wineserver", "--kill").Run() }) // of this prefix only
	w.host("wineboot", "--init")
	w.host("x86_64-w64-mingw32-gcc", "-shared", "-O", "-o", filepath.Join(w.dirC, "windows", "system32", "bcryptprimitives.dll"), "testdata/prng.c", "-ladvapi32")
	build := w.command("go", "build", "-o", filepath.Join(w.dirC, "bin", "astra.exe"), root)
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return w
}

func (w *windows) command(program string, args ...string) *exec.Cmd {
	command := exec.Command(program, args...)
	command.Env = w.env
	return command
}

// wine prepares a program of Windows. Wine finds programs in PATH too, but runs them by
// another one that does not pass Ctrl-C on.
func (w *windows) wine(ctx context.Context, args []string) *exec.Cmd {
	args = slices.Clone(args)
	if args[0] == "astra" {
		args[0] = filepath.Join(w.dirC, "bin", "astra.exe")
	}
	command := exec.CommandContext(ctx, "wine", args...)
	command.Env, command.WaitDelay = w.env, time.Second
	return command
}

// host runs a program of this system.
func (w *windows) host(program string, args ...string) {
	w.t.Helper()
	if text, err := w.command(program, args...).CombinedOutput(); err != nil {
		w.t.Fatalf("%s: %v: %s", program, err, text)
	}
}

// run runs a program of Windows with a standard input, and returns its standard output
// with the line ends of this system.
func (w *windows) run(input string, want int, args ...string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	command := w.wine(ctx, args)
	command.Stdin = strings.NewReader(input)
	var errors bytes.Buffer
	command.Stderr = &errors
	text, err := command.Output()
	if got := status(err); got != want {
		w.t.Fatalf("%q ends with %d (%v), want %d:\n%s%s", args, got, err, want, text, errors.String())
	}
	return strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n"))
}

func status(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) { // success, and another process has the pipe
		return -1
	}
	return 0
}

// serve starts a program that serves the sandbox until the test ends, and returns the
// address.
func (w *windows) serve(args ...string) (*exec.Cmd, string) {
	w.t.Helper()
	command := w.wine(w.t.Context(), args)
	out, err := command.StdoutPipe()
	testkit.Check(w.t, err)
	testkit.Check(w.t, command.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		w.t.Fatalf("%q prints no address: %v", args, err)
	}
	return command, strings.TrimSpace(line)
}

// interrupt sends Ctrl-C, after which serving ends with success.
func (w *windows) interrupt(command *exec.Cmd) {
	w.t.Helper()
	testkit.Check(w.t, command.Process.Signal(syscall.SIGINT))
	if err := command.Wait(); err != nil {
		w.t.Errorf("%q ends with %v after Ctrl-C", command.Args, err)
	}
}
