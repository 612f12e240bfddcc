package devops

import (
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"strings"
)

// NormalizeURL returns the one form of an API root in which it is stored and
// to which a token is bound: scheme and host in small letters, no default port,
// no /v2, no slash at the end. Everything but a plain https address is ErrURL;
// http is accepted for this machine only. The error never repeats the address,
// because people paste passwords into them.
func NormalizeURL(s string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: it cannot be read", ErrURL)
	case u.User != nil:
		return "", fmt.Errorf("%w: it holds a user name or a password", ErrURL)
	case u.Opaque != "" || u.Host == "" || u.Hostname() == "":
		return "", fmt.Errorf("%w: it has no host; write it like %s", ErrURL, DefaultURL)
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(s, "#"):
		return "", fmt.Errorf("%w: it has a query or a fragment", ErrURL)
	case !printable(u.Host) || strings.ContainsAny(u.Host, `%\`):
		return "", fmt.Errorf("%w: the host has characters that a host name cannot have", ErrURL)
	case u.RawPath != "" || strings.ContainsAny(u.Path, `%\`):
		return "", fmt.Errorf("%w: the path has escaped characters", ErrURL)
	}
	host := strings.TrimSuffix(strings.ToLower(u.Host), ":")
	switch u.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		if !loopback(u.Hostname()) {
			return "", fmt.Errorf("%w: http would show the token to the network; use https", ErrURL)
		}
		host = strings.TrimSuffix(host, ":80")
	default:
		return "", fmt.Errorf("%w: it does not begin with https://", ErrURL)
	}
	root := strings.TrimRight(u.Path, "/")
	if root != "" && path.Clean(root) != root {
		return "", fmt.Errorf("%w: the path is not in its shortest form", ErrURL)
	}
	for strings.HasSuffix(root, "/v2") {
		root = strings.TrimSuffix(root, "/v2")
	}
	return u.Scheme + "://" + host + (&url.URL{Path: root}).EscapedPath(), nil
}

// loopback reports whether host is this machine for certain.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || strings.EqualFold(host, "localhost")
}
