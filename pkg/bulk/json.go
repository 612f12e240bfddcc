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

var errMore = errors.New("there is more after the object")

// explain says for people what the decoder finds wrong with a line.
func explain(err error, line string) string {
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		at := min(max(int(wrong.Offset)-1, 0), len(line))
		for at > 0 && at < len(line) && !utf8.RuneStart(line[at]) { // releases of encoding/json count the first or the last byte
			at--
		}
		return fmt.Sprintf("it is no JSON from character %d on", utf8.RuneCountInString(line[:at])+1)
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		what, _, _ := strings.Cut(wrong.Value, " ") // a number is named after that word
		field, is, wants := textfile.Field(wrong), kindOf(what), wanted(wrong.Type)
		if field == "" {
			return "it is " + is
		}
		return fmt.Sprintf("%q has %s where %s belongs", field, is, wants)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "it does not end on this line"
	}
	if key, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return "it has the key " + key
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func kindOf(value string) string {
	switch value {
	case "string":
		return "a text"
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	}
	return "a number"
}

func wanted(t reflect.Type) string {
	if t.Kind() == reflect.Slice {
		return "a list"
	}
	return "a text"
}
