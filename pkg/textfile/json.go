package textfile

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Field returns the path of the field with a wrong type, without array indexes,
// which not all versions of encoding/json include. It is empty if the whole
// document has the wrong type.
func Field(err *json.UnmarshalTypeError) string {
	parts := strings.Split(err.Field, ".")
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool {
		_, err := strconv.Atoi(part)
		return err == nil
	}), ".")
}
