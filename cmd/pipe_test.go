//go:build unix

package cmd_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// TestReaderLeft gives a list a pipe that nobody reads: that is the end, without
// a word, with the status of a program that SIGPIPE ended.
func TestReaderLeft(t *testing.T) {
	t.Parallel()
	path, err := program()
	check(t, err)
	reader, writer, err := os.Pipe()
	check(t, err)
	check(t, reader.Close())
	defer writer.Close()
	var words bytes.Buffer
	c := exec.Command(path, "permission", "list")
	c.Args[0] = "astra" // the test binary is the program under that name
	c.Env, c.Stdout, c.Stderr = []string{"HOME=" + t.TempDir()}, writer, &words
	if c.Run(); c.ProcessState.ExitCode() != 141 || words.Len() > 0 {
		t.Errorf("status %d, %q", c.ProcessState.ExitCode(), words.String())
	}
}
