package devops

import (
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"strings"
)

// NormalizeURL returns the canonical form of an API root, in which it is stored
// and to which a token is bound: scheme and host in lower case, without default
// port, /v2 and trailing slash. Anything but a plain https URL is ErrURL; http
// is accepted only for this machine. The error never quotes the URL, which may
// contain a password.
func NormalizeURL(s string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: malformed URL", ErrURL)
	case u.User != nil:
		return "", fmt.Errorf("%w: it contains a user name or password", ErrURL)
	case u.Opaque != "" || u.Host == "" || u.Hostname() == "":
		return "", fmt.Errorf("%w: missing host; use the form %s", ErrURL, DefaultURL)
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(s, "#"):
		return "", fmt.Errorf("%w: it has a query or a fragment", ErrURL)
	case !isPrintable(u.Host) || strings.ContainsAny(u.Host, `%\`):
		return "", fmt.Errorf("%w: invalid host name", ErrURL)
	case u.RawPath != "" || strings.ContainsAny(u.Path, `%\`):
		return "", fmt.Errorf("%w: the path has escaped characters", ErrURL)
	}
	host := strings.TrimSuffix(strings.ToLower(u.Host), ":")
	switch u.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		if !isLoopback(u.Hostname()) {
			return "", fmt.Errorf("%w: the token would be sent unencrypted; use https", ErrURL)
		}
		host = strings.TrimSuffix(host, ":80")
	default:
		return "", fmt.Errorf("%w: it does not start with https://", ErrURL)
	}
	root := strings.TrimRight(u.Path, "/")
	if root != "" && path.Clean(root) != root {
		return "", fmt.Errorf("%w: the path is not normalized", ErrURL)
	}
	for strings.HasSuffix(root, "/v2") {
		root = strings.TrimSuffix(root, "/v2")
	}
	return u.Scheme + "://" + host + (&url.URL{Path: root}).EscapedPath(), nil
}

// isLoopback reports whether host is certainly this machine.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || strings.EqualFold(host, "localhost")
}
