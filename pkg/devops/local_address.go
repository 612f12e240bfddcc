package devops

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// LocalAddress returns the address from which the service sees this machine, if
// that can be known without a request: when the system would send packets
// to the API from a public address, without a proxy between them. Behind a
// router that translates addresses that is unknown. The name of the service
// is looked up; nothing else is sent.
func LocalAddress(ctx context.Context, apiURL string) (netip.Addr, bool) {
	u, err := url.Parse(apiURL)
	if err != nil || u.Scheme != "https" {
		return netip.Addr{}, false
	}
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u}); err != nil || proxy != nil {
		return netip.Addr{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // for the name
	defer cancel()
	port := u.Port()
	if port == "" {
		port = "443"
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp4", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return netip.Addr{}, false
	}
	defer conn.Close()
	local, err := netip.ParseAddrPort(conn.LocalAddr().String())
	return local.Addr(), err == nil && isPublic(local.Addr())
}

// isPublic reports whether an address is one that others see as it is.
func isPublic(a netip.Addr) bool {
	shared := netip.MustParsePrefix("100.64.0.0/10") // between a provider and its customers
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a)
}
