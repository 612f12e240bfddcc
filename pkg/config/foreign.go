package config

import (
	"bufio"
	"bytes"
	"io"
	"path/filepath"
	"strings"

	"github.com/astra-admin/astra/pkg/secret"
)

// Foreign is a profile of another Astra tool.
type Foreign struct {
	Name  string
	Token secret.Text
}

// foreignToken is the key of the token in the official tool's file.
const foreignToken = "ASTRA_DB_APPLICATION_TOKEN" //nolint:gosec // the name of a variable

// ReadForeign reads the profiles of a file that another Astra tool wrote: the
// official one's .astrarc, with a section for each profile, or the archived
// one's prod_token, which holds a token and nothing else. Profiles for other
// than the public service are left out. The error never repeats a line.
func ReadForeign(path string) ([]Foreign, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, &Error{Path: path, Why: "not readable", Err: err}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxProject))
	if err != nil {
		return nil, &Error{Path: path, Why: "not readable", Err: cause(err)}
	}
	if token, err := secret.ParseToken(string(data)); err == nil {
		return []Foreign{{"imported", token.Text}}, nil
	}
	var all []Foreign
	section := -1
	public := map[int]bool{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if name, ok := strings.CutPrefix(line, "["); ok {
			all = append(all, Foreign{Name: strings.TrimSuffix(name, "]")})
			section, public[len(all)-1] = len(all)-1, true
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || section < 0 {
			return nil, &Error{Path: path, Line: number, Why: "neither a section nor a key with a value"}
		}
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		switch strings.TrimSpace(key) {
		case foreignToken:
			all[section].Token = secret.Text(value)
		case "ASTRA_ENV":
			public[section] = strings.EqualFold(value, "prod")
		}
	}
	var kept []Foreign
	for i, f := range all {
		// The official tool repeats the chosen profile as [default].
		if f.Token == "" || !public[i] || f.Name == "default" && repeated(all, i) || CheckName(f.Name) != nil {
			continue
		}
		kept = append(kept, f)
	}
	if len(kept) == 0 {
		return nil, &Error{Path: path, Why: "no profile with a token for the public service in " + filepath.Base(path)}
	}
	return kept, lines.Err()
}

// repeated reports whether another section has the same token.
func repeated(all []Foreign, i int) bool {
	for j, f := range all {
		if j != i && f.Token == all[i].Token {
			return true
		}
	}
	return false
}
