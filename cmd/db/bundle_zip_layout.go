package db

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"io"
	"slices"
)

// Sizes of the fixed parts of zip records, which start with a signature.
const (
	localSize  = 30
	endSize    = 22
	descriptor = 1 << 3 // flag of a member whose sizes follow its data
)

// checkLayout verifies a zip file from its first byte. The name of a member is
// stored twice, programs differ in which one they read, and gaps between
// members can hide others: only a file with consistent headers and without gaps
// is accepted.
func checkLayout(file io.ReaderAt, size int64, archive *zip.Reader) error {
	type place struct {
		*zip.File

		data int64
	}
	var members []place
	for _, m := range archive.File {
		data, err := m.DataOffset()
		if err != nil {
			return errCorruptZip(err.Error())
		}
		members = append(members, place{m, data})
	}
	slices.SortFunc(members, func(a, b place) int { return cmp.Compare(a.data, b.data) })
	var at int64
	for _, m := range members {
		header := readSection(file, at, localSize)
		if !bytes.HasPrefix(header, []byte("PK\x03\x04")) {
			return errUnsafeZip("data between the members")
		}
		name := readSection(file, at+localSize, int64(binary.LittleEndian.Uint16(header[26:])))
		if string(name) != m.Name || binary.LittleEndian.Uint16(header[8:]) != m.Method {
			return errUnsafeZip("conflicting headers for a member")
		}
		if at+localSize+int64(len(name))+int64(binary.LittleEndian.Uint16(header[28:])) != m.data {
			return errUnsafeZip("members overlap")
		}
		at = m.data + int64(m.CompressedSize64) //nolint:gosec // the size of the file limits it, as reading found
		if binary.LittleEndian.Uint16(header[6:])&descriptor != 0 {
			at += descriptorSize(file, at)
		}
	}
	end := readSection(file, size-endSize-int64(len(archive.Comment)), endSize)
	if !bytes.HasPrefix(end, []byte("PK\x05\x06")) {
		return errUnsafeZip("data after the end")
	}
	length, start := int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
	if start != at || start+length != size-endSize-int64(len(archive.Comment)) {
		return errUnsafeZip("data between the members and their list")
	}
	return nil
}

// descriptorSize returns the size of the record after a member: checksum and
// sizes, of four or eight bytes, with or without a signature.
func descriptorSize(file io.ReaderAt, at int64) int64 {
	for _, size := range []int64{16, 12, 24, 20} {
		next := readSection(file, at+size, 4)
		signed := bytes.Equal(readSection(file, at, 4), []byte("PK\x07\x08"))
		if signed == (size == 16 || size == 24) && (bytes.Equal(next, []byte("PK\x03\x04")) || bytes.Equal(next, []byte("PK\x01\x02"))) {
			return size
		}
	}
	return 0
}

// readSection reads a range of bytes, with zeros beyond the end.
func readSection(file io.ReaderAt, at, size int64) []byte {
	b := make([]byte, size)
	if at < 0 {
		return b
	}
	if n, err := file.ReadAt(b, at); err != nil {
		clear(b[n:])
	}
	return b
}
