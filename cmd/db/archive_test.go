package db

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/astra-admin/astra/pkg/cli"
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

func TestCheckArchive(t *testing.T) {
	settings := member{"config.json", 0o600, "{}"}
	file := func(name string) member { return member{name, 0o600, "x"} }
	var many []member
	for i := range maxMembers + 1 {
		many = append(many, file(fmt.Sprint(i)))
	}
	whole := archive(t, settings, file("ca.crt"))
	stored := bytes.Replace(archive(t, member{"config.json", 0o600, "{}"}), []byte("PK\x03\x04"), []byte("PK\x03\x05"), 1)
	for name, test := range map[string]struct {
		data []byte
		want cli.Code
	}{
		"a bundle":             {whole, cli.OK},
		"with a directory":     {archive(t, settings, member{"certs/", fs.ModeDir | 0o700, ""}, file("certs/ca.crt")), cli.OK},
		"no settings":          {archive(t, file("ca.crt")), cli.Server},
		"nothing":              {nil, cli.Server},
		"a page":               {[]byte("<html>Sign in</html>"), cli.Server},
		"a part":               {whole[:len(whole)-10], cli.Server},
		"a damaged member":     {stored, cli.Server},
		"the way up":           {archive(t, settings, file("../evil")), cli.Refused},
		"an absolute path":     {archive(t, settings, file("/etc/passwd")), cli.Refused},
		"another system's":     {archive(t, settings, file(`..\evil`)), cli.Refused},
		"a drive":              {archive(t, settings, file("C:evil")), cli.Refused},
		"a control character":  {archive(t, settings, file("a\x1b]0;x\x07")), cli.Refused},
		"a link":               {archive(t, settings, member{"link", fs.ModeSymlink | 0o777, "/etc/passwd"}), cli.Refused},
		"a device":             {archive(t, settings, member{"dev", fs.ModeDevice | 0o600, ""}), cli.Refused},
		"the same twice":       {archive(t, settings, settings), cli.Refused},
		"the same but in case": {archive(t, settings, file("Config.JSON")), cli.Refused},
		"too many":             {archive(t, many...), cli.Refused},
		"a bomb":               {archive(t, settings, member{"zeros", 0o600, strings.Repeat("\x00", maxMember)}), cli.Refused},
		"too large":            {archive(t, settings, member{"large", 0o600, strings.Repeat("\x00", maxMember+1)}), cli.Refused},
	} {
		err := checkArchive(bytes.NewReader(test.data), int64(len(test.data)))
		if got := cli.ExitOf(err); got != test.want {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "evil") {
			t.Errorf("%s: quoted: %v", name, err)
		}
	}
}
