package plan

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/suggest"
	"github.com/astra-admin/astra/pkg/textfile"
)

// decoder reads values of one file from YAML nodes and collects all problems.
type decoder struct {
	path     string
	problems []Problem
}

func (d *decoder) position(n *yaml.Node) Position { return Position{d.path, n.Line, n.Column} }

func (d *decoder) fail(n *yaml.Node, format string, args ...any) {
	d.problems = append(d.problems, Problem{Position: d.position(n), Why: fmt.Sprintf(format, args...)})
}

// document parses a file of one YAML document, and returns its root. It returns nil after
// a problem.
func (d *decoder) document(data []byte) *yaml.Node {
	if len(data) > MaxSize {
		d.fail(&yaml.Node{}, "the file is larger than 8 MiB")
		return nil
	}
	text, err := textfile.Decode(data)
	if wrong, ok := errors.AsType[*textfile.Error](err); ok {
		d.fail(at(wrong.Line), "%s", wrong.Why)
		return nil
	}
	if d.findSecrets(text) {
		return nil
	}
	reader := yaml.NewDecoder(strings.NewReader(text))
	var doc, more yaml.Node
	if err := reader.Decode(&doc); errors.Is(err, io.EOF) {
		d.fail(at(1), "the file is empty")
		return nil
	} else if err != nil {
		d.syntax(text, err)
		return nil
	}
	if err := reader.Decode(&more); err == nil {
		d.fail(&more, "only one YAML document is allowed in a file")
		return nil
	} else if !errors.Is(err, io.EOF) {
		d.syntax(text, err)
		return nil
	}
	root := doc.Content[0]
	if (&sizes{known: map[*yaml.Node]int{}}).of(root) > 2*len(text)+MaxExpansion {
		d.fail(root, "the aliases of this file expand to more than 1 MiB")
		return nil
	}
	found := len(d.problems)
	d.checkNodes(root)
	if slices.ContainsFunc(d.problems[found:], func(p Problem) bool { return p.Why == secretFound }) {
		d.problems = slices.DeleteFunc(d.problems, func(p Problem) bool { return p.Why != secretFound })
		return nil
	}
	return root
}

func at(line int) *yaml.Node { return &yaml.Node{Line: line, Column: min(line, 1)} }

const secretFound = "this looks like an application token; a file must not contain a secret: remove it, then revoke the token"

// findSecrets reports tokens of a text, also in comments and in encoded form.
func (d *decoder) findSecrets(text string) bool {
	count := len(d.problems)
	for i, line := range strings.Split(text, "\n") {
		if secret.LooksLikeToken(line) {
			d.fail(&yaml.Node{Line: i + 1, Column: 1}, secretFound)
		}
	}
	if len(d.problems) > count {
		return true
	}
	found, err := secret.Find([]byte(text))
	if err != nil || len(found.Tokens)+len(found.Pieces) == 0 {
		return false
	}
	line := 1
	for _, lines := range secret.Locate([]byte(text), found.Tokens) {
		if len(lines) > 0 && (line == 1 || lines[0].First < line) {
			line = lines[0].First
		}
	}
	d.fail(at(line), secretFound)
	return true
}

// syntax reports an error of the YAML parser, which may be about the end of the text.
func (d *decoder) syntax(text string, err error) {
	why := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(why); m != nil {
		line, _ = strconv.Atoi(m[1])
		line = min(line, strings.Count(strings.TrimRight(text, "\n"), "\n")+1)
		why = strings.TrimPrefix(why, m[0])
	}
	d.fail(at(line), "this is not valid YAML: %s", why)
}

// sizes computes how large nodes are when their aliases are expanded. A node that contains
// itself is larger than any limit.
type sizes struct{ known map[*yaml.Node]int }

func (s *sizes) of(n *yaml.Node) int {
	if n.Kind == yaml.AliasNode {
		return s.of(n.Alias)
	}
	if size, found := s.known[n]; found {
		return size
	}
	const tooLarge = 4 * MaxSize
	s.known[n] = tooLarge // while it is not complete
	size := 1 + len(n.Value)
	for _, child := range n.Content {
		size = min(size+s.of(child), tooLarge)
	}
	s.known[n] = size
	return size
}

// checkNodes refuses ambiguous content: duplicate and merge keys, tags, and tokens that
// are only visible without escapes.
func (d *decoder) checkNodes(n *yaml.Node) {
	if n.Style&yaml.TaggedStyle != 0 && !strings.HasPrefix(n.ShortTag(), "!!") {
		d.fail(n, "tags are not supported")
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if secret.LooksLikeToken(n.Value) {
			d.fail(n, secretFound)
		}
	case yaml.MappingNode:
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			switch {
			case key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge":
				d.fail(key, "merge keys are not supported; write the keys themselves")
			case key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str":
				d.fail(key, "a key must be text")
			case seen[key.Value]:
				d.fail(key, "duplicate key %q", key.Value)
			}
			seen[key.Value] = true
		}
	case yaml.DocumentNode, yaml.SequenceNode, yaml.AliasNode:
	}
	for _, child := range n.Content {
		d.checkNodes(child)
	}
}

// resolve returns the node that an alias stands for, at the position of the alias.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.AliasNode {
		return n
	}
	target := *n.Alias
	target.Line, target.Column = n.Line, n.Column
	return &target
}

