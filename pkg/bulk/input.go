package bulk

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"
)

// An Entry is what an input says of one person.
type Entry struct {
	Line    int // of the file, 0 for an argument
	Address string
	Roles   []string
}

// A Fault is a mistake in an input.
type Fault struct {
	Line int // of the file, 0 for an argument
	Text string
}

// String names the line.
func (f Fault) String() string {
	if f.Line == 0 {
		return f.Text
	}
	return fmt.Sprintf("line %d: %s", f.Line, f.Text)
}

// Addresses takes arguments apart at commas, semicolons, blanks and line
// breaks, and checks each address.
func Addresses(args []string) (entries []Entry, faults []Fault) {
	for _, arg := range args {
		for _, address := range Split(arg) {
			entries, faults = add(entries, faults, Entry{Address: address})
		}
	}
	return entries, faults
}

// Split takes a text apart at commas, semicolons, blanks and line breaks.
// Quotes around a part are dropped.
func Split(text string) []string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })
	var found []string
	for _, part := range parts {
		if part = strings.Trim(part, `"'`); part != "" {
			found = append(found, part)
		}
	}
	return found
}

// add adds an entry, or its fault.
func add(entries []Entry, faults []Fault, e Entry) ([]Entry, []Fault) {
	if e.Address == "" {
		return entries, append(faults, Fault{e.Line, "there is no address"})
	}
	if !isAddress(e.Address) {
		return entries, append(faults, Fault{e.Line, fmt.Sprintf("%q is not an email address", e.Address)})
	}
	return append(entries, e), faults
}

// isAddress reports whether s is a bare address with a domain that mail from
// elsewhere can reach.
func isAddress(s string) bool {
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Address == s && strings.Contains(s[strings.LastIndex(s, "@"):], ".")
}
