package output

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// rawJSON is a compact JSON array, object or unusual number.
type rawJSON []byte

// normalizer converts values of columns to nil, bool, int64, float64, string,
// time.Time, []string or rawJSON, and keeps the first error.
type normalizer struct {
	buf     bytes.Buffer
	encoder *json.Encoder
	err     error
}

func (n *normalizer) value(v any) any {
	switch v := v.(type) {
	case nil, string, bool, int64:
		return v
	case int:
		return int64(v)
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v
		}
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return v
	case *time.Time:
		if v == nil || v.IsZero() {
			return nil
		}
		return *v
	case []string:
		return v
	}
	return n.encode(v)
}

// encode uses encoding/json, so that types that hide their content stay hidden.
func (n *normalizer) encode(v any) any {
	if n.encoder == nil {
		n.encoder = json.NewEncoder(&n.buf)
		n.encoder.SetEscapeHTML(false)
	}
	n.buf.Reset()
	if err := n.encoder.Encode(v); err != nil {
		n.err = cmp.Or(n.err, err)
		return nil
	}
	b := bytes.TrimSuffix(n.buf.Bytes(), []byte("\n"))
	switch {
	case string(b) == "null":
		if reflect.ValueOf(v).Kind() == reflect.Slice {
			return rawJSON("[]")
		}
		return nil
	case string(b) == "true" || string(b) == "false":
		return string(b) == "true"
	case b[0] == '"':
		return unquote(b)
	case b[0] == '[' || b[0] == '{':
		return rawJSON(bytes.Clone(b))
	}
	if i, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		return i
	}
	return rawJSON(bytes.Clone(b))
}

func unquote(b []byte) string {
	if bytes.IndexByte(b, '\\') < 0 {
		return string(b[1 : len(b)-1])
	}
	var s string
	_ = json.Unmarshal(b, &s) // b comes from an encoder
	return s
}

// text returns the text of a normalized value, not yet sanitized.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, ", ")
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return string(appendFloat(nil, v))
	case rawJSON:
		return string(v)
	}
	return ""
}

// appendFloat writes numbers like encoding/json.
func appendFloat(b []byte, f float64) []byte {
	text, _ := json.Marshal(f) // neither NaN nor infinite
	return append(b, text...)
}

// leaves returns the texts of all strings, numbers and booleans in a value.
func (r rawJSON) leaves() []string {
	var all []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, element := range v {
				walk(element)
			}
		case map[string]any:
			for _, element := range v {
				walk(element)
			}
		case json.Number:
			all = append(all, v.String())
		default:
			all = append(all, text(v))
		}
	}
	v, err := decode(r)
	if err != nil {
		return nil
	}
	walk(v)
	return all
}

func decode(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// sortKey compares values of one column, which have the same type or are unset.
type sortKey struct {
	value  any
	folded string // lower-case text, for values without a better order
}

func newSortKey(v any) sortKey {
	switch v := v.(type) {
	case nil, bool, int64, float64, time.Time:
		return sortKey{value: v}
	}
	return sortKey{v, strings.ToLower(text(v))}
}

func (k sortKey) unset() bool { return k.value == nil }

func (k sortKey) compare(other sortKey) int {
	switch a := k.value.(type) {
	case nil:
		if other.value == nil {
			return 0
		}
		return 1
	case bool:
		if b, ok := other.value.(bool); ok {
			return cmp.Compare(rank(a), rank(b))
		}
	case int64:
		if b, ok := other.value.(int64); ok {
			return cmp.Compare(a, b)
		}
	case float64:
		if b, ok := other.value.(float64); ok {
			return cmp.Compare(a, b)
		}
	case time.Time:
		if b, ok := other.value.(time.Time); ok {
			return a.Compare(b)
		}
	}
	if other.value == nil {
		return -1
	}
	return cmp.Or(strings.Compare(k.folded, other.folded), strings.Compare(text(k.value), text(other.value)))
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}