// later has keys of the format that this version of the program refuses.
func later() map[string]string {
	return map[string]string{
		"variables": "variables are not supported in this version of astra; write the values themselves",
		"until":     "until is not supported in this version of astra: roles cannot end on a day",
		"to":        "to is not supported in this version of astra: tokens cannot be made from a file; generate them with: astra token generate",
	}
}

// mapping reads a mapping with these fields. A key of others is refused with its reason.
func (d *decoder) mapping(n *yaml.Node, label string, fields []field, others map[string]string) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s must be a mapping of keys to values", label)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str" || seen[key.Value] {
			continue // reported by checkNodes
		}
		seen[key.Value] = true
		f := slices.IndexFunc(fields, func(f field) bool { return f.key == key.Value })
		switch why, refused := others[key.Value]; {
		case refused:
			d.fail(key, "%s", why)
		case f < 0:
			d.fail(key, "unknown key %q in %s%s", key.Value, label, nearest(key.Value, keys(fields)))
		case isNull(resolve(value)):
			d.fail(value, "%s has no value: remove the key, or write one", key.Value)
		default:
			fields[f].read(value)
		}
	}
}

func keys(fields []field) []string {
	var all []string
	for _, f := range fields {
		all = append(all, f.key)
	}
	return all
}

// nearest suggests a word in place of an unknown one.
func nearest(word string, known []string) string {
	near := suggest.Nearest(word, known)
	if len(near) == 0 {
		return "; use one of: " + strings.Join(known, ", ")
	}
	return fmt.Sprintf("; did you mean %s?", strings.Join(near, " or "))
}

// list reads each element of a list.
func (d *decoder) list(n *yaml.Node, label string, read func(*yaml.Node)) {
	n = resolve(n)
	if n.Kind != yaml.SequenceNode {
		d.fail(n, "%s must be a list", label)
		return
	}
	for _, element := range n.Content {
		read(element)
	}
}

// texts reads a list of different texts. It is never nil.
func (d *decoder) texts(n *yaml.Node, label string, same func(a, b string) bool) []string {
	all := []string{}
	d.list(n, label, func(element *yaml.Node) {
		text, ok := d.text(element, "an element of "+label)
		switch {
		case !ok:
		case slices.ContainsFunc(all, func(other string) bool { return same(text, other) }):
			d.fail(element, "duplicate %q in %s", text, label)
		default:
			all = append(all, text)
		}
	})
	return all
}

// text returns a value that is a string in every version of YAML: no, 007 and 1e3 would
// be read as something else.
func (d *decoder) text(n *yaml.Node, label string) (string, bool) {
	n = resolve(n)
	switch {
	case n.Kind != yaml.ScalarNode:
		d.fail(n, "%s must be text", label)
	case n.ShortTag() != "!!str", n.Style == 0 && isBoolean(n.Value):
		d.fail(n, "%s must be text: put it in quotes", label)
	case n.Value == "":
		d.fail(n, "%s is empty", label)
	default:
		return n.Value, true
	}
	return "", false
}

// isBoolean reports whether a plain scalar is a boolean in YAML 1.1.
func isBoolean(value string) bool {
	return slices.Contains([]string{"y", "n", "yes", "no", "on", "off"}, strings.ToLower(value))
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// oneOf returns one of some words.
func (d *decoder) oneOf(n *yaml.Node, label string, words []string) string {
	n = resolve(n)
	if n.Kind == yaml.ScalarNode && slices.Contains(words, n.Value) {
		return n.Value
	}
	if n.Kind != yaml.ScalarNode {
		d.fail(n, "%s must be one of: %s", label, strings.Join(words, ", "))
		return ""
	}
	d.fail(n, "%s cannot be %q%s", label, n.Value, nearest(n.Value, words))
	return ""
}

// boolean returns true or false, which must be written so.
func (d *decoder) boolean(n *yaml.Node, label string) *bool {
	n = resolve(n)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || n.Value != "true" && n.Value != "false" {
		d.fail(n, "%s must be true or false", label)
		return nil
	}
	value := n.Value == "true"
	return &value
}

// number returns a whole number of at least 1.
func (d *decoder) number(n *yaml.Node, label, text string) int {
	value, err := strconv.ParseUint(text, 10, 31)
	if err != nil || value == 0 || text[0] == '+' {
		d.fail(n, "%s must be a whole number of at least 1", label)
	}
	return int(value)
}

// parameterPrefix marks the API parameter of a permission that has neither a name in the
// catalog nor the form of one.
const parameterPrefix = "parameter:"

// permission returns the API parameter of a permission. The service may know more
// parameters than the catalog.
func (d *decoder) permission(n *yaml.Node) (string, bool) {
	text, ok := d.text(n, "a permission")
	if !ok {
		return "", false
	}
	p, err := parsePermission(text)
	if err != nil {
		d.fail(n, "%v", err)
	}
	return p, err == nil
}

func parsePermission(text string) (string, error) {
	if parameter, found := strings.CutPrefix(text, parameterPrefix); found {
		return parameter, nil
	}
	p, err := iam.FindPermission(text)
	if err != nil && isParameter(text) {
		return text, nil
	}
	return p.Parameter, err
}

const unknownParameter = `^[a-z]+(-[a-z0-9]+)+$`

// isParameter reports whether text has the form of an API parameter and is no misspelling
// of a known one.
func isParameter(text string) bool {
	var known []string
	for _, p := range iam.Permissions() {
		known = append(known, p.Parameter)
	}
	return regexp.MustCompile(unknownParameter).MatchString(text) && len(suggest.Nearest(text, known)) == 0
}
