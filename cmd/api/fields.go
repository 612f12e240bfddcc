package api

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
)

// field is one --field. An empty key adds to a list.
type field struct {
	name     string   // as given, for messages
	keys     []string // name, then the keys in brackets
	text     string
	value    any // for JSON
	fromFile bool
	isEmpty  bool // an empty list, without a value
}

// parseFields reads the values of --field, and their files, which only a body may
// have: URLs are logged.
func (in api) parseFields(ctx context.Context, app *cli.App, hasBody bool) ([]field, error) {
	var all []field
	for _, text := range in.fields {
		name, value, found := strings.Cut(text, "=")
		keys := splitName(name)
		isEmpty := !found && strings.HasSuffix(name, "[]")
		if !found && !isEmpty || keys == nil {
			return nil, exit.Usagef("--field is not NAME=VALUE, NAME[KEY]=VALUE or NAME[]=VALUE")
		}
		f := field{name: name, keys: keys, text: value, value: parseValue(value), isEmpty: isEmpty}
		if file, isFile := strings.CutPrefix(value, "@"); isFile {
			if !hasBody {
				return nil, exit.Usagef("--field %s: the text of a file would become part of the URL, which logs and errors show", name).
					WithHint("@FILE requires a method with a body, such as POST")
			}
			content, err := app.ReadText(ctx, "--field", file)
			if err != nil {
				return nil, err
			}
			f.text, f.fromFile = strings.TrimSuffix(content, "\n"), true
			f.value = f.text
		}
		all = append(all, f)
	}
	return all, nil
}

// splitName splits a[b][] into a, b and "", and returns nil for any other form.
func splitName(name string) []string {
	if !regexp.MustCompile(`^[^\[\]]+(\[[^\[\]]*\])*$`).MatchString(name) {
		return nil
	}
	return strings.Split(strings.ReplaceAll(name, "]", ""), "[")
}

// parseValue returns the JSON value of a text.
func parseValue(text string) any {
	switch text {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	if regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`).MatchString(text) {
		return json.Number(text)
	}
	return text
}

// buildTree returns the object of fields.
func buildTree(fields []field) (map[string]any, error) {
	root := map[string]any{}
	for _, f := range fields {
		if err := f.put(root); err != nil {
			return nil, err
		}
	}
	return root, nil
}

// put adds the field to an object.
func (f field) put(object map[string]any) error {
	conflict := exit.Usagef("--field %s: it is already set", f.name)
	for i, key := range f.keys {
		last := i == len(f.keys)-1
		isList := !last && f.keys[i+1] == ""
		old, exists := object[key]
		switch {
		case key == "":
			return exit.Usagef("--field %s: [] must be the last key", f.name)
		case last && exists:
			return conflict
		case last:
			object[key] = f.value
		case isList && i+2 < len(f.keys):
			return exit.Usagef("--field %s: [] must be the last key", f.name)
		case isList:
			list, ok := old.([]any)
			if exists && !ok {
				return conflict
			}
			if f.isEmpty && exists {
				return conflict
			}
			if list == nil {
				list = []any{}
			}
			if !f.isEmpty {
				list = append(list, f.value)
			}
			object[key] = list
			return nil
		default:
			next, ok := old.(map[string]any)
			if exists && !ok {
				return conflict
			}
			if !exists {
				next = map[string]any{}
				object[key] = next
			}
			object = next
		}
	}
	return nil
}

// hideFiles replaces the texts of files, which may be secrets.
func hideFiles(fields []field) []field {
	shown := make([]field, len(fields))
	for i, f := range fields {
		if f.fromFile {
			f.value = hiddenText
		}
		shown[i] = f
	}
	return shown
}
