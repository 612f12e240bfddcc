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
	"regexp"
	"strconv"
	"strings"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// maxMessage is the number of characters of a service's text that are kept.
const maxMessage = 500

func userinfo() *regexp.Regexp { return regexp.MustCompile(`://[^/@\s]*@`) }

// messageText says in a few words why an answer is no success. No secret that the
// client knows is in them, whoever put it there.
func (c *Client) messageText(a response) string {
	var s string
	switch {
	case a.err != nil:
		s = c.fault(a)
	case a.status >= 300 && a.status < 400:
		s = "the answer leads elsewhere" + elsewhere(a.header)
	default:
		s, _ = message(a.header, a.body)
	}
	return userinfo().ReplaceAllString(c.clean(s), "://")
}

// clean takes the secrets of this client out of a text.
func (c *Client) clean(s string) string {
	if failpoint.Disabled("message-redaction") {
		return s
	}
	return c.redact.Redact(s)
}

// elsewhere names the host of a redirect: who it is tells a sign-in page from
// a moved API.
func elsewhere(header http.Header) string {
	u, err := url.Parse(header.Get("Location"))
	if err != nil || !printable(u.Host) {
		return ""
	}
	return ", to " + firstLine(u.Host)
}

// fault words the error of an attempt. What the service sent is not quoted: it
// may be a part of a secret.
func (c *Client) fault(a response) string {
	op, isOp := errors.AsType[*net.OpError](a.err)
	if !a.sent && !a.ended {
		if _, words := c.trouble(a); words != "" {
			return words
		}
	}
	switch {
	case errors.Is(a.err, errSlow):
		return "no answer within " + c.config.AttemptTimeout.String()
	case errors.Is(a.err, errLarge):
		return errLarge.Error()
	case errors.Is(a.err, context.Canceled):
		return "interrupted"
	case a.ended:
		return firstLine(a.err.Error()) // not a word of the service
	case isTimeout(a.err) && a.sent:
		return "no answer in time"
	case isBroken(a.err) && a.sent:
		return "the connection broke before the whole answer was there"
	case isBroken(a.err) && !isOp:
		return "the connection broke before the request was sent"
	case isOp && a.sent:
		return op.Op + ": " + op.Err.Error()
	case a.sent && a.status == 0:
		return "the answer could not be read"
	case a.sent:
		return "the answer could not be read to its end"
	}
	// Nothing was sent, so nothing in the error can come from an answer.
	if wrapped, ok := errors.AsType[*url.Error](a.err); ok {
		return firstLine(wrapped.Err.Error())
	}
	return firstLine(a.err.Error())
}

// message reads the text and the number out of the body of a refusal. The API
// writes them in four ways: {"errors":[{"ID":1,"message":""}]}, a JSON string,
// null and plain text.
func message(header http.Header, body []byte) (text string, code int) {
	body = bytes.TrimSpace(body)
	if isHTML(header, body) {
		return "the answer is text/html: a proxy or a sign-in page?", 0
	}
	if len(body) == 0 {
		return "", 0
	}
	switch body[0] {
	case '{':
		text, code = fromObject(body)
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

// fromObject reads the envelope, or what other services on the way write.
// A field of an unexpected type is passed over.
func fromObject(body []byte) (text string, code int) {
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

// A stringOrNumber takes a JSON string or number and is empty for everything else.
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

// firstLine returns the first line of s with something in it, shortened and in valid UTF-8.
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

// isHTML reports whether an answer is a web page: the API never sends one.
func isHTML(header http.Header, body []byte) bool {
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	return kind == "text/html" || kind == "application/xhtml+xml" || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}
