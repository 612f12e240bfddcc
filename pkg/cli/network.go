package cli

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// adviseNetwork adds a hint to an error of the network.
func (s *Settings) adviseNetwork(e *exit.Error, err error) {
	if advice := s.NetworkAdvice(err); advice != "" && e.Hint == "" && !s.sandboxed {
		e.Hint, e.Next = advice, append(e.Next, "astra doctor")
	}
}

// NetworkAdvice returns a hint against an error that kept a request from reaching the
// service, with the name of the variable to change. It is empty where no hint is known.
func (s *Settings) NetworkAdvice(err error) string {
	api, ok := errors.AsType[*devops.Error](err)
	if !ok {
		return ""
	}
	proxies := s.proxyVariable()
	switch api.Trouble {
	case devops.UnknownAuthority, devops.ProxyCertificate:
		return s.authorityAdvice()
	case devops.WrongName, devops.NoTLS:
		if api.Proxy != "" {
			return fmt.Sprintf("the proxy %s of %s may have responded instead; set NO_PROXY=%s to bypass it", api.Proxy, proxies, api.Host)
		}
		return "check the address of the service (--api-url, ASTRA_API_URL)"
	case devops.Unreachable:
		return s.directAdvice(api.Host)
	case devops.ProxyUnusable:
		return "write " + proxies + " like http://USER:PASSWORD@HOST:PORT, with %40 and the like for special characters"
	case devops.ProxyUnreachable:
		return fmt.Sprintf("%s selects this proxy: correct it, or set NO_PROXY=%s to bypass it", proxies, api.Host)
	case devops.ProxyLogin:
		return "put them into " + proxies + ": http://USER:PASSWORD@" + api.Proxy
	case devops.ProxyRefused:
		return fmt.Sprintf("%s selects this proxy: ask its administrator to allow %s, or set NO_PROXY=%s to bypass it", proxies, api.Host, api.Host)
	case devops.CertificateTime: // the message says what to check
	}
	return ""
}

// authorityAdvice says how to make this machine trust a certificate authority.
func (s *Settings) authorityAdvice() string {
	if goos == "darwin" || goos == "windows" || goos == "ios" { // there the variables mean nothing
		return "if your organization inspects TLS, add its CA certificate to the certificates that the system trusts"
	}
	for _, name := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} {
		if path := s.Getenv(name); path != "" {
			if _, err := os.Stat(path); err != nil {
				return fmt.Sprintf("%s is %s, which cannot be read", name, path)
			}
		}
	}
	if path := s.Getenv("SSL_CERT_FILE"); path != "" {
		return fmt.Sprintf("SSL_CERT_FILE is %s: if your organization inspects TLS, add its CA certificate to this file in PEM", path)
	}
	return "if your organization inspects TLS, set SSL_CERT_FILE to its CA certificate in PEM, or SSL_CERT_DIR to a directory of such files"
}

// directAdvice returns the hint for a host that is unreachable without a proxy.
func (s *Settings) directAdvice(host string) string {
	if address, err := netip.ParseAddr(host); err == nil && address.IsLoopback() || strings.EqualFold(host, "localhost") {
		return ""
	}
	name := s.proxyVariable()
	if s.Getenv(name) == "" {
		return "check the network; if a proxy is required, set HTTPS_PROXY to its address"
	}
	if proxy, err := proxyFor(host); err == nil && proxy == nil {
		return fmt.Sprintf("NO_PROXY excludes %s from the proxy of %s", host, name)
	}
	return ""
}

// ProxyNotes says which proxy requests use, without its password.
func (s *Settings) ProxyNotes() []string {
	name := s.proxyVariable()
	if s.Getenv(name) == "" || s.sandboxed {
		return nil
	}
	service, err := s.RequestedURL()
	if err != nil {
		return nil
	}
	u, err := url.Parse(service)
	if err != nil || u.Scheme != "https" {
		return nil
	}
	proxy, err := proxyFor(u.Hostname())
	if err == nil && proxy == nil {
		return []string{fmt.Sprintf("NO_PROXY excludes %s from the proxy of %s", u.Hostname(), name)}
	}
	host := ""
	if err == nil {
		host, err = devops.ProxyHost(proxy)
	}
	if err != nil {
		return []string{name + " is not the address of a proxy"}
	}
	return []string{fmt.Sprintf("%s is reached through the proxy %s of %s", u.Hostname(), host, name)}
}

// proxyVariable returns the name of the variable that chooses the proxy.
func (s *Settings) proxyVariable() string {
	if s.Getenv("HTTPS_PROXY") == "" && s.Getenv("https_proxy") != "" {
		return "https_proxy"
	}
	return "HTTPS_PROXY"
}

func proxyFor(host string) (*url.URL, error) {
	return http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: host}})
}

// checkEndpoint rejects the use of a stored credential with another service than its own,
// whatever the configuration, a flag or the environment says.
func (s *Settings) checkEndpoint(p config.Profile, item credential.Item) error {
	wanted, err := s.RequestedURL()
	if err != nil {
		return err
	}
	if s.NamesURL() && wanted != item.APIURL {
		e := exit.Refusef("the credential of profile %s was stored for %s and is not sent to %s", p.Name, item.APIURL, wanted)
		if s.Globals.APIURL == "" {
			return e.WithHint("unset ASTRA_API_URL, or log in there with another profile")
		}
		return e.WithHint("log in there with another profile").WithNext("astra auth login NAME --api-url " + wanted)
	}
	profileURL, err := devops.NormalizeURL(cmp.Or(p.APIURL, devops.DefaultURL))
	if err != nil {
		return err
	}
	if profileURL != item.APIURL {
		return exit.Refusef("profile %s has endpoint %s, but its credential was stored for %s", p.Name, profileURL, item.APIURL).
			WithHint("the configuration was edited: log in again").WithNext("astra auth login " + p.Name)
	}
	return nil
}

// RequestedURL returns the address of the service that flags and environment choose,
// normalized.
func (s *Settings) RequestedURL() (string, error) {
	if s.Globals.APIURL != "" {
		return devops.NormalizeURL(s.Globals.APIURL)
	}
	return devops.NormalizeURL(cmp.Or(s.settings.APIURL, devops.DefaultURL))
}

// NamesURL reports whether a flag or the environment names a service.
func (s *Settings) NamesURL() bool { return s.Globals.APIURL != "" || s.settings.APIURL != "" }

// OtherService returns a hint and a command where the credential of a flag or variable
// was sent to another service than that of the current profile, which the user may have
// meant. It is empty otherwise.
func (a *App) OtherService() (hint, command string) {
	if a.session == nil || a.sandboxed || a.session.Profile.Name != "" || a.NamesURL() {
		return "", ""
	}
	p, err := a.Profile()
	if err != nil {
		return "", ""
	}
	url, err := devops.NormalizeURL(cmp.Or(p.APIURL, devops.DefaultURL))
	if err != nil || url == a.session.APIURL {
		return "", ""
	}
	return "the token was sent to " + a.session.APIURL + ", the default; profile " + p.Name + " uses " + url, a.WithFlag("--api-url " + url)
}
