package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
)

const tokenFound = "this looks like an application token, and this file must not contain a secret: remove it, then revoke the token"

// decoder reads values from YAML nodes and keeps the first error. Its messages
// have positions and key names, never values.
type decoder struct {
	path    string
	longest int // maximum size of a text, 0 for no limit
	err     error
}

func (s *decoder) fail(n *yaml.Node, format string, args ...any) {
	if s.err == nil {
		s.err = &Error{Path: s.path, Line: n.Line, Why: fmt.Sprintf(format, args...)}
	}
}

// document parses one YAML document. It returns nil for a file without content.
func (s *decoder) document(data []byte) *yaml.Node {
	for i, line := range bytes.Split(data, []byte("\n")) {
		if secret.LooksLikeToken(string(line)) {
			s.fail(&yaml.Node{Line: i + 1}, tokenFound)
			return nil
		}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if !errors.Is(err, io.EOF) {
			s.fail(&yaml.Node{Line: lineOf(err)}, "this is not valid YAML")
		}
		return nil
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		s.fail(&more, "there is a second YAML document, or the first one is not valid")
		return nil
	}
	root := doc.Content[0]
	s.checkNodes(root)
	if isNull(root) {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		s.fail(root, "this must be a mapping of keys to values")
	}
	return &doc
}

// lineOf returns the line in an error of the YAML parser. The rest of it may
// quote the file.
func lineOf(err error) int {
	if m := regexp.MustCompile(`line (\d+)`).FindStringSubmatch(err.Error()); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// checkNodes refuses ambiguous content below n: aliases, duplicate keys, and escaped
// tokens.
func (s *decoder) checkNodes(n *yaml.Node) {
	switch n.Kind {
	case yaml.AliasNode:
		s.fail(n, "aliases are not supported")
	case yaml.ScalarNode:
		// A plain scalar on one line was checked in the raw text.
		if n.Style != 0 && secret.LooksLikeToken(n.Value) {
			s.fail(n, tokenFound)
		}
	case yaml.DocumentNode, yaml.SequenceNode:
	case yaml.MappingNode:
		seen := make(map[string]bool, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode {
				s.fail(key, "a key must be plain text")
			}
			if seen[key.Value] {
				s.fail(key, "duplicate key")
			}
			seen[key.Value] = true
		}
	}
	for _, child := range n.Content {
		s.checkNodes(child)
	}
}

// mapping calls read for each key of n. A missing value counts as empty.
func (s *decoder) mapping(n *yaml.Node, label string, read func(key, value *yaml.Node)) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		s.fail(n, "%s must be a mapping of keys to values", label)
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		read(n.Content[i], n.Content[i+1])
	}
}

// list calls read for each element of n.
func (s *decoder) list(n *yaml.Node, label string, read func(element *yaml.Node)) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		s.fail(n, "%s must be a list", label)
		return
	}
	for _, element := range n.Content {
		read(element)
	}
}

// text returns the value of n, which must be a string in YAML too: an unquoted
// 007 or 1e5 would change its form.
func (s *decoder) text(n *yaml.Node, label string) string {
	switch {
	case isNull(n):
		return ""
	case n.Kind != yaml.ScalarNode:
		s.fail(n, "%s must be text", label)
	case n.ShortTag() != "!!str":
		s.fail(n, "%s must be text: put it in quotes", label)
	default:
		switch {
		case strings.ContainsFunc(n.Value, isControl):
			s.fail(n, "%s contains a control character", label)
			return ""
		case s.longest > 0 && len(n.Value) > s.longest:
			s.fail(n, "%s is longer than %d KiB", label, s.longest>>10)
			return ""
		}
		return n.Value
	}
	return ""
}

// name returns a valid name of a profile or saved token.
func (s *decoder) name(n *yaml.Node, label string) string {
	text := s.text(n, label)
	if text != "" {
		if err := CheckName(text); err != nil {
			s.fail(n, "%s is %v", label, err)
		}
	}
	return text
}

// identifier returns a text that is safe in a URL or a path.
func (s *decoder) identifier(n *yaml.Node, label string) string {
	text := s.text(n, label)
	if odd := spelling.Foreign(text); odd != "" {
		s.fail(n, "%s has %s", label, odd)
		return ""
	}
	if text != "" && !IsIdentifier(text) {
		s.fail(n, "%s must have only letters, digits, dashes and underscores", label)
		return ""
	}
	return text
}

// texts returns a list of strings.
func (s *decoder) texts(n *yaml.Node, label string) []string {
	var all []string
	s.list(n, label, func(element *yaml.Node) { all = append(all, s.text(element, label)) })
	return all
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func isControl(r rune) bool { return r < 0x20 || 0x7f <= r && r < 0xa0 }
