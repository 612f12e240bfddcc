package db

import (
	"archive/zip"
	"io"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/exit"
)

// Limits of a bundle. A real one has a dozen members of a few thousand bytes.
const (
	maxMembers = 64
	maxMember  = 8 << 20
	maxUnpack  = 32 << 20
	maxRatio   = 1000
)

// checkArchive reads a zip file completely. It refuses unsafe archives and
// those that are not a secure connect bundle.
func checkArchive(file io.ReaderAt, size int64) error {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return errCorruptZip(err.Error())
	}
	if len(archive.File) > maxMembers {
		return errUnsafeZip("too many members")
	}
	seen := map[string]bool{}
	var total uint64
	for _, member := range archive.File {
		if err := checkMember(member); err != nil {
			return err
		}
		name := strings.ToLower(member.Name)
		if seen[name] {
			return errUnsafeZip("two members have the same name")
		}
		seen[name] = true
		if total += member.UncompressedSize64; total > maxUnpack {
			return errUnsafeZip("too large when unpacked")
		}
		if err := readMember(member); err != nil {
			return errCorruptZip(err.Error())
		}
	}
	if !seen["config.json"] {
		return errCorruptZip("config.json is missing")
	}
	return checkLayout(file, size, archive)
}

func errCorruptZip(why string) error {
	return exit.Failf(exit.Server, "the response is not a secure connect bundle: %s; nothing was saved", why)
}

func errUnsafeZip(why string) error {
	return exit.Refusef("unsafe bundle from the service: %s; nothing was saved", why)
}

func checkMember(m *zip.File) error {
	kind := m.Mode()
	switch {
	case !isSafeName(m.Name):
		return errUnsafeZip("a member would be unpacked outside the directory")
	case !kind.IsRegular() && !kind.IsDir():
		return errUnsafeZip("a member is neither a file nor a directory")
	case m.UncompressedSize64 > maxMember, m.UncompressedSize64/maxRatio > m.CompressedSize64:
		return errUnsafeZip("a member is too large when unpacked")
	}
	return nil
}

// isSafeName reports whether a name means the same file on every system: below
// the directory, and not a device of Windows, which also ignores trailing dots
// and spaces.
func isSafeName(name string) bool {
	for i, part := range strings.Split(name, "/") {
		if part == "" && i > 0 && i == strings.Count(name, "/") {
			continue // a directory ends in a slash
		}
		if part == "" || strings.HasSuffix(part, ".") || !isPlainPart(part) {
			return false
		}
		stem, _, _ := strings.Cut(strings.ToUpper(part), ".")
		numbered := len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '0' && stem[3] <= '9'
		if numbered || slices.Contains([]string{"CON", "PRN", "AUX", "NUL"}, stem) {
			return false
		}
	}
	return true
}

// isPlainPart reports whether a part of a path has no special character.
func isPlainPart(part string) bool {
	return strings.Trim(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == ""
}

// readMember reads a member to its end, where size and checksum are verified.
func readMember(m *zip.File) error {
	content, err := m.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(content, maxMember+1))
	return err
}
