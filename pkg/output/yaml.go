package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// yamlBatch is the number of rows encoded at a time: their nodes take many times
// the memory of the text.
const yamlBatch = 10

func (s *dataset) yaml() ([]byte, error) {
	if !s.list {
		return appendYAML(nil, s.yamlRow(0))
	}
	var b []byte
	for first := 0; s.err == nil && (first == 0 || first < s.rows); first += yamlBatch {
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for row := first; row < min(first+yamlBatch, s.rows); row++ {
			list.Content = append(list.Content, s.yamlRow(row))
		}
		var err error
		if b, err = appendYAML(b, list); err != nil {
			return nil, err
		}
		b = s.spill(b)
	}
	return b, nil
}

func appendYAML(b []byte, n *yaml.Node) ([]byte, error) {
	var text bytes.Buffer
	e := yaml.NewEncoder(&text)
	e.SetIndent(2)
	if err := e.Encode(n); err != nil {
		return nil, err
	}
	if err := e.Close(); err != nil {
		return nil, err
	}
	return append(b, escapeYAML(text.Bytes())...), nil
}

func (s *dataset) yamlRow(row int) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for column, key := range s.keys {
		n.Content = append(n.Content, yamlString(key), yamlValue(s.value(row, column)))
	}
	return n
}

// yamlValue returns the node of a normalized value.
func yamlValue(v any) *yaml.Node {
	switch v := v.(type) {
	case string:
		return yamlString(v)
	case bool:
		return yamlScalar(strconv.FormatBool(v))
	case int64:
		return yamlScalar(strconv.FormatInt(v, 10))
	case float64:
		return yamlScalar(string(appendFloat(nil, v)))
	case time.Time:
		return yamlString(text(v))
	case []string:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, element := range v {
			n.Content = append(n.Content, yamlString(element))
		}
		return n
	case rawJSON:
		d := json.NewDecoder(bytes.NewReader(v))
		d.UseNumber()
		return yamlJSON(d)
	}
	return yamlScalar("null")
}

// yamlJSON returns the node of the next JSON value, with object keys in order.
// d reads the output of an encoder.
func yamlJSON(d *json.Decoder) *yaml.Node {
	token, _ := d.Token()
	switch v := token.(type) {
	case json.Delim:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		if v == '{' {
			n.Kind = yaml.MappingNode
		}
		for d.More() {
			n.Content = append(n.Content, yamlJSON(d)) // in an object, keys and values alternate
		}
		_, _ = d.Token() // the closing bracket
		return n
	case json.Number:
		return yamlScalar(v.String())
	}
	return yamlValue(token)
}

// yamlScalar returns a plain scalar.
func yamlScalar(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }

// yamlString returns the node of a string, which the library quotes where its
// own parser needs it. Other parsers, and people, need quotes in more cases.
func yamlString(s string) *yaml.Node {
	s = string([]rune(s)) // invalid UTF-8 becomes U+FFFD, as in JSON
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	first, _ := utf8.DecodeRuneInString(s)
	id := len(s) == 36 && s[8] == '-' && s[13] == '-'
	older := []string{"y", "n", "yes", "no", "on", "off"} // booleans of YAML 1.1
	switch {
	case !unicode.IsLetter(first) && (!id || !unicode.IsDigit(first)), // 12:30 is a number in YAML 1.1
		len(s) <= len("off") && slices.Contains(older, strings.ToLower(s)),
		strings.ContainsFunc(s, isEscaped):
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// isEscaped reports whether a character is escaped, which requires quotes.
func isEscaped(r rune) bool { return r == utf8.RuneError || isHidden(r) }

// escapeYAML escapes invisible characters that the library prints. yamlString
// has quoted their strings.
func escapeYAML(text []byte) []byte {
	escaped := func(r rune) bool { return r >= utf8.RuneSelf && isEscaped(r) }
	if bytes.IndexFunc(text, escaped) < 0 {
		return text
	}
	b := make([]byte, 0, len(text)+len(text)/8)
	for _, r := range string(text) {
		switch {
		case !escaped(r):
			b = utf8.AppendRune(b, r)
		case r > 0xffff:
			b = fmt.Appendf(b, `\U%08x`, r)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return b
}
