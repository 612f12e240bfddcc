// Package devops is a client of the Astra DevOps API: organizations, users,
// roles, application tokens and databases.
//
// Every call says for itself whether it may be sent again. What must not be
// done twice is never sent again after the service may have seen it; it ends in
// ErrOutcomeUnknown instead, and the caller looks at what is there.
package devops

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/astra-admin/astra/pkg/secret"
)

// DefaultURL is the root of the production API.
const DefaultURL = "https://api.astra.datastax.com"

// Config says how a client reaches the API. Only Token is required.
type Config struct {
	Token     secret.Text
	URL       string // with or without /v2; empty is DefaultURL
	UserAgent string

	// Transport replaces the client's own transport, and with it Proxy.
	Transport http.RoundTripper
	// Proxy chooses a proxy, as in http.Transport; nil is none.
	Proxy func(*http.Request) (*url.URL, error)

	// Before is asked before each call that changes something. Its error
	// stops the call unsent and is returned as it is.
	Before func(Request) error
	// Trace is told of each attempt when it is over.
	Trace func(Exchange)

	// Listed is told of each whole list that the service gave: []Database, []Region,
	// []Role, []Token or Members. It must not keep the list itself; may be nil.
	Listed func(list any)

	// Secrets is told of the secrets that the service hands out, so that they can
	// be kept out of whatever is written; may be nil.
	Secrets *secret.Redactor

	AttemptTimeout time.Duration    // of one attempt with its whole answer; 30 seconds if zero
	Now            func() time.Time // for Exchange.Duration and to see that a wait is futile; may be nil
}

// A Request is a call before it is sent. Body never holds a secret.
type Request struct {
	Method     string
	Path       string // with its query
	Body       any
	Permission string // the action that the caller's role must allow
}

// An Exchange is one attempt of a call. It holds neither headers nor bodies.
type Exchange struct {
	Method   string
	Path     string // with its query
	Status   int    // 0 without an answer
	Attempt  int    // from 1
	Changes  bool   // the call is one that changes something
	Duration time.Duration
	Err      error // why there is no answer, or none of the service
}

// A Client talks to the API with one token. It may be used by several
// goroutines.
type Client struct {
	AccessLists  *AccessListService
	APIAccess    *APIAccessService
	Billing      *BillingService
	CDC          *CDCService
	Data         *DataService
	Databases    *DatabaseService
	Keys         *KeyService
	Orgs         *OrgService
	PCUs         *PCUService
	PrivateLinks *PrivateLinkService
	Regions      *RegionService
	Roles        *RoleService
	Telemetry    *TelemetryService
	Tokens       *TokenService
	Users        *UserService

	base   string
	config Config
	http   *retryablehttp.Client
	held   holds
	redact *secret.Redactor
}

type service struct{ client *Client }

// addSecrets keeps what the service handed out away from messages. What people chose,
// a password, is the client's own affair: it may be a word of any text.
func (c *Client) addSecrets(secrets ...secret.Text) {
	for _, s := range secrets {
		c.redact.Add(s)
		if c.config.Secrets != nil {
			c.config.Secrets.Add(s)
		}
	}
}

// listed tells of a list that the service gave whole.
func listed[T any](c *Client, list T, err error) (T, error) {
	if err == nil && c.config.Listed != nil {
		c.config.Listed(list)
	}
	return list, err
}

// New returns a client. It sends nothing. The error is ErrURL, or
// ErrUnauthorized for a token that no header can carry.
func New(config Config) (*Client, error) {
	if config.URL == "" {
		config.URL = DefaultURL
	}
	base, err := NormalizeURL(config.URL)
	if err != nil {
		return nil, err
	}
	if !printable(config.Token.Reveal()) {
		return nil, fmt.Errorf("%w: the token is empty or has characters that a token cannot have", ErrUnauthorized)
	}
	if config.AttemptTimeout <= 0 {
		config.AttemptTimeout = 30 * time.Second
	}
	c := &Client{base: base, config: config, redact: &secret.Redactor{}}
	c.redact.Add(config.Token)
	c.http = &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     c.newTransport(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryMax:     tries - 1,
		CheckRetry:   c.shouldRetry,
		Backoff:      c.backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler, // the verdict is made from the last answer
	}
	s := service{c}
	c.AccessLists = (*AccessListService)(&s)
	c.APIAccess = (*APIAccessService)(&s)
	c.Billing = (*BillingService)(&s)
	c.CDC = (*CDCService)(&s)
	c.Data = (*DataService)(&s)
	c.Databases = (*DatabaseService)(&s)
	c.Keys = (*KeyService)(&s)
	c.Orgs = (*OrgService)(&s)
	c.PCUs = (*PCUService)(&s)
	c.PrivateLinks = (*PrivateLinkService)(&s)
	c.Regions = (*RegionService)(&s)
	c.Roles = (*RoleService)(&s)
	c.Telemetry = (*TelemetryService)(&s)
	c.Tokens = (*TokenService)(&s)
	c.Users = (*UserService)(&s)
	return c, nil
}

// printable reports whether s is what a secret must be: not empty, and nothing
// but visible ASCII characters.
func printable(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

type tripKey struct{}

func withTrip(ctx context.Context, t *attemptState) context.Context {
	return context.WithValue(ctx, tripKey{}, t)
}

func tripOf(ctx context.Context) *attemptState {
	t, _ := ctx.Value(tripKey{}).(*attemptState)
	return t
}
