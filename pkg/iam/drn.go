package iam

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Wildcard matches every value of one whole segment of a resource name,
// including future ones.
const Wildcard = "*"

// OrgPlaceholder is the organization in the resources of default roles, which
// are the same in every organization.
const OrgPlaceholder = "__ORG_ID__"

const drnPrefix = "drn:astra:org:"

// ErrDRN reports a text that is not the name of an Astra resource.
var ErrDRN = errors.New("not an Astra resource name")

// DRN is the name of a resource: an organization, one of its databases,
// keyspaces or tables, its streaming tenants or its roles. An empty segment is
// absent. Only ParseDRN guarantees a well-formed DRN.
type DRN struct {
	Org, Database, Keyspace, Table, Stream, Role string
}

// ParseDRN parses a resource name; String returns the same text. The error
// wraps ErrDRN.
func ParseDRN(s string) (DRN, error) {
	rest, found := strings.CutPrefix(s, drnPrefix)
	if !found {
		return DRN{}, fmt.Errorf("%q: %w: it does not start with %q", s, ErrDRN, drnPrefix)
	}
	parts := strings.Split(rest, ":")
	for _, part := range parts {
		if why := invalidReason(part); why != "" {
			return DRN{}, fmt.Errorf("%q: %w: a segment %s", s, ErrDRN, why)
		}
	}
	d, ok := assemble(parts)
	if !ok {
		return DRN{}, fmt.Errorf("%q: %w: expected db, keyspace and table, or stream, or role after the organization, each with a value", s, ErrDRN)
	}
	return d, nil
}

// assemble parses the parts after the prefix: the organization, then pairs of a
// word and a value.
func assemble(parts []string) (DRN, bool) {
	d := DRN{Org: parts[0]}
	var words []string
	for pair := range slices.Chunk(parts[1:], 2) {
		if len(pair) < 2 {
			return DRN{}, false
		}
		words = append(words, pair[0])
		switch strings.Join(words, " ") {
		case "db":
			d.Database = pair[1]
		case "db keyspace":
			d.Keyspace = pair[1]
		case "db keyspace table":
			d.Table = pair[1]
		case "stream":
			d.Stream = pair[1]
		case "role":
			d.Role = pair[1]
		default:
			return DRN{}, false
		}
	}
	return d, true
}

// invalidReason returns why s is not a valid segment, or an empty string.
func invalidReason(s string) string {
	switch {
	case s == "":
		return "is empty"
	case !utf8.ValidString(s):
		return "is not UTF-8"
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }):
		return "contains a space or an invisible character"
	}
	return ""
}

// String returns the name in the service's format.
func (d DRN) String() string {
	var b strings.Builder
	b.WriteString(drnPrefix + d.Org)
	for _, segment := range [][2]string{
		{"db", d.Database}, {"keyspace", d.Keyspace}, {"table", d.Table}, {"stream", d.Stream}, {"role", d.Role},
	} {
		if segment[1] != "" {
			b.WriteString(":" + segment[0] + ":" + segment[1])
		}
	}
	return b.String()
}

// Covers reports whether a grant on d also applies to target. Both must name
// the same kind of resource at the same level: a database does not cover its
// keyspaces. The separation of levels is an assumption; every known policy of
// the service lists each level, and none relies on a higher one.
func (d DRN) Covers(target DRN) bool {
	if d.Org == "" || target.Org == "" {
		return false
	}
	return (d.Org == OrgPlaceholder || matches(d.Org, target.Org)) &&
		matches(d.Database, target.Database) &&
		matches(d.Keyspace, target.Keyspace) &&
		matches(d.Table, target.Table) &&
		matches(d.Stream, target.Stream) &&
		matches(d.Role, target.Role)
}

func matches(segment, target string) bool {
	return segment == target || segment == Wildcard && target != ""
}

// DescribeResource parses a resource of a policy, and reports whether its parts
// can be shown.
func DescribeResource(resource string) (DRN, bool) {
	d, err := ParseDRN(resource)
	return d, err == nil
}

// SubtractResources returns the resources of a list that none of the others covers, each
// once and sorted. Malformed ones are only covered by themselves.
func SubtractResources(resources, others []string) []string {
	left := slices.DeleteFunc(append([]string{}, resources...), func(name string) bool {
		target, ok := DescribeResource(name)
		return slices.Contains(others, name) || ok && slices.ContainsFunc(others, func(other string) bool {
			d, ok := DescribeResource(other)
			return ok && d.Covers(target)
		})
	})
	slices.Sort(left)
	return slices.Compact(left)
}
