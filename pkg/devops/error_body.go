package devops

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/secret"
)

// maxMessage is the maximum length of a quoted text of the service, in
// characters.
const maxMessage = 500

// messageText describes why a response is not a success. Secrets known to the
// client are redacted.
func (c *Client) messageText(a response) string {
	var s string
	switch {
	case a.err != nil:
		s = c.describeError(a)
	case a.status >= 300 && a.status < 400:
		s = "redirected" + redirectHost(a.header)
	case isUnrouted(a):
		s = "the service has no such path"
	case isHTML(a.header, a.body) && (a.status == http.StatusUnauthorized || a.status == http.StatusForbidden):
		s = "refused before it reached the API, by a web page, perhaps of a proxy or firewall"
	default:
		s, _ = message(a.header, a.body)
	}
	return secret.ReplaceUserinfo(c.redactText(s), "")
}

// redactText removes the secrets of this client from a text.
func (c *Client) redactText(s string) string {
	if failpoint.Disabled("message-redaction") {
		return s
	}
	return c.redact.Redact(s)
}

// redirectHost returns the host of a redirect: it distinguishes a sign-in page
// from a moved API.
func redirectHost(header http.Header) string {
	u, err := url.Parse(header.Get("Location"))
	if err != nil || !isPrintable(u.Host) {
		return ""
	}
	return " to " + firstLine(u.Host)
}

// describeError describes the error of an attempt. Data from the service is not
// quoted: it may be part of a secret.
func (c *Client) describeError(a response) string {
	op, isOp := errors.AsType[*net.OpError](a.err)
	if !a.sent && !a.canceled {
		if _, words := c.trouble(a); words != "" {
			return words
		}
	}
	switch {
	case errors.Is(a.err, errAttemptTimeout):
		return "no response within " + c.config.AttemptTimeout.String()
	case errors.Is(a.err, errTooLarge):
		return errTooLarge.Error()
	case errors.Is(a.err, context.Canceled):
		return "interrupted"
	case a.canceled:
		return firstLine(a.err.Error()) // not data of the service
	case isTimeout(a.err) && a.sent:
		return "no response in time"
	case isBroken(a.err) && a.sent:
		return "connection lost before the response arrived"
	case isBroken(a.err) && !isOp:
		return "connection lost before the request was sent"
	case isOp && a.sent:
		return op.Op + ": " + op.Err.Error()
	case a.sent && a.status == 0:
		return "the response could not be read"
	case a.sent:
		return "the response could not be read completely"
	}
	// Nothing was sent, so the error cannot quote a response.
	if wrapped, ok := errors.AsType[*url.Error](a.err); ok {
		return firstLine(wrapped.Err.Error())
	}
	return firstLine(a.err.Error())
}

// message returns text and code of an error body. The API uses four formats:
// {"errors":[{"ID":1,"message":""}]}, a JSON string, null and plain text.
func message(header http.Header, body []byte) (text string, code int) {
	body = bytes.TrimSpace(body)
	if isHTML(header, body) {
		return "the response is text/html, perhaps from a proxy or a sign-in page", 0
	}
	if len(body) == 0 {
		return "", 0
	}
	switch body[0] {
	case '{':
		text, code = objectMessage(body)
		return firstLine(text), code
	case '[':
		return "", 0
	case '"':
		if json.Unmarshal(body, &text) == nil {
			return firstLine(text), 0
		}
	case 'n':
		if string(body) == "null" {
			return "", 0
		}
	}
	return firstLine(string(body)), 0
}

// objectMessage reads the API's envelope, or the objects of proxies and
// gateways. Fields of unexpected types are ignored.
func objectMessage(body []byte) (text string, code int) {
	var doc struct {
		Errors      json.RawMessage
		Message     stringOrNumber
		Description stringOrNumber
		Error       stringOrNumber
	}
	if json.Unmarshal(body, &doc) != nil {
		return "", 0
	}
	var entries []struct {
		ID      stringOrNumber
		Message stringOrNumber
	}
	if json.Unmarshal(doc.Errors, &entries) == nil {
		var texts []string
		for _, e := range entries {
			if e.Message != "" {
				texts = append(texts, string(e.Message))
			}
			if n, err := strconv.Atoi(string(e.ID)); err == nil && code == 0 {
				code = n
			}
		}
		if len(texts) > 0 || code != 0 {
			return strings.Join(texts, "; "), code
		}
	}
	return string(cmp.Or(doc.Message, doc.Description, doc.Error)), code
}

// stringOrNumber accepts a JSON string or number and is empty for anything
// else.
type stringOrNumber string

// UnmarshalJSON never fails on valid JSON.
func (f *stringOrNumber) UnmarshalJSON(b []byte) error {
	var s string
	var n json.Number
	*f = ""
	switch {
	case json.Unmarshal(b, &s) == nil:
		*f = stringOrNumber(s)
	case json.Unmarshal(b, &n) == nil:
		*f = stringOrNumber(n)
	}
	return nil
}

// firstLine returns the first non-empty line of s, shortened and as valid
// UTF-8.
func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	s = strings.TrimSpace(strings.ToValidUTF8(s, "\ufffd"))
	n := 0
	for i := range s {
		if n++; n > maxMessage {
			return s[:i] + "…"
		}
	}
	return s
}

// isHTML reports whether a response is a web page. The API never sends one.
func isHTML(header http.Header, body []byte) bool {
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	return kind == "text/html" || kind == "application/xhtml+xml" || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}
