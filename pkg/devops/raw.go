package devops

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// RawService sends requests that no other service describes.
type RawService service

// RawRequest is a request to a path of the API.
type RawRequest struct {
	Method   string // one of RawMethods
	Path     string // of ParsePath
	Query    url.Values
	Body     json.RawMessage // nil for none
	Redacted any             // Body without its secrets, for Config.Before
}

// RawResponse is a response with a 2xx status.
type RawResponse struct {
	Status int
	Body   []byte
}

// StatusText returns the number and the name of the status.
func (r RawResponse) StatusText() string {
	return strings.TrimSpace(strconv.Itoa(r.Status) + " " + http.StatusText(r.Status))
}

// RawMethods returns the methods of the API.
func RawMethods() []string {
	return []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
}

// Changes reports whether the method may change something.
func (r RawRequest) Changes() bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }

// ParsePath returns the path and the query of a text such as databases?limit=5,
// with /v2 in front unless it has a version. The error wraps ErrURL. It refuses
// everything that could mean another host, or another path to a gateway than to
// the service: absolute addresses, dot segments, backslashes, and escaped slashes,
// dots, percent signs and control characters.
func ParsePath(text string) (path string, query url.Values, err error) {
	raw, rawQuery, _ := strings.Cut(text, "?")
	fault := ""
	switch decoded, decodeErr := url.PathUnescape(raw); {
	case raw == "" || raw == "/":
		fault = "the path is empty"
	case strings.Contains(raw, "://"):
		fault = "the path contains an address; give only the part after the host"
	case strings.Contains(raw, "//"):
		fault = "the path contains an empty segment"
	case strings.Contains(text, "#"):
		fault = "the path contains a fragment"
	case !isPrintable(text):
		fault = "the path contains a space or a character that must be percent-encoded"
	case strings.ContainsAny(raw, `\<>"^|`+"`"):
		fault = "the path contains a character that must be percent-encoded"
	case strings.ContainsAny(raw, "{}"):
		fault = "the path contains a placeholder; replace it with an ID"
	case decodeErr != nil:
		fault = "the path has an invalid escape"
	case strings.ContainsAny(decoded, `%\`) || strings.Count(decoded, "/") != strings.Count(raw, "/") || strings.ContainsFunc(decoded, func(r rune) bool { return r < ' ' || r == 0x7f }):
		fault = "the path escapes a character that is not allowed in it"
	case slices.ContainsFunc(strings.Split(decoded, "/"), isDots):
		fault = "the path contains a dot segment"
	}
	if fault != "" {
		return "", nil, fmt.Errorf("%w: %s", ErrURL, fault)
	}
	if query, err = url.ParseQuery(rawQuery); err != nil {
		return "", nil, fmt.Errorf("%w: malformed query", ErrURL)
	}
	if path = "/" + strings.TrimPrefix(raw, "/"); !regexp.MustCompile(`^/v[0-9]+(/|$)`).MatchString(path) {
		path = "/v2" + path
	}
	return path, query, nil
}

// isDots reports whether a segment is . or .., also with parameters as of some
// gateways.
func isDots(segment string) bool {
	segment, _, _ = strings.Cut(segment, ";")
	segment = strings.TrimSpace(segment)
	return segment == "." || segment == ".."
}

// CreatesCredential reports whether a request may create a credential, whose secret
// the response shows only once. It recognizes paths in any spelling, and takes a
// segment for a name only where the API has one: a keyspace of a database, and a
// table of it.
func (r RawRequest) CreatesCredential() bool {
	if !r.Changes() || r.Method == http.MethodDelete {
		return false
	}
	decoded, err := url.PathUnescape(r.Path)
	if err != nil {
		return true
	}
	segments := strings.Split(strings.Trim(decoded, "/"), "/")
	if len(segments) > keyspaceName && segments[1] == "databases" && segments[keyspaceName-1] == "keyspaces" {
		name := keyspaceName
		if len(segments) > name+2 && segments[name+1] == "tables" {
			segments[name+2] = ""
		}
		segments[name] = ""
	}
	creates := regexp.MustCompile(`(?i)^\s*(clientidsecrets?|tokens?|authenticateserviceaccount|auth)([^a-z]|$)`)
	return slices.ContainsFunc(segments, creates.MatchString) || endsInCredential(segments)
}

// keyspaceName is the position of the name in vN/databases/ID/keyspaces/NAME.
const keyspaceName = 4

// endsInCredential reports whether the last segment is a word for credentials, or
// ends in one: apiTokens, db-secret.
func endsInCredential(segments []string) bool {
	return regexp.MustCompile(`(?i)(token|secret|api[^a-z]*key)s?[^a-z]*([;.].*)?$`).MatchString(segments[len(segments)-1])
}

// Do sends a request. A request that may change something is never repeated once
// the service may have received it.
func (s *RawService) Do(ctx context.Context, r RawRequest) (RawResponse, error) {
	a, err := s.client.do(ctx, r.call())
	return RawResponse{a.status, a.body}, err
}

func (r RawRequest) call() call {
	k := call{method: r.Method, path: r.Path, query: r.Query, redacted: r.Redacted, retry: safe}
	if r.Changes() {
		k.retry, k.literal = atMostOnce, true
	}
	if r.Body != nil {
		k.body = r.Body
	}
	return k
}

// HasPages reports whether the response may be one page of a list that continues
// with starting_after. The list of databases is the only one.
func (r RawRequest) HasPages() bool {
	return r.Method == http.MethodGet && strings.TrimSuffix(r.Path, "/") == "/v2/databases"
}

// All returns all pages of a list as one JSON array.
func (s *RawService) All(ctx context.Context, r RawRequest) (RawResponse, error) {
	const pageSize = 100 // the API's maximum
	size := pageSize
	if n, err := strconv.Atoi(r.Query.Get("limit")); err == nil && n > 0 {
		size = min(n, pageSize)
	}
	all := pages(func(after string) ([]json.RawMessage, string, int, error) {
		page := r
		page.Query = url.Values{}
		maps.Copy(page.Query, r.Query)
		page.Query.Set("limit", strconv.Itoa(size))
		if after != "" {
			page.Query.Set("starting_after", after)
		}
		a, err := s.client.do(ctx, page.call())
		if err != nil {
			return nil, "", 0, err
		}
		var list []json.RawMessage
		if err := decode(a.body, &list); err != nil {
			return nil, "", 0, s.client.invalidResponse(page.call(), a, "a page of the list is not a JSON array")
		}
		last := ""
		if len(list) >= size {
			if last = idOf(list[len(list)-1]); last == "" {
				return nil, "", 0, s.client.invalidResponse(page.call(), a, "the last element of a page has no ID")
			}
		}
		return list, last, len(a.body), nil
	})
	list, err := Collect(all)
	if err != nil {
		return RawResponse{}, err
	}
	body, err := json.Marshal(list)
	return RawResponse{http.StatusOK, body}, err
}

// idOf returns the ID by which the next page is requested, or "".
func idOf(element json.RawMessage) string {
	var object struct{ ID string }
	if json.Unmarshal(element, &object) != nil {
		return ""
	}
	return object.ID
}
