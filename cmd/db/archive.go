package db

import (
	"archive/zip"
	"io"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/astra-admin/astra/pkg/cli"
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
	damaged := func(why string) error {
		return cli.Failf(cli.Server, "what the service sent is no secure connect bundle: %s; nothing was kept", why)
	}
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return damaged(err.Error())
	}
	if len(archive.File) > maxMembers {
		return refuse("it has too many members")
	}
	seen := map[string]bool{}
	var total uint64
	for _, member := range archive.File {
		if err := checkMember(member); err != nil {
			return err
		}
		name := strings.ToLower(member.Name)
		if seen[name] {
			return refuse("two members have the same name")
		}
		seen[name] = true
		if total += member.UncompressedSize64; total > maxUnpack {
			return refuse("it is too large when unpacked")
		}
		if err := readMember(member); err != nil {
			return damaged(err.Error())
		}
	}
	if !seen["config.json"] {
		return damaged("it has no config.json")
	}
	return nil
}

func refuse(why string) error {
	return cli.Refusef("the bundle that the service sent is not safe: %s; nothing was kept", why)
}

func checkMember(m *zip.File) error {
	kind := m.Mode()
	switch {
	case !filepath.IsLocal(m.Name), strings.ContainsAny(m.Name, `\:`), strings.ContainsFunc(m.Name, unicode.IsControl):
		return refuse("a member would be unpacked elsewhere")
	case !kind.IsRegular() && !kind.IsDir():
		return refuse("a member is neither a file nor a directory")
	case m.UncompressedSize64 > maxMember, m.UncompressedSize64/maxRatio > m.CompressedSize64:
		return refuse("a member is too large when unpacked")
	}
	return nil
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
