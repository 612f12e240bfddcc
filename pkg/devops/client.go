// Package devops is a client of the Astra DevOps API: organizations, users,
// roles, application tokens and databases.
//
// Every call declares whether it may be repeated. A call that must not take
// effect twice is never repeated after the service may have received it. Its
// error is then ErrOutcomeUnknown, and the caller checks the state.
package devops

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/astra-admin/astra/pkg/secret"
)

// DefaultURL is the root of the production API.
const DefaultURL = "https://api.astra.datastax.com"

// Config configures a client. Only Token is required.
type Config struct {
	Token     secret.Text
	URL       string // with or without /v2; default DefaultURL
	UserAgent string

	// Transport replaces the client's own transport and Proxy.
	Transport http.RoundTripper
	// Proxy selects a proxy, as in http.Transport; nil is none.
	Proxy func(*http.Request) (*url.URL, error)

	// Before is called before each call that changes something. Its error
	// prevents the request and is returned unchanged.
	Before func(Request) error
	// Trace is called after each attempt.
	Trace func(Exchange)

	// OnList, if set, is called with each complete list from the service:
	// []Database, []PCUGroup, []Region, []Role, []Token or Members. It must not keep the
	// list.
	OnList func(list any)

	// Secrets, if set, receives the secrets that the service returns, for
	// redaction.
	Secrets *secret.Redactor

	AttemptTimeout time.Duration    // for one attempt and its whole response; default 30 seconds
	Now            func() time.Time // for Exchange.Duration and to detect waits beyond the deadline; may be nil
}

// Request is a call before it is sent. Body never has a secret.
type Request struct {
	Method     string
	Path       string // with the query
	Body       any
	Permission string // the action that a role of the caller must allow
}

// Exchange is one attempt of a call, without headers and bodies.
type Exchange struct {
	Method   string
	Path     string // with the query
	Status   int    // 0 without a response
	Attempt  int    // from 1
	Changes  bool   // the call changes something
	Duration time.Duration
	Err      error // why there is no valid response
}

// Client is a DevOps API client with one token. It is safe for concurrent use.
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
	Raw          *RawService
	Regions      *RegionService
	Roles        *RoleService
	Streaming    *StreamingService
	Telemetry    *TelemetryService
	Tokens       *TokenService
	Users        *UserService

	base     string
	clientID string // of the token
	config   Config
	http     *retryablehttp.Client
	holds    holds

	decoding sync.Mutex // of responses, one at a time
	redact   *secret.Redactor
}

type service struct{ client *Client }

// addSecrets registers secrets from the service for redaction. Passwords that
// users chose are excluded: they may be ordinary words.
func (c *Client) addSecrets(secrets ...secret.Text) {
	for _, s := range secrets {
		c.redact.Add(s)
		if c.config.Secrets != nil {
			c.config.Secrets.Add(s)
		}
	}
}

// reportList passes a complete list to Config.Listed.
func reportList[T any](c *Client, list T, err error) (T, error) {
	if err == nil && c.config.OnList != nil {
		c.config.OnList(list)
	}
	return list, err
}

// New returns a client. It sends nothing. The error is ErrURL, or
// ErrUnauthorized for a token with characters that a header cannot have.
func New(config Config) (*Client, error) {
	if config.URL == "" {
		config.URL = DefaultURL
	}
	base, err := NormalizeURL(config.URL)
	if err != nil {
		return nil, err
	}
	if !isPrintable(config.Token.Reveal()) {
		return nil, fmt.Errorf("%w: the token is empty or has invalid characters", ErrUnauthorized)
	}
	if config.AttemptTimeout <= 0 {
		config.AttemptTimeout = 30 * time.Second
	}
	c := &Client{base: base, config: config, redact: &secret.Redactor{}}
	c.redact.Add(config.Token)
	token, _ := secret.ParseToken(config.Token.Reveal()) // another text has no client ID
	c.clientID = token.ClientID
	c.http = &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     c.newTransport(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryMax:     tries - 1,
		CheckRetry:   c.shouldRetry,
		Backoff:      c.backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler, // the error is derived from the last response
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
	c.Raw = (*RawService)(&s)
	c.Regions = (*RegionService)(&s)
	c.Roles = (*RoleService)(&s)
	c.Streaming = (*StreamingService)(&s)
	c.Telemetry = (*TelemetryService)(&s)
	c.Tokens = (*TokenService)(&s)
	c.Users = (*UserService)(&s)
	return c, nil
}

// isPrintable reports whether s is not empty and all of it is visible ASCII, as
// in secrets.
func isPrintable(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

type attemptStateKey struct{}

func withAttemptState(ctx context.Context, t *attemptState) context.Context {
	return context.WithValue(ctx, attemptStateKey{}, t)
}

func attemptStateOf(ctx context.Context) *attemptState {
	t, _ := ctx.Value(attemptStateKey{}).(*attemptState)
	return t
}
