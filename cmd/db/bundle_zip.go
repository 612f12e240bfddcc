package db

import (
	"archive/zip"
	"io"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/exit"
)

// What a bundle cannot have more of. A real one has a dozen members, of some
// thousand bytes each.
const (
	maxMembers = 64
	maxMember  = 8 << 20
	maxUnpack  = 32 << 20
	maxRatio   = 1000
)

// checkArchive reads a zip file whole. It refuses what would harm those who
// unpack it later, and what is no secure connect bundle.
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
	case !harmless(m.Name):
		return errUnsafeZip("a member would be unpacked outside the directory")
	case !kind.IsRegular() && !kind.IsDir():
		return errUnsafeZip("a member is neither a file nor a directory")
	case m.UncompressedSize64 > maxMember, m.UncompressedSize64/maxRatio > m.CompressedSize64:
		return errUnsafeZip("a member is too large when unpacked")
	}
	return nil
}

// harmless reports whether a name means the same file to every system: one below
// the directory, and no device of Windows, which also takes full stops and blanks
// at the end of a name for nothing.
func harmless(name string) bool {
	for i, part := range strings.Split(name, "/") {
		if part == "" && i > 0 && i == strings.Count(name, "/") {
			continue // a directory ends in a slash
		}
		if part == "" || strings.HasSuffix(part, ".") || !plain(part) {
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

// plain reports whether a part of a path has no character with a meaning.
func plain(part string) bool {
	return strings.Trim(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == ""
}

// readMember reads a member to its end, where its size and checksum are
// compared.
func readMember(m *zip.File) error {
	content, err := m.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(content, maxMember+1))
	return err
}
