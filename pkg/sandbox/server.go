// Package sandbox emulates the Astra DevOps API: the same paths, bodies, errors
// and authorization, over a state that lives in one file. Official clients work
// with it unchanged, over HTTP or in-process.
//
// It is never laxer than the API: where the API's behaviour is not known, it
// refuses. A path that it does not serve is answered with 501, so that nobody
// takes silence for success.
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

// Options say where the state is and what a sandbox takes from its
// surroundings. Path and Now are required.
type Options struct {
	Path            string           // file of the state; its folder is made if it is missing
	Now             func() time.Time // the clock under the sandbox's own, which SeedOptions.Advance moves
	Rand            io.Reader        // source of ids and secrets; default crypto/rand.Reader
	PublishedTokens bool             // list tokens as the published specification does, with clientId and roles only
	LockTimeout     time.Duration    // how long to wait for the state while others use it; default 5 s
	TimeScale       float64          // how much faster than at the service changes of databases are that begin here; default Speed
	Behavior        Behavior         // how tokens are treated; LateCommit and QuoteCaller are the listener's
	// Context, if set, ends the waits for others that use the state, besides those of
	// a request, which has its own.
	Context context.Context
	// Log, if set, is told of every request when it arrives. Many goroutines
	// may call it at once.
	Log func(method, path string)
}

// Server is a sandbox. It holds no state but that of its file, which it opens
// for one transaction at a time: any number of Servers, in any number of
// processes, may serve one file at once.
type Server struct {
	options Options
	store   *store
	random  *random
	routes  []route
}

// Open returns a sandbox on the file of the options, seeded if it is new.
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
	return s, s.view(s.patience(), func(*bolt.Tx) error { return nil })
}

// Status is what one needs to know to use a sandbox. Token is that of the
// administrator; it opens nothing but this sandbox and is no real secret.
type Status struct {
	Path, OrgID, OrgName, Token string
	Dead                        bool // Token was revoked, or replaced by a rotation
}

// Status returns where the sandbox is and how to use it.
func (s *Server) Status() (Status, error) {
	status := Status{Path: s.options.Path}
	err := s.view(s.patience(), func(tx *bolt.Tx) error {
		m, err := readMeta(tx)
		if err != nil {
			return err
		}
		status.OrgID, status.OrgName, status.Token = m.OrgID, m.OrgName, m.AdminToken
		clientID, _ := tokenParts(m.AdminToken)
		_, alive, err := tokens().find(tx, clientID)
		status.Dead = !alive
		return err
	})
	return status, err
}

// HasToken reports whether a token of the sandbox has this client id.
func (s *Server) HasToken(clientID string) (found bool, err error) {
	err = s.view(s.patience(), func(tx *bolt.Tx) error {
		_, found, err = tokens().find(tx, clientID)
		return err
	})
	return found, err
}

// patience returns the context of a wait for the state that no request has made.
// What is done after the end of a command is for repair, and may wait.
func (s *Server) patience() context.Context {
	if ctx := s.options.Context; ctx != nil && ctx.Err() == nil {
		return ctx
	}
	return context.Background()
}

// view reads the state, which is seeded first if it is new.
func (s *Server) view(ctx context.Context, read func(*bolt.Tx) error) error {
	run := func(tx *bolt.Tx) error {
		if !seeded(tx) {
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

// update changes the state, which is seeded first if it is new. Nothing is
// changed if change returns an error.
func (s *Server) update(ctx context.Context, change func(*bolt.Tx) error) error {
	return s.store.update(ctx, func(tx *bolt.Tx) error {
		if !seeded(tx) {
			if err := s.seed(tx, SeedOptions{}); err != nil {
				return err
			}
		}
		return change(tx)
	})
}
