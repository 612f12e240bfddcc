// Command packaging writes the files of a release that no other tool writes: gzipped
// man pages, the Debian changelog, and bills of materials that are the same for the
// same archive. .goreleaser.yaml runs it.
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "packaging:", err)
		os.Exit(1)
	}
}

// run runs one of the two commands. Both take the time of the commit: it replaces the
// current time, so that a second build of the commit writes the same bytes.
func run(args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	command, args := args[0], args[1:]
	switch {
	case command == "files" && len(args) == 3:
		at, err := parseTime(args[1])
		if err != nil {
			return err
		}
		return writeFiles(args[2], args[0], at)
	case command == "sbom" && len(args) == 4:
		at, err := parseTime(args[3])
		if err != nil {
			return err
		}
		return writeSBOM(args[0], args[1], args[2], at)
	}
	return errUsage
}

var errUsage = errors.New("usage: packaging files VERSION TIME DIR | packaging sbom ARCHIVE spdx-json|cyclonedx-json DOCUMENT TIME")

// parseTime reads seconds since 1970.
func parseTime(text string) (time.Time, error) {
	seconds, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(seconds, 0).UTC(), err
}
