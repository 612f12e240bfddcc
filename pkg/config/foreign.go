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
	Unfit string // why it cannot be taken over, "" if it can
}

// foreignToken is the key of the token in the official tool's file.
const foreignToken = "ASTRA_DB_APPLICATION_TOKEN" //nolint:gosec // the name of a variable

// ReadForeign reads the profiles of a file that another Astra tool wrote: the
// official one's .astrarc, with a section for each profile, or the archived
// one's prod_token, which holds a token and nothing else. It is an error if none of
// them is fit; they are returned beside it. The error never repeats a line.
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
		return []Foreign{{Name: "imported", Token: token.Text}}, nil
	}
	var all []Foreign
	section := -1
	lines := bufio.NewScanner(bytes.NewReader(data))
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if name, ok := strings.CutPrefix(line, "["); ok {
			all = append(all, Foreign{Name: strings.TrimSuffix(name, "]")})
			section = len(all) - 1
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
			if all[section].Unfit = ""; !strings.EqualFold(value, "prod") {
				all[section].Unfit = "it is for another service than the public one"
			}
		}
	}
	var found []Foreign
	fit := 0
	for i, f := range all {
		if f.Name == "default" && f.Token != "" && repeated(all, i) {
			continue // the official tool repeats the chosen profile so
		}
		if err := CheckName(f.Name); err != nil {
			f.Unfit = err.Error()
		} else if f.Token == "" {
			f.Unfit = "it has no token"
		}
		if f.Unfit == "" {
			fit++
		}
		found = append(found, f)
	}
	if fit == 0 {
		return found, &Error{Path: path, Why: "no profile with a token for the public service in " + filepath.Base(path)}
	}
	return found, lines.Err()
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
