package config

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Imported is a profile of another Astra tool.
type Imported struct {
	Name    string // of the section
	Token   secret.Text
	Problem string   // why it cannot be imported, "" if it can
	Unknown []string // unknown keys of its section
}

const (
	// importTokenKey is the token's key in the official tool's file.
	importTokenKey = "ASTRA_DB_APPLICATION_TOKEN" //nolint:gosec // the name of a variable
	// importDefaultSection is the section in which that tool repeats the selected
	// profile.
	importDefaultSection = "default"
)

// ReadLegacyFile reads the profiles from a file of another Astra tool: the
// official tool's .astrarc, with a section for each profile, or the archived
// tool's prod_token, with a token alone. Without a valid profile it returns the
// profiles and an error, which never quotes the file.
func ReadLegacyFile(path string) ([]Imported, error) {
	text, err := readImportFile(path)
	if err != nil {
		return nil, err
	}
	if token, err := secret.ParseToken(text); err == nil {
		return []Imported{{Name: "imported", Token: token.Text}}, nil
	}
	sections, err := parseSections(path, text)
	if err != nil {
		return nil, err
	}
	var found []Imported
	for i := range sections {
		sections[i].validate(sections)
	}
	for i, s := range sections {
		if s.Name == importDefaultSection && s.Problem == "" && slices.ContainsFunc(sections, func(o section) bool {
			return o.Name != s.Name && o.Problem == "" && o.Token == s.Token
		}) {
			continue
		}
		again := slices.ContainsFunc(sections[:i], func(o section) bool { return spelling.SameName(o.Name, s.Name) })
		if !again {
			found = append(found, s.Imported)
		}
	}
	if !slices.ContainsFunc(found, func(f Imported) bool { return f.Problem == "" }) {
		return found, &Error{Path: path, Why: "no profile with a token for the public service"}
	}
	return found, nil
}

// readImportFile returns the text of a file.
func readImportFile(path string) (string, error) {
	f, err := openRegular(path)
	if err != nil {
		return "", &Error{Path: path, Why: "not readable", Err: err}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	switch {
	case err != nil:
		return "", &Error{Path: path, Why: "not readable", Err: cause(err)}
	case len(data) > maxSize:
		return "", &Error{Path: path, Why: "the file is larger than 1 MiB"}
	}
	data, err = decodeText(path, data)
	return string(data), err
}

// section is a profile in the official tool's file.
type section struct {
	Imported

	line   int
	env    string
	tokens int // number of different tokens
}

// parseSections parses sections with keys and values, as the official tool does.
func parseSections(path, text string) ([]section, error) {
	var all []section
	number := 0
	for line := range strings.Lines(text) {
		number++
		fail := func(why string) error { return &Error{Path: path, Line: number, Why: why} }
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if line[0] == '[' {
			name, ok := sectionName(line)
			switch {
			case !ok:
				return nil, fail("a section without its closing bracket")
			case name == "":
				return nil, fail("a section without a name")
			}
			all = append(all, section{Imported: Imported{Name: name}, line: number})
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		switch {
		case !ok || key == "":
			return nil, fail("neither a section nor a key with a value")
		case len(all) == 0:
			return nil, fail("a key before the first section")
		}
		all[len(all)-1].set(key, sectionValue(value))
	}
	return all, nil
}

// sectionName returns the name in brackets of a line, which may end with a
// comment.
func sectionName(line string) (name string, ok bool) {
	if !strings.HasSuffix(line, "]") {
		at := strings.LastIndex(line, "]")
		if at < 0 || sectionValue("x"+line[at+1:]) != "x" {
			return "", false
		}
		line = line[:at+1]
	}
	return strings.TrimSpace(line[1 : len(line)-1]), true
}

// sectionValue returns a value without quotes and trailing comment.
func sectionValue(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	if quote := text[0]; quote == '"' || quote == '\'' {
		if end := strings.IndexByte(text[1:], quote); end >= 0 {
			return text[1 : 1+end]
		}
		return text
	}
	for i, r := range text {
		if (r == '#' || r == ';') && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') {
			return strings.TrimSpace(text[:i])
		}
	}
	return text
}

func (s *section) set(key, value string) {
	switch key {
	case importTokenKey:
		if value != "" && secret.Text(value) != s.Token {
			s.tokens++
		}
		s.Token = secret.Text(value)
	case "ASTRA_ENV":
		s.env = value
	case "ASTRA_LOCAL_ENDPOINT", "DEFAULT_PROFILE_SOURCE": // of another service; of [default]
	default:
		s.Unknown = append(s.Unknown, keyName(key))
	}
}

// validate sets Unfit if the profile cannot be imported, also if its name has two
// different tokens.
func (s *section) validate(all []section) {
	switch {
	case s.env != "" && !strings.EqualFold(s.env, "prod"):
		s.Problem = "it is for a service other than the public one"
	case s.tokens > 1:
		s.Problem = "it has several tokens"
	case s.Token == "":
		s.Problem = "it has no token"
	}
	for _, o := range all {
		if o.line != s.line && spelling.SameName(o.Name, s.Name) && (o.Token != s.Token || o.env != s.env) {
			s.Problem = fmt.Sprintf("lines %d and %d have sections with this name and different content", min(s.line, o.line), max(s.line, o.line))
			return
		}
	}
}

// ProfileName converts the name of a section to a valid profile name: the
// official tool names sections after organizations and email addresses.
func ProfileName(section string) string {
	if CheckName(section) == nil {
		return section
	}
	const longest = 63
	words := strings.FieldsFunc(spelling.StripAccents(section), func(r rune) bool { return !strings.ContainsRune(alphanumeric+"._", r) })
	name := strings.Join(words, "-")
	name = strings.TrimLeft(name[:min(len(name), longest)], "._-")
	name = strings.TrimRight(name, "._-")
	if CheckName(name) != nil {
		return "imported"
	}
	return name
}
