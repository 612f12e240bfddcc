package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// SeedOptions has changes that the API cannot make. The zero value changes
// nothing.
type SeedOptions struct {
	OrgName      string        // name of the organization
	NoEnterprise *bool         // true removes the enterprise rights of the administrator's token, false restores them
	Accept       []string      // email addresses whose invitations are accepted
	Hibernate    []string      // names or IDs of serverless databases to hibernate, as if idle
	Wake         []string      // names or IDs of hibernated databases to resume, as with a data request
	Advance      time.Duration // advances the sandbox's clock
}

// Seed makes all changes or none.
func (s *Server) Seed(o SeedOptions) error {
	return s.update(s.waitContext(), func(tx *bolt.Tx) error { return s.apply(tx, o) })
}

// IssueEnterpriseToken creates a token with the rights of an enterprise
// administrator and none in an organization, and returns its text.
func (s *Server) IssueEnterpriseToken() (string, error) {
	made, err := s.newCredential()
	if err != nil {
		return "", err
	}
	return made.token, s.update(s.waitContext(), func(tx *bolt.Tx) error {
		m, err := readMeta(tx)
		if err != nil {
			return err
		}
		return tokens().put(tx, token{
			ClientID: made.clientID, Roles: []string{}, Hash: hash(made.token), Description: "enterprise administrator", Created: s.now(m),
			OrgID: m.EnterpriseID, Enterprise: true, EnterpriseOnly: true,
		})
	})
}

// Reset replaces the state, even a damaged one, with a new seed: new IDs and a
// new administrator's token.
func (s *Server) Reset(o SeedOptions) error {
	reseed := func(tx *bolt.Tx) error {
		if err := clearState(tx); err != nil {
			return err
		}
		return s.seed(tx, o)
	}
	err := s.store.update(s.waitContext(), reseed)
	if !errors.Is(err, ErrState) {
		return err
	}
	if err := os.Remove(s.options.Path); err != nil {
		return err
	}
	return s.store.update(s.waitContext(), reseed)
}

func (s *Server) apply(tx *bolt.Tx, o SeedOptions) error {
	m, err := readMeta(tx)
	if err != nil {
		return err
	}
	for _, ref := range o.Hibernate {
		if err := s.hibernate(tx, ref, s.now(m)); err != nil {
			return err
		}
	}
	for _, ref := range o.Wake {
		if err := s.resume(tx, ref, s.now(m)); err != nil {
			return err
		}
	}
	m.OrgName = cmp.Or(o.OrgName, m.OrgName)
	m.Offset += o.Advance
	if o.NoEnterprise != nil {
		m.NoEnterprise = *o.NoEnterprise
	}
	for _, email := range o.Accept {
		u, found, err := users().find(tx, strings.ToLower(email))
		switch {
		case err != nil:
			return err
		case !found || u.ID == email:
			return fmt.Errorf("%w for %s", ErrNotInvited, email)
		}
		u.Status = active
		if err := users().put(tx, u); err != nil {
			return err
		}
	}
	return writeMeta(tx, m)
}

func (s *Server) hibernate(tx *bolt.Tx, ref string, now time.Time) error {
	return s.setStatus(tx, ref, now, func(d db) bool { return d.Status == "ACTIVE" && !d.classic() }, "HIBERNATED", hibernateStages(), ErrNotActive)
}

func (s *Server) resume(tx *bolt.Tx, ref string, now time.Time) error {
	return s.setStatus(tx, ref, now, func(d db) bool { return d.Status == "HIBERNATED" }, "ACTIVE", resumeStages(), ErrNotHibernated)
}

// setStatus starts the transition of the database ref, a name or ID, to a
// status. missing is the error if no such database satisfies may.
func (s *Server) setStatus(tx *bolt.Tx, ref string, now time.Time, may func(db) bool, status string, stages []stage, missing error) error {
	all, err := databases().all(tx)
	if err != nil {
		return err
	}
	for _, stored := range all {
		d := stored.stateAt(now)
		if (d.ID == ref || d.Name == ref) && may(d) {
			next := d
			next.Status = status
			return databases().put(tx, d.withTransitions(next, now, s.options.TimeScale, stages))
		}
	}
	return fmt.Errorf("%w named %s", missing, ref)
}

// The default roles of seeded users and tokens.
const (
	orgAdministrator = "ad0566b5-2a67-49de-89e8-92258c2f2c98"
	readWriteUser    = "b73e44b2-b9e9-43b8-a7c1-c6a2fe2dab50"
	uiViewOnly       = "a25baf86-1bde-43d2-86ac-647e3d884bac"
)

// seed writes the initial state to an empty file.
func (s *Server) seed(tx *bolt.Tx, o SeedOptions) error {
	ids := make([]string, 10)
	for i := range ids {
		var err error
		if ids[i], err = s.random.uuid(); err != nil {
			return err
		}
	}
	m := meta{Version: stateVersion, OrgID: ids[0], OrgName: "Sandbox Org", EnterpriseID: ids[1], OrgGroupID: ids[2]}
	now := s.now(m)
	admin, err := s.newCredential()
	if err != nil {
		return err
	}
	m.AdminToken = admin.token
	owner := ids[3]
	return errors.Join(
		writeMeta(tx, m),
		tokens().put(tx, token{
			ClientID: admin.clientID, Roles: []string{orgAdministrator}, Hash: hash(admin.token),
			Description: "sandbox administrator", Created: now, Enterprise: true,
		}),
		users().put(tx, user{owner, "owner@example.com", active, []string{orgAdministrator}}),
		users().put(tx, user{ids[4], "developer@example.com", active, []string{readWriteUser}}),
		users().put(tx, user{ids[5], "viewer@example.com", invited, []string{uiViewOnly}}),
		databases().put(tx, demo(ids[6], owner, now)),
		databases().put(tx, legacy(ids[7], owner, now)),
		seedExamples(tx, m, ids[6], ids[8], ids[9], now),
		s.apply(tx, o),
	)
}

func demo(id, owner string, now time.Time) db {
	now = now.Truncate(time.Second)
	return db{
		ID: id, OwnerID: owner, Name: "demo", Type: "vector", Tier: "serverless", CapacityUnits: 1, Keyspaces: []string{"app"},
		Datacenters: []datacenter{{Number: 1, Cloud: "GCP", Region: "us-east1", Zone: "na", Created: now}},
		Status:      "ACTIVE", Created: now,
	}
}

func legacy(id, owner string, now time.Time) db {
	now = now.Truncate(time.Second)
	return db{
		ID: id, OwnerID: owner, Name: "legacy", Tier: "C10", CapacityUnits: 1, Keyspaces: []string{"legacy"}, User: "legacy", Password: hash(LegacyPassword),
		Datacenters: []datacenter{{Number: 1, Cloud: "AWS", Region: "us-east-1", Zone: "na", Created: now}},
		Status:      "ACTIVE", Created: now,
	}
}
