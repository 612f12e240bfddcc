// Package sandbox emulates the Astra DevOps API: the same paths, bodies, errors
// and authorization, with its state in one file. Official clients work with it
// unchanged, over HTTP or in-process.
//
// It is never more permissive than the API: where the behavior of the API is
// not known, it refuses. Unknown paths return the 404 of the API's gateway, in
// plain text, so that no client mistakes
// them for supported ones.
package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Options configures a sandbox. Path and Now are required.
type Options struct {
	Path            string           // file of the state; its directory is created if missing
	Now             func() time.Time // base of the sandbox's clock, to which SeedOptions.Advance adds
	Rand            io.Reader        // source of IDs and secrets; default crypto/rand.Reader
	PublishedTokens bool             // list tokens with clientId and roles only, as in the published specification
	LockTimeout     time.Duration    // time to wait for a locked state; default 5 s
	TimeScale       float64          // factor by which changes of databases are faster than in the service; default Speed
	Behavior        Behavior         // treatment of requests; LateCommit and QuoteCaller are the listener's
	// Context, if set, cancels waits for a locked state outside of requests,
	// which have their own context.
	Context context.Context
	// Log, if set, is called for every request on arrival, possibly by several
	// goroutines at once.
	Log func(method, path string)
}

// Server is a sandbox. Its only state is the file, which it opens for one
// transaction at a time: any number of Servers, in any number of processes, may
// serve one file at once.
type Server struct {
	options Options
	store   *store
	random  *random
	routes  []route
}

// Open returns a sandbox on a file and seeds a new one.
func Open(o Options) (*Server, error) {
	if o.Path == "" || o.Now == nil {
		return nil, errors.New("a sandbox needs a path and a clock")
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.LockTimeout == 0 {
		o.LockTimeout = 5 * time.Second
	}
	if o.TimeScale == 0 {
		o.TimeScale = Speed
	}
	s := &Server{options: o, store: newStore(o.Path, o.LockTimeout), random: &random{source: o.Rand}, routes: endpoints()}
	return s, s.view(s.waitContext(), func(*bolt.Tx) error { return nil })
}

// Status has the address and credential of a sandbox. Token is the
// administrator's; it is valid only in this sandbox.
type Status struct {
	Path, OrgID, OrgName, Token string
	TokenRevoked                bool // Token was revoked or rotated
}

// Status returns the organization and the administrator's token of the sandbox.
func (s *Server) Status() (Status, error) {
	status := Status{Path: s.options.Path}
	err := s.view(s.waitContext(), func(tx *bolt.Tx) error {
		m, err := readMeta(tx)
		if err != nil {
			return err
		}
		status.OrgID, status.OrgName, status.Token = m.OrgID, m.OrgName, m.AdminToken
		clientID, _ := tokenParts(m.AdminToken)
		_, alive, err := tokens().find(tx, clientID)
		status.TokenRevoked = !alive
		return err
	})
	return status, err
}

// HasToken reports whether a token of the sandbox has this client ID.
func (s *Server) HasToken(clientID string) (found bool, err error) {
	err = s.view(s.waitContext(), func(tx *bolt.Tx) error {
		_, found, err = tokens().find(tx, clientID)
		return err
	})
	return found, err
}

// waitContext returns the context for waits outside of requests. After the end
// of a command it is a fresh one: what follows is cleanup, and may wait.
func (s *Server) waitContext() context.Context {
	if ctx := s.options.Context; ctx != nil && ctx.Err() == nil {
		return ctx
	}
	return context.Background()
}

// view reads the state after seeding a new file.
func (s *Server) view(ctx context.Context, read func(*bolt.Tx) error) error {
	run := func(tx *bolt.Tx) error {
		if !isSeeded(tx) {
			return errUnseeded
		}
		return read(tx)
	}
	err := s.store.view(ctx, run)
	if !errors.Is(err, errUnseeded) && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := s.update(ctx, func(*bolt.Tx) error { return nil }); err != nil {
		return err
	}
	return s.store.view(ctx, run)
}

// update changes the state after seeding a new file. An error of change rolls
// back.
func (s *Server) update(ctx context.Context, change func(*bolt.Tx) error) error {
	return s.store.update(ctx, func(tx *bolt.Tx) error {
		if !isSeeded(tx) {
			if err := s.seed(tx, SeedOptions{}); err != nil {
				return err
			}
		}
		return change(tx)
	})
}
