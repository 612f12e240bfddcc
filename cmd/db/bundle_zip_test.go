package db

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/exit"
)

// member is a file in an archive.
type member struct {
	name    string
	mode    fs.FileMode
	content string
}

func archive(t *testing.T, members ...member) []byte {
	t.Helper()
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	for _, m := range members {
		header := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
		header.SetMode(m.mode)
		out, err := w.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(m.name, "/") {
			if _, err := out.Write([]byte(m.content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// gap inserts bytes before the central directory that belong to no member.
func gap(t *testing.T, data []byte) []byte {
	t.Helper()
	at := bytes.Index(data, []byte("PK\x01\x02"))
	moved := slices.Concat(data[:at], []byte("gap."), data[at:])
	end := moved[len(moved)-endSize:]
	binary.LittleEndian.PutUint32(end[16:], uint32(at+4))
	return moved
}

// hidden removes the last member from the central directory.
func hidden(t *testing.T, members ...member) []byte {
	t.Helper()
	data := archive(t, members...)
	start, last, end := bytes.Index(data, []byte("PK\x01\x02")), bytes.LastIndex(data, []byte("PK\x01\x02")), len(data)-endSize
	data = slices.Concat(data[:last], data[end:])
	record := data[last:]
	for _, at := range []int{8, 10} {
		binary.LittleEndian.PutUint16(record[at:], uint16(len(members)-1))
	}
	binary.LittleEndian.PutUint32(record[12:], uint32(last-start))
	return data
}

// plainly returns an archive without compression and with sizes in the headers.
func plainly(t *testing.T, comment ...string) []byte {
	t.Helper()
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	for _, name := range []string{"config.json", "ca.crt"} {
		header := &zip.FileHeader{Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE([]byte("{}")), CompressedSize64: 2, UncompressedSize64: 2}
		out, err := w.CreateRaw(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write([]byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.SetComment(strings.Join(comment, "")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// large is a member that compresses less than a zip bomb.
func large(name string, size int) member {
	noise := make([]byte, size)
	for i := range noise {
		if i%64 == 0 {
			noise[i] = byte(i >> 6)
		}
	}
	return member{name, 0o600, string(noise)}
}

func TestCheckArchive(t *testing.T) {
	settings := member{"config.json", 0o600, "{}"}
	file := func(name string) member { return member{name, 0o600, "x"} }
	many := []member{settings}
	for i := range maxMembers {
		many = append(many, file(fmt.Sprint(i)))
	}
	whole := archive(t, settings, file("ca.crt"))
	stored := bytes.Replace(archive(t, member{"config.json", 0o600, "{}"}), []byte("PK\x03\x04"), []byte("PK\x03\x05"), 1)
	for name, test := range map[string]struct {
		data []byte
		want exit.Code
	}{
		"a bundle":             {whole, exit.OK},
		"with a directory":     {archive(t, settings, member{"certs/", fs.ModeDir | 0o700, ""}, file("certs/ca.crt")), exit.OK},
		"no settings":          {archive(t, file("ca.crt")), exit.Server},
		"nothing":              {nil, exit.Server},
		"a page":               {[]byte("<html>Sign in</html>"), exit.Server},
		"a part":               {whole[:len(whole)-10], exit.Server},
		"a damaged member":     {stored, exit.Server},
		"the way up":           {archive(t, settings, file("../evil")), exit.Refused},
		"an absolute path":     {archive(t, settings, file("/etc/passwd")), exit.Refused},
		"another system's":     {archive(t, settings, file(`..\evil`)), exit.Refused},
		"a drive":              {archive(t, settings, file("C:evil")), exit.Refused},
		"a control character":  {archive(t, settings, file("a\x1b]0;x\x07")), exit.Refused},
		"a link":               {archive(t, settings, member{"link", fs.ModeSymlink | 0o777, "/etc/passwd"}), exit.Refused},
		"a device":             {archive(t, settings, member{"dev", fs.ModeDevice | 0o600, ""}), exit.Refused},
		"the same twice":       {archive(t, settings, settings), exit.Refused},
		"the same but in case": {archive(t, settings, file("Config.JSON")), exit.Refused},
		"too many":             {archive(t, many...), exit.Refused},
		"a bomb":               {archive(t, settings, member{"zeros", 0o600, strings.Repeat("\x00", maxMember)}), exit.Refused},
		"a device's name":      {archive(t, settings, file("certs/con.txt")), exit.Refused},
		"a numbered device":    {archive(t, settings, file("LPT1")), exit.Refused},
		"a full stop at last":  {archive(t, settings, file("ca.crt.")), exit.Refused},
		"a blank":              {archive(t, settings, file("ca crt ")), exit.Refused},
		"a hidden file":        {archive(t, settings, file("certs/.x")), exit.OK},
		"an empty part":        {archive(t, settings, file("certs//x")), exit.Refused},
		"other characters":     {archive(t, settings, file("сa.crt")), exit.Refused},
		"another local name":   {bytes.Replace(whole, []byte("ca.crt"), []byte("EVIL.x"), 1), exit.Refused},
		"a prefix":             {append([]byte("#!/bin/sh\n"), whole...), exit.Refused},
		"a suffix":             {append(slices.Clone(whole), "more"...), exit.Refused},
		"a gap":                {gap(t, whole), exit.Refused},
		"a hidden member":      {hidden(t, settings, file("ca.crt"), file("evil")), exit.Refused},
		"stored":               {plainly(t), exit.OK},
		"with a comment":       {plainly(t, "made by nobody"), exit.OK},
		"too large together":   {archive(t, settings, large("a", 7<<20), large("b", 7<<20), large("c", 7<<20), large("d", 7<<20), large("e", 7<<20)), exit.Refused},
		"too large":            {archive(t, settings, large("large", maxMember+1)), exit.Refused},
	} {
		err := checkArchive(bytes.NewReader(test.data), int64(len(test.data)))
		if got := exit.Of(err); got != test.want {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "evil") {
			t.Errorf("%s: quoted: %v", name, err)
		}
	}
}
