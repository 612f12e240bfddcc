package bulk

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/astra-admin/astra/pkg/spelling"
)

// Entry is one person in an input.
type Entry struct {
	Line    int // in the file, 0 for an argument
	Address string
	Roles   []string
}

// InputError is an error in an input.
type InputError struct {
	Line int // in the file, 0 for an argument
	Text string
	Note bool // a warning: the input is accepted
}

// Notes separates warnings from errors.
func Notes(faults []InputError) (notes, others []InputError) {
	for _, f := range faults {
		if f.Note {
			notes = append(notes, f)
		} else {
			others = append(others, f)
		}
	}
	return notes, others
}

// String returns line and text.
func (f InputError) String() string {
	if f.Line == 0 {
		return f.Text
	}
	return fmt.Sprintf("line %d: %s", f.Line, f.Text)
}

// Addresses splits arguments at commas, semicolons and white space, and checks
// each address.
func Addresses(args []string) (entries []Entry, faults []InputError) {
	for _, arg := range args {
		for _, address := range Split(arg) {
			entries, faults = add(entries, faults, Entry{Address: address}, 0, spelling.NoAddress(address))
		}
	}
	return entries, faults
}

// Split splits a text at commas, semicolons and white space, and removes quotes
// around the parts.
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

// Read parses a file of people: lines with addresses, CSV with the columns
// email and role, or JSON objects.
func Read(data []byte) ([]Entry, []InputError) { return people(spelling.NoAddress).read(data) }

// people is the format of rows of people. check returns what is wrong with an address,
// or "".
func people(check func(address string) string) rowFormat[Entry] {
	checked := func(e Entry) (Entry, string) {
		if e.Address == "" {
			return e, "no address"
		}
		return e, check(e.Address)
	}
	return rowFormat[Entry]{
		key: "email", columns: []string{"email", "role", "roles"}, object: "email and roles", aliases: emailAliases(),
		word: func(line int, word string) (Entry, string) { return checked(Entry{Line: line, Address: word}) },
		cells: func(line int, columns, cells []string) (Entry, string) {
			e := Entry{Line: line}
			for i, cell := range cells {
				switch columns[i] {
				case "email":
					e.Address = strings.TrimSpace(cell)
				case "role", "roles":
					e.Roles = append(e.Roles, roles(cell)...)
				}
			}
			return checked(e)
		},
		json: func(line int, decode func(any) error) (Entry, string) {
			var in struct {
				Email string   `json:"email"`
				Role  string   `json:"role"`
				Roles []string `json:"roles"`
			}
			if decode(&in) != nil {
				return Entry{}, ""
			}
			if in.Role != "" {
				in.Roles = append(in.Roles, in.Role)
			}
			if slices.ContainsFunc(in.Roles, func(r string) bool { return strings.TrimSpace(r) == "" }) {
				return Entry{}, "a role has no name"
			}
			return checked(Entry{line, strings.TrimSpace(in.Email), in.Roles})
		},
	}
}

// emailAliases are other names of the column email.
func emailAliases() map[string]string {
	return map[string]string{"emails": "email", "emailaddress": "email", "mail": "email", "mailaddress": "email", "useremail": "email"}
}

// roles splits a cell at semicolons: names of roles contain commas.
func roles(cell string) []string {
	var found []string
	for role := range strings.SplitSeq(cell, ";") {
		if role = strings.TrimFunc(role, unicode.IsSpace); role != "" {
			found = append(found, role)
		}
	}
	return found
}
