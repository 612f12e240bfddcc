package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// description is one of the two published files.
type description struct {
	Operations map[string]json.RawMessage // parsed when a request needs them: there are 200
	Types      map[string]*lazySchema
}

// operation describes a method and a path. Responses are keyed by status, which
// may be 5XX.
type operation struct {
	query        map[string]member
	body         map[string]schema // by media type
	bodyRequired bool              // the body is required
	answers      map[string]map[string]schema
}

// parseOperation parses the format of testdata/openapi/README.md.
func parseOperation(text []byte) (o operation, err error) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return o, err
	}
	o.answers = map[string]map[string]schema{}
	for key, part := range parts {
		switch key {
		case "query":
			var q schema
			err = json.Unmarshal(part, &q)
			o.query = q.members
		case "body", "body*":
			o.bodyRequired = key == "body*"
			err = json.Unmarshal(part, &o.body)
		default:
			var content map[string]schema
			err = json.Unmarshal(part, &content)
			for status := range strings.FieldsSeq(key) {
				o.answers[status] = content
			}
		}
		if err != nil {
			return o, fmt.Errorf("%s: %w", key, err)
		}
	}
	return o, nil
}

// find returns the operation of a request: the matching one with the fewest
// path parameters.
func (d description) find(method, path string) (name string, text json.RawMessage, found bool) {
	segments := split(path)
	best, fewest := "", len(segments)+1
	for name := range d.Operations {
		verb, pattern, _ := strings.Cut(name, " ")
		if values, fits := matchPath(split(pattern), segments); verb == method && fits && values < fewest {
			best, fewest = name, values
		}
	}
	return best, d.Operations[best], best != ""
}

// split returns the segments of a path, starting with the version.
func split(path string) []string {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if segments[0] != "v2" && segments[0] != "v3" {
		segments = slices.Insert(segments, 0, "v2")
	}
	return segments
}

// matchPath reports whether a path matches a pattern, and its number of path
// parameters.
func matchPath(pattern, segments []string) (values int, fits bool) {
	if len(pattern) != len(segments) {
		return 0, false
	}
	for i, p := range pattern {
		switch {
		case strings.HasPrefix(p, "{"):
			values++
		case p != segments[i]:
			return 0, false
		}
	}
	return values, true
}

// request returns the contradictions in a request.
func (d description) request(o operation, x Exchange) []string {
	found := d.parameters(o, x.Query)
	switch {
	case len(x.RequestBody) > 0 && len(o.body) == 0:
		return append(found, "request body not described")
	case len(x.RequestBody) > 0:
		return append(found, d.content(o.body, "request", x.RequestType, x.RequestBody)...)
	case o.bodyRequired:
		return append(found, "request body missing")
	}
	return found
}

func (d description) parameters(o operation, query url.Values) []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		m, known := o.query[name]
		if !known {
			found = append(found, fmt.Sprintf("request ?%s not described", name))
			continue
		}
		for _, text := range query[name] {
			found = append(found, d.check(m.element(), value(m.element(), text), "request ?"+name)...)
		}
	}
	for name, m := range o.query {
		if m.required && !query.Has(name) {
			found = append(found, fmt.Sprintf("request ?%s missing", name))
		}
	}
	return found
}

// value parses a text as the expected type, if possible.
func value(s schema, text string) any {
	switch s.name {
	case "integer", "number":
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	case "boolean":
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	}
	return text
}

// answer returns the contradictions in a response.
func (d description) answer(o operation, x Exchange) []string {
	status := strconv.Itoa(x.Status)
	content, found := o.answers[status]
	if !found {
		content, found = o.answers[status[:1]+"XX"]
	}
	path := "answer " + status
	switch {
	case !found:
		return []string{path + " not described"}
	case len(x.AnswerBody) > 0 && len(content) == 0:
		return []string{path + " body not described"}
	case len(x.AnswerBody) > 0:
		return d.content(content, path, x.AnswerType, x.AnswerBody)
	case len(content) > 0 && x.Status != http.StatusNoContent && x.Method != http.MethodHead:
		return []string{path + " body missing"}
	}
	return nil
}

// content returns the contradictions in a body.
func (d description) content(described map[string]schema, path, kind string, body []byte) []string {
	media, _, _ := mime.ParseMediaType(kind)
	s, found := described[media]
	if !found {
		return []string{fmt.Sprintf("%s type %q not described", path, media)}
	}
	if !strings.HasSuffix(media, "json") {
		return nil
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return []string{path + " is no JSON"}
	}
	return d.check(s, v, path+" ")
}
