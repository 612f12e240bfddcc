package devops

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
)

// retryPolicy is the condition under which a call may be repeated.
type retryPolicy int

const (
	safe                retryPolicy = iota // changes nothing: repeat after any fault
	idempotent                             // same effect if repeated: repeat after any fault
	atMostOnce                             // must not take effect twice: repeat only if not sent or deferred (429)
	atMostOnceNoOutcome                    // as atMostOnce, but a second effect would do no harm, so the outcome is never unknown
)

// call is one operation of the API.
type call struct {
	method     string
	path       string // {id} and {part} are replaced with the escaped id and part
	id, part   string
	query      url.Values
	body       any
	redacted   any    // body without its secrets, if it has any
	root       string // root of a host other than the API's, which gets no Authorization
	host       string // Host header, if not that of the address
	header     http.Header
	permission string
	retry      retryPolicy
	literal    bool // a 404 is an error even after an attempt with a lost response
	anyToken   bool // every valid token may call it: a rejection concerns the token
}

// buildURL puts id and part into the path. It refuses values that would change
// the meaning of the path, such as an empty one.
func (k *call) buildURL() error {
	for place, id := range map[string]string{"{id}": k.id, "{part}": k.part} {
		if !strings.Contains(k.path, place) {
			continue
		}
		if id == "" || id == "." || id == ".." {
			return fmt.Errorf("%s %s: %w: %q is not a valid ID", k.method, k.target(), ErrInvalid, id)
		}
	}
	k.path = k.expandedPath()
	return nil
}

// expandedPath returns the path with its placeholders replaced.
func (k *call) expandedPath() string {
	return strings.NewReplacer("{id}", url.PathEscape(k.id), "{part}", url.PathEscape(k.part)).Replace(k.path)
}

// target returns path and query, for messages: without its query, the removal
// of one address looks like the removal of a list.
func (k *call) target() string {
	path := k.expandedPath() // also before buildURL, for messages
	if len(k.query) == 0 {
		return path
	}
	return path + "?" + k.query.Encode()
}

// do sends a call and returns its last response, with a 2xx status if err is
// nil. The response is also returned with an error.
func (c *Client) do(ctx context.Context, k call) (response, error) {
	operation := k.method + " " + k.path
	if err := k.buildURL(); err != nil {
		return response{}, err
	}
	if err := ctx.Err(); err != nil {
		return response{}, fmt.Errorf("%s %s: %w", k.method, k.path, err)
	}
	if c.config.Before != nil && k.retry != safe {
		shown := k.redacted
		if shown == nil {
			shown = k.body
		}
		if err := c.config.Before(Request{k.method, k.target(), shown, k.permission}); err != nil {
			return response{}, err
		}
	}
	t := &attemptState{call: k}
	if err := c.awaitHold(ctx, operation, t); err != nil {
		return response{}, err
	}
	req, err := c.newRequest(withAttemptState(ctx, t), k)
	if err != nil {
		return response{}, err
	}
	resp, err := c.http.Do(req)
	if err == nil {
		_ = resp.Body.Close() // the transport has read it
	}
	if t.attempts == 0 {
		return response{}, fmt.Errorf("%s %s: %w: cannot send the request", k.method, k.path, ErrInvalid)
	}
	c.recordHold(operation, t.response)
	return t.response, c.checkOutcome(ctx, t)
}

func (c *Client) newRequest(ctx context.Context, k call) (*retryablehttp.Request, error) {
	var body any
	if k.body != nil {
		b, err := json.Marshal(k.body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", k.method, k.path, err)
		}
		body = b
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, k.method, cmp.Or(k.root, c.base)+k.target(), body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: cannot create the request", k.method, k.path, ErrInvalid)
	}
	maps.Copy(req.Header, k.header)
	if k.host != "" {
		req.Host = k.host
	}
	if k.root == "" {
		req.Header.Set("Authorization", "Bearer "+c.config.Token.Reveal())
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.config.UserAgent != "" {
		req.Header.Set("User-Agent", c.config.UserAgent)
	}
	req.Close = k.retry == atMostOnce
	return req, nil
}

// decoder is a JSON document of the API. value converts it for callers and
// reports whether all required fields are present.
type decoder[T any] interface{ value() (T, bool) }

// fetch sends a call and decodes the response.
func fetch[W decoder[T], T any](ctx context.Context, c *Client, k call) (T, error) {
	v, _, err := fetchSized[W](ctx, c, k)
	return v, err
}

// fetchSized is fetch, and also returns the size of the response.
func fetchSized[W decoder[T], T any](ctx context.Context, c *Client, k call) (v T, size int, err error) {
	var none T
	a, err := c.do(ctx, k)
	if err != nil {
		return none, 0, err
	}
	c.decoding.Lock() // each long list needs memory, until the garbage of the one before is collected
	defer c.decoding.Unlock()
	var doc W
	if err := decode(a.body, &doc); err != nil {
		return none, 0, c.invalidResponse(k, a, describeDecodeError(err))
	}
	size = len(a.body)
	a.body = nil // it may be large, and needs memory until it is unused
	v, ok := doc.value()
	if !ok {
		return none, 0, c.invalidResponse(k, a, "the response lacks a required field")
	}
	return v, size, nil
}
