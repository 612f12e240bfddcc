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

// A class says when a call may be sent again.
type class int

const (
	read       class = iota // changes nothing: after any fault
	idempotent              // twice is as good as once: after any fault
	once                    // twice is wrong: only if it was not sent or was put off (429)
	single                  // twice is harmless, but pointless: as once, and no outcome of it is unknown
)

// A call is one operation of the API.
type call struct {
	method     string
	path       string // {id} and {part} stand for the escaped id and part
	id, part   string
	query      url.Values
	body       any
	shown      any    // body without its secrets, where it has any
	root       string // of another host than the API's, which gets no token
	header     http.Header
	permission string
	class      class
	literal    bool // a 404 is one, also if an attempt before it was lost
	anyToken   bool // every valid token may: a refusal is about the token
}

// buildURL puts the id, and the part of what it names, into the path. One that
// would change the meaning of the path, as an empty one does, is refused.
func (k *call) buildURL() error {
	for place, id := range map[string]string{"{id}": k.id, "{part}": k.part} {
		if !strings.Contains(k.path, place) {
			continue
		}
		if id == "" || id == "." || id == ".." {
			return fmt.Errorf("%s %s: %w: %q is no id", k.method, k.target(), ErrInvalid, id)
		}
	}
	k.path = k.filled()
	return nil
}

// filled is the path with what the places in it stand for.
func (k *call) filled() string {
	return strings.NewReplacer("{id}", url.PathEscape(k.id), "{part}", url.PathEscape(k.part)).Replace(k.path)
}

// target is the path with the query: without its query, a request to remove one
// thing may look like one to remove everything.
func (k *call) target() string {
	path := k.filled() // also of a call that was not filled: messages show it
	if len(k.query) == 0 {
		return path
	}
	return path + "?" + k.query.Encode()
}

// do makes a call and returns its last answer, whose status is 2xx if there is
// no error. The answer is returned beside an error, too.
func (c *Client) do(ctx context.Context, k call) (response, error) {
	operation := k.method + " " + k.path
	if err := k.buildURL(); err != nil {
		return response{}, err
	}
	if err := ctx.Err(); err != nil {
		return response{}, fmt.Errorf("%s %s: %w", k.method, k.path, err)
	}
	if c.config.Before != nil && k.class != read {
		shown := k.shown
		if shown == nil {
			shown = k.body
		}
		if err := c.config.Before(Request{k.method, k.target(), shown, k.permission}); err != nil {
			return response{}, err
		}
	}
	t := &attemptState{call: k}
	if err := c.heed(ctx, operation, t); err != nil {
		return response{}, err
	}
	req, err := c.newRequest(withTrip(ctx, t), k)
	if err != nil {
		return response{}, err
	}
	resp, err := c.http.Do(req)
	if err == nil {
		_ = resp.Body.Close() // it was read by the transport
	}
	if t.attempts == 0 {
		return response{}, fmt.Errorf("%s %s: %w: the request cannot be sent", k.method, k.path, ErrInvalid)
	}
	c.note(operation, t.answer)
	return t.answer, c.verdict(ctx, t)
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
		return nil, fmt.Errorf("%s %s: %w: the request cannot be made", k.method, k.path, ErrInvalid)
	}
	maps.Copy(req.Header, k.header)
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
	req.Close = k.class == once
	return req, nil
}

// A wire is a document of the API. Its value is what the callers get, and
// whether the document had in it what it must have.
type wire[T any] interface{ value() (T, bool) }

// fetch makes a call whose answer is a document.
func fetch[W wire[T], T any](ctx context.Context, c *Client, k call) (T, error) {
	v, _, err := fetchSized[W](ctx, c, k)
	return v, err
}

// fetchSized is fetch, and returns the size of the answer.
func fetchSized[W wire[T], T any](ctx context.Context, c *Client, k call) (v T, size int, err error) {
	var none T
	a, err := c.do(ctx, k)
	if err != nil {
		return none, 0, err
	}
	var doc W
	if err := decode(a.body, &doc); err != nil {
		return none, 0, c.unusable(k, a, unusual(err))
	}
	v, ok := doc.value()
	if !ok {
		return none, 0, c.unusable(k, a, "the answer lacks what it must have")
	}
	return v, len(a.body), nil
}
