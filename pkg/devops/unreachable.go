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

// Trouble is a known reason why a request did not reach the service.
type Trouble string

// The known reasons.
const (
	UnknownAuthority Trouble = "unknown authority" // the certificate is signed by an authority unknown to this machine
	CertificateTime  Trouble = "certificate time"  // the certificate is expired or not yet valid
	WrongName        Trouble = "wrong name"        // the certificate is for another host
	NoTLS            Trouble = "no TLS"            // the server does not speak TLS
	Unreachable      Trouble = "unreachable"       // name resolution or connection failed, without a proxy
	ProxyUnusable    Trouble = "proxy unusable"    // malformed address of the proxy
	ProxyUnreachable Trouble = "proxy unreachable"
	ProxyCertificate Trouble = "proxy certificate"
	ProxyLogin       Trouble = "proxy login" // the proxy requires a user name and a password
	ProxyRefused     Trouble = "proxy refused"
)

// errProxyAddress hides its cause, which quotes the address.
var errProxyAddress = errors.New("invalid address of the proxy")

// ProxyHost returns host and port of a proxy, without the password. It refuses
// malformed addresses: with an unescaped character, part of the password could
// be taken for the host.
func ProxyHost(u *url.URL) (string, error) {
	odd := u.Opaque != "" || u.Hostname() == "" || !isPrintable(u.Host) || strings.HasSuffix(u.Host, ":")
	if odd || strings.Contains(u.Path+u.RawQuery+u.Fragment, "@") {
		return "", errProxyAddress
	}
	return u.Host, nil
}

// proxyRefusal is the error response of a proxy to CONNECT.
type proxyRefusal struct {
	status    int
	challenge []string // the Proxy-Authenticate headers
	login     bool     // the request had a login
}

// Error returns the status.
func (p *proxyRefusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", p.status, http.StatusText(p.status)))
}

// onProxyConnect turns the error response of a proxy into a proxyRefusal, to
// distinguish it from one of the service.
func onProxyConnect(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyRefusal{resp.StatusCode, resp.Header.Values("Proxy-Authenticate"), proxy.User != nil}
}

// trouble returns why an attempt did not reach the service. It is only for
// attempts that were not sent: the error of others may quote a response.
func (c *Client) trouble(a response) (Trouble, string) {
	op, isOp := errors.AsType[*net.OpError](a.err)
	refusal, isRefusal := errors.AsType[*proxyRefusal](a.err)
	switch {
	case errors.Is(a.err, errProxyAddress):
		return ProxyUnusable, a.err.Error()
	case isRefusal:
		return refusal.trouble(a.proxy, a.host)
	case isOp && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks")):
		switch kind, words := certificateTrouble(op.Err, "the proxy "+a.proxy); kind {
		case "":
		case NoTLS:
			return ProxyUnreachable, words
		default:
			return ProxyCertificate, words
		}
		return ProxyUnreachable, fmt.Sprintf("cannot reach the proxy %s: %s", a.proxy, firstLine(op.Err.Error()))
	case errors.Is(a.err, errAttemptTimeout) && a.proxy != "":
		return ProxyUnreachable, fmt.Sprintf("the proxy %s did not connect to %s within %s", a.proxy, a.host, c.config.AttemptTimeout)
	}
	if kind, words := certificateTrouble(a.err, a.host); kind != "" {
		return kind, words
	}
	if isDial(a.err) {
		return Unreachable, ""
	}
	return "", ""
}

func (p *proxyRefusal) trouble(proxy, host string) (Trouble, string) {
	switch {
	case p.status == http.StatusProxyAuthRequired:
		words := "the proxy " + proxy + " requires a user name and a password"
		if p.login {
			words = "the proxy " + proxy + " rejected the user name and the password"
		}
		return ProxyLogin, words + p.describeChallenge()
	case p.status >= http.StatusInternalServerError:
		return ProxyRefused, fmt.Sprintf("the proxy %s cannot reach %s: %v", proxy, host, p)
	}
	return ProxyRefused, fmt.Sprintf("the proxy %s refused the connection to %s: %v", proxy, host, p)
}

// describeChallenge returns the realm of a Basic challenge, or the schemes of
// others, which are not supported.
func (p *proxyRefusal) describeChallenge() string {
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
	return " with " + strings.Join(schemes, " or ") + ", which astra does not support"
}

// certificateTrouble describes an invalid certificate. whose is its owner.
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

// issuer describes the issuer of a certificate.
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
