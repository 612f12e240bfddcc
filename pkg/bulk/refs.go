package bulk

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Ref names an existing user or role in an input.
type Ref struct {
	Line int // in the file, 0 for an argument
	Text string
}

// ReadUsers parses a file of existing users: lines with email addresses or IDs, CSV with
// the column email, or JSON objects, also as lists of users are printed.
func ReadUsers(data []byte) ([]Ref, []InputError) {
	k := refs("email", "id", "status", "roles", "role")
	k.aliases, k.check = emailAliases(), checkUserRef
	return k.read(data)
}

// ReadRoles parses a file of roles: a name or an ID on each line, CSV with the column
// name, or JSON objects, also as lists of roles are printed.
func ReadRoles(data []byte) ([]Ref, []InputError) {
	k := refs("name", "id", "displayname", "kind", "description", "permissions", "resources", "updatedat")
	k.aliases, k.whole = map[string]string{"role": "name", "rolename": "name"}, true
	k.check = func(text string) string {
		if odd := spelling.Unseen(text); odd != "" {
			return odd + " is not allowed in a name"
		}
		return ""
	}
	return k.read(data)
}

// ReadMembers is Read for people who are in the organization, whom an ID names too.
func ReadMembers(data []byte) ([]Entry, []InputError) {
	return people(checkUserRef).read(data)
}

// refs is the format of rows that name something by a column, or by a word. What the
// other columns of a list contain is ignored.
func refs(key string, others ...string) refFormat {
	return refFormat{rowFormat: rowFormat[Ref]{key: key, columns: append([]string{key}, others...), object: key}}
}

// refFormat is the format of rows with one name each. check returns what is wrong with
// a name, or "".
type refFormat struct {
	rowFormat[Ref]

	check func(text string) string
}

func (k refFormat) read(data []byte) ([]Ref, []InputError) {
	ref := func(line int, text string) (Ref, string) {
		text = strings.TrimSpace(text)
		if fault := checkRef(k.key, text); fault != "" {
			return Ref{}, fault
		}
		return Ref{line, text}, k.check(text)
	}
	k.word = ref
	k.cells = func(line int, columns, cells []string) (Ref, string) {
		if i := slices.Index(columns, k.key); i < len(cells) {
			return ref(line, cells[i])
		}
		return ref(line, "")
	}
	k.json = func(line int, decode func(any) error) (Ref, string) {
		var object map[string]json.RawMessage
		if decode(&object) != nil {
			return Ref{}, ""
		}
		text := ""
		for key, value := range object {
			if strings.EqualFold(key, k.key) && json.Unmarshal(value, &text) != nil {
				return Ref{}, k.key + " is not a string"
			}
		}
		return ref(line, text)
	}
	return k.rowFormat.read(data)
}

// checkRef refuses an empty name, and a secret in its place, which an error about the
// name would show.
func checkRef(key, text string) string {
	switch {
	case text == "":
		return "no " + key
	case secret.LooksLikeToken(text):
		return "found a whole token instead of " + key
	}
	return ""
}

// checkUserRef returns why a text is neither an address nor an ID, or "".
func checkUserRef(text string) string {
	if devops.LooksLikeID(text) {
		return ""
	}
	return spelling.NoAddress(text)
}
