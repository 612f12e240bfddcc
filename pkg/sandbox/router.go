package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one endpoint. {name} in its path matches one segment, which the
// handler finds in request.values. A route with an action requires that the
// caller may do it to the organization, or to the database and keyspace of the
// values databaseID and keyspace; without an action the handler decides.
// errorFormat is the format of errors. An open route requires no token: its
// handler authenticates, and may write whatever the method.
type route struct {
	method, path string
	errorFormat  errorFormat
	action       string
	open         bool
	anyOrg       bool // also served to tokens of the other organizations of the enterprise
	reads        bool // changes nothing, despite the method
	enterprise   bool // also served to tokens of the enterprise itself, whose rights the handler checks
	handle       func(*request) (response, error)
}

// endpoints returns all routes, one line for each group and file.
func endpoints() []route {
	return slices.Concat(
		orgRoutes(),
		userRoutes(),
		roleRoutes(),
		tokenRoutes(),
		databaseRoutes(),
		keyspaceRoutes(),
		datacenterRoutes(),
		regionRoutes(),
		bundleRoutes(),
		accessListRoutes(),
		apiAccessRoutes(),
		billingRoutes(),
		keyRoutes(),
		pcuRoutes(),
		cdcRoutes(),
		telemetryRoutes(),
		privateLinkRoutes(),
		streamingRoutes(),
		dataRoutes(),
	)
}

// match returns the route of a request and its path parameters. Clients differ
// in whether their base URL includes /v2, so it is optional. What answers GET
// answers HEAD too.
func (s *Server) match(method string, u *url.URL) (route, map[string]string, bool) {
	found, values, ok := s.find(method, u)
	if !ok && method == http.MethodHead {
		return s.find(http.MethodGet, u)
	}
	return found, values, ok
}

func (s *Server) find(method string, u *url.URL) (route, map[string]string, bool) {
	segments, ok := splitPath(u.EscapedPath())
	if !ok {
		return route{}, nil, false
	}
	for _, r := range s.routes {
		if r.method != method {
			continue
		}
		if values, ok := matchSegments(strings.Split(r.path[1:], "/"), segments); ok {
			return r, values, true
		}
	}
	return route{}, nil, false
}

// splitPath returns the unescaped segments of a path, starting with the
// version. A segment may contain an escaped slash.
func splitPath(path string) ([]string, bool) {
	if !strings.HasPrefix(path, "/") {
		return nil, false
	}
	segments := strings.Split(path[1:], "/")
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil {
			return nil, false
		}
		segments[i] = text
	}
	if segments[0] != "v2" && segments[0] != "v3" {
		segments = slices.Insert(segments, 0, "v2")
	}
	return segments, true
}

func matchSegments(pattern, segments []string) (map[string]string, bool) {
	if len(pattern) != len(segments) {
		return nil, false
	}
	values := map[string]string{}
	for i, p := range pattern {
		switch {
		case strings.HasPrefix(p, "{") && segments[i] != "":
			values[strings.Trim(p, "{}")] = segments[i]
		case p != segments[i]:
			return nil, false
		}
	}
	return values, true
}
