package devops

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Trouble is what kept a request from reaching the service, where that is known.
type Trouble string

// The troubles.
const (
	UnknownAuthority Trouble = "unknown authority" // no authority that this machine trusts signed the certificate
	CertificateTime  Trouble = "certificate time"  // the certificate is expired or not valid yet
	WrongName        Trouble = "wrong name"        // the certificate is for another host
	NoTLS            Trouble = "no TLS"            // the other end does not speak TLS
	Unreachable      Trouble = "unreachable"       // no name or no connection, without a proxy
	ProxyUnusable    Trouble = "proxy unusable"    // the address of the proxy cannot be read
	ProxyUnreachable Trouble = "proxy unreachable"
	ProxyCertificate Trouble = "proxy certificate"
	ProxyLogin       Trouble = "proxy login" // the proxy wants a user name and a password
	ProxyRefused     Trouble = "proxy refused"
)

// errProxyAddress hides its cause, which quotes the address.
var errProxyAddress = errors.New("the address of the proxy cannot be used")

// ProxyHost returns host and port of a proxy, without the password. The error says
// that the address of the proxy is none: with an unescaped character in it, a part of
// the password may pass for the host.
func ProxyHost(u *url.URL) (string, error) {
	odd := u.Opaque != "" || u.Hostname() == "" || !printable(u.Host) || strings.HasSuffix(u.Host, ":")
	if odd || strings.Contains(u.Path+u.RawQuery+u.Fragment, "@") {
		return "", errProxyAddress
	}
	return u.Host, nil
}

// A proxyRefusal is the answer of a proxy that opens no connection.
type proxyRefusal struct {
	status    int
	challenge []string // what it wants, if it wants a login
	login     bool     // it was given one
}

// Error returns the status.
func (p *proxyRefusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", p.status, http.StatusText(p.status)))
}

// onProxyAnswer makes the answer of a proxy an error that can be told from one of
// the service.
func onProxyAnswer(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyRefusal{resp.StatusCode, resp.Header.Values("Proxy-Authenticate"), proxy.User != nil}
}

// trouble says what kept an attempt from reaching the service. It must not be asked
// about an attempt that was sent: the error may quote an answer then.
func (c *Client) trouble(a response) (Trouble, string) {
	op, isOp := errors.AsType[*net.OpError](a.err)
	refusal, isRefusal := errors.AsType[*proxyRefusal](a.err)
	switch {
	case errors.Is(a.err, errProxyAddress):
		return ProxyUnusable, a.err.Error()
	case isRefusal:
		return refusal.trouble(a.proxy, a.host)
	case isOp && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks")):
		switch what, words := certificateTrouble(op.Err, "the proxy "+a.proxy); what {
		case "":
		case NoTLS:
			return ProxyUnreachable, words
		default:
			return ProxyCertificate, words
		}
		return ProxyUnreachable, fmt.Sprintf("the proxy %s cannot be reached: %s", a.proxy, firstLine(op.Err.Error()))
	case errors.Is(a.err, errSlow) && a.proxy != "":
		return ProxyUnreachable, fmt.Sprintf("the proxy %s opened no connection to %s within %s", a.proxy, a.host, c.config.AttemptTimeout)
	}
	if what, words := certificateTrouble(a.err, a.host); what != "" {
		return what, words
	}
	if isDial(a.err) {
		return Unreachable, ""
	}
	return "", ""
}

func (p *proxyRefusal) trouble(proxy, host string) (Trouble, string) {
	switch {
	case p.status == http.StatusProxyAuthRequired:
		words := "the proxy " + proxy + " wants a user name and a password"
		if p.login {
			words = "the proxy " + proxy + " did not accept the user name and the password"
		}
		return ProxyLogin, words + p.wanted()
	case p.status >= http.StatusInternalServerError:
		return ProxyRefused, fmt.Sprintf("the proxy %s cannot reach %s: %v", proxy, host, p)
	}
	return ProxyRefused, fmt.Sprintf("the proxy %s refused the connection to %s: %v", proxy, host, p)
}

// wanted names what a proxy asks to log in to, and a way to do so that is not Basic:
// no other is spoken here.
func (p *proxyRefusal) wanted() string {
	var schemes []string
	for _, challenge := range p.challenge {
		scheme, rest, _ := strings.Cut(challenge, " ")
		if strings.EqualFold(scheme, "Basic") {
			_, realm, _ := strings.Cut(rest, `realm="`)
			if realm, _, whole := strings.Cut(realm, `"`); whole && realm != "" {
				return fmt.Sprintf(" for %q", firstLine(realm))
			}
			return ""
		}
		schemes = append(schemes, firstLine(scheme))
	}
	if len(schemes) == 0 {
		return ""
	}
	return ", by " + strings.Join(schemes, " or ") + ", which astra does not support"
}

// certificateTrouble says what is wrong with the certificate of whose.
func certificateTrouble(err error, whose string) (Trouble, string) {
	if unknown, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return UnknownAuthority, fmt.Sprintf("the certificate of %s is from an unknown authority%s", whose, issuer(unknown.Cert))
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired && invalid.Cert != nil {
		return CertificateTime, fmt.Sprintf("the certificate of %s is valid from %s until %s only; check this machine's clock",
			whose, invalid.Cert.NotBefore.UTC().Format(time.DateTime), invalid.Cert.NotAfter.UTC().Format(time.DateTime))
	}
	if wrong, ok := errors.AsType[x509.HostnameError](err); ok {
		return WrongName, fmt.Sprintf("the certificate of %s is for another host: %s", whose, strings.TrimPrefix(firstLine(wrong.Error()), "x509: "))
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return NoTLS, whose + " does not speak TLS"
	}
	return "", ""
}

// issuer names who signed a certificate.
func issuer(cert *x509.Certificate) string {
	switch {
	case cert == nil:
		return ""
	case string(cert.RawIssuer) == string(cert.RawSubject):
		return ": it is self-signed"
	}
	for _, name := range append([]string{cert.Issuer.CommonName}, cert.Issuer.Organization...) {
		if name = firstLine(name); name != "" {
			return fmt.Sprintf(": %q", name)
		}
	}
	return ""
}
