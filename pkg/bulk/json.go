package bulk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/astra-admin/astra/pkg/textfile"
)

var errMore = errors.New("unexpected text after the object")

// explain describes an error of the JSON decoder in a line.
func explain(err error, line string) string {
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		at := min(max(int(wrong.Offset)-1, 0), len(line))
		for at > 0 && at < len(line) && !utf8.RuneStart(line[at]) { // versions of encoding/json count the first or the last byte
			at--
		}
		return fmt.Sprintf("invalid JSON at character %d", utf8.RuneCountInString(line[:at])+1)
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		what, _, _ := strings.Cut(wrong.Value, " ") // numbers are followed by their value
		field, is, wants := textfile.Field(wrong), kindOf(what), typeName(wrong.Type)
		if field == "" {
			return "got " + is
		}
		return fmt.Sprintf("%q has %s instead of %s", field, is, wants)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "object does not end on this line"
	}
	if key, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return "unknown key " + key
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func kindOf(value string) string {
	switch value {
	case "string":
		return "a string"
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	}
	return "a number"
}

func typeName(t reflect.Type) string {
	switch t.Kind() { //nolint:exhaustive // the other types are not used
	case reflect.Slice:
		return "a list"
	case reflect.Bool:
		return "true or false"
	}
	return "a string"
}
