package sandbox

import (
	"net/url"
	"slices"
	"strings"
)

// route is one endpoint. In its path, {name} stands for one segment, which the
// handler finds in call.values. A route with an action is served only to
// callers who may do it to the organization, or to the database and keyspace
// that the values databaseID and keyspace name; without one, the handler
// decides. shape is that of the endpoint's refusals. To an open route anybody
// may come: its handler looks who it is, and may write whatever the method.
type route struct {
	method, path string
	shape        errorFormat
	action       string
	open         bool
	anyOrg       bool // served to tokens of the other organizations of the enterprise, too
	handle       func(*request) (answer, error)
}

// endpoints lists what is served: one group, one file, one line here.
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
		dataRoutes(),
	)
}

// match finds the route of a request and the values in its path. Clients
// disagree on whether /v2 belongs to their base URL, so it may be missing.
func (s *Server) match(method string, u *url.URL) (route, map[string]string, bool) {
	segments, ok := split(u.EscapedPath())
	if !ok {
		return route{}, nil, false
	}
	for _, r := range s.routes {
		if r.method != method {
			continue
		}
		if values, ok := capture(strings.Split(r.path[1:], "/"), segments); ok {
			return r, values, true
		}
	}
	return route{}, nil, false
}

// split returns the segments of a path, the version first. A segment may hold
// an escaped slash.
func split(path string) ([]string, bool) {
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

func capture(pattern, segments []string) (map[string]string, bool) {
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
