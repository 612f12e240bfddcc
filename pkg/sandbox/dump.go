package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf16"

	bolt "go.etcd.io/bbolt"
)

// document is the whole state: the parts that a dump consists of.
type document struct {
	Meta          meta           `json:"meta"`
	Users         []user         `json:"users"`
	Roles         []role         `json:"roles"` // the custom ones
	Tokens        []token        `json:"tokens"`
	Databases     []db           `json:"databases"`
	Organizations []organization `json:"organizations"` // made in the enterprise
}

// Dump writes the whole state as a JSON document. Of all secrets it holds only
// the token of the sandbox's administrator.
func (s *Server) Dump(w io.Writer) error {
	var d document
	err := s.view(context.Background(), func(tx *bolt.Tx) (err error) {
		d, err = readDocument(tx)
		return err
	})
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(inASCII(data), '\n'))
	return err
}

// inASCII escapes what is not ASCII in a JSON text, so that nothing of it acts on
// a terminal on which it is looked at.
func inASCII(text []byte) []byte {
	escaped := make([]byte, 0, len(text))
	for _, r := range string(text) {
		if r < 0x7f {
			escaped = append(escaped, byte(r)) //nolint:gosec // it fits
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			escaped = fmt.Appendf(escaped, `\u%04x`, unit)
		}
	}
	return escaped
}

func readDocument(tx *bolt.Tx) (d document, err error) {
	errs := make([]error, 6)
	d.Meta, errs[0] = readMeta(tx)
	d.Users, errs[1] = users().all(tx)
	d.Roles, errs[2] = customRoles().all(tx)
	d.Tokens, errs[3] = tokens().all(tx)
	d.Databases, errs[4] = databases().all(tx)
	d.Organizations, errs[5] = organizations().all(tx)
	return d, errors.Join(errs...)
}

// Load puts a document that Dump wrote in the place of the state. Nothing is
// changed if the document is not in order.
func (s *Server) Load(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	d, err := readDump(data)
	if err != nil {
		return err
	}
	return s.update(context.Background(), func(tx *bolt.Tx) error {
		if err := clearState(tx); err != nil {
			return err
		}
		return errors.Join(
			writeMeta(tx, d.Meta),
			putAll(tx, users(), d.Users),
			putAll(tx, customRoles(), d.Roles),
			putAll(tx, tokens(), d.Tokens),
			putAll(tx, databases(), d.Databases),
			putAll(tx, organizations(), d.Organizations),
		)
	})
}

func readDump(data []byte) (document, error) {
	var version struct{ Meta struct{ Version int } }
	if err := json.Unmarshal(data, &version); err != nil {
		return document{}, fmt.Errorf("not a dump of a sandbox: %w", err)
	}
	if v := version.Meta.Version; v != stateVersion {
		return document{}, fmt.Errorf("not a dump that this program reads: it has version %d, not %d", v, stateVersion)
	}
	var d document
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return d, fmt.Errorf("dump: %w", err)
	}
	if err := d.check(); err != nil {
		return d, fmt.Errorf("dump: %w", err)
	}
	return d, nil
}

func putAll[T any](tx *bolt.Tx, t table[T], records []T) error {
	for _, record := range records {
		if err := t.put(tx, record); err != nil {
			return err
		}
	}
	return nil
}

// unique refuses records that could not be told apart.
func unique[T any](t table[T], records []T) error {
	var errs []error
	seen := map[string]bool{}
	for _, record := range records {
		for _, key := range t.keys(record) {
			if seen[key] {
				errs = append(errs, fmt.Errorf("%s: %q is there twice", t.name, key))
			}
			seen[key] = true
		}
	}
	return errors.Join(errs...)
}

// check returns every reason why the document is no state of a sandbox.
func (d document) check() error {
	errs := []error{
		unique(users(), d.Users), unique(customRoles(), d.Roles), unique(tokens(), d.Tokens),
		unique(databases(), d.Databases), unique(organizations(), d.Organizations),
	}
	bad := func(format string, values ...any) { errs = append(errs, fmt.Errorf(format, values...)) }
	if !isUUID(d.Meta.OrgID) || !isUUID(d.Meta.EnterpriseID) {
		bad("meta: orgId and enterpriseId must be UUIDs")
	}
	if _, ok := tokenParts(d.Meta.AdminToken); !ok {
		bad("meta: adminToken is not a token")
	}
	for _, u := range d.Users {
		if !isUUID(u.ID) || !isEmail(u.Email) || !slices.Contains([]string{active, invited}, u.Status) {
			bad("users: %q needs an id, an email and a status", u.ID)
		}
	}
	for _, r := range d.Roles {
		if err := r.Policy.check(d.Meta.OrgID); err != nil || !isUUID(r.ID) || r.Name == "" {
			bad("roles: %q: it needs an id, a name and a policy: %v", r.ID, err)
		}
	}
	for _, t := range d.Tokens {
		if _, ok := tokenParts("AstraCS:" + t.ClientID + ":" + t.Hash); !ok || len(t.Roles) == 0 {
			bad("tokens: %q needs a clientId of 24 letters, a hash and roles", t.ClientID)
		}
	}
	for _, b := range d.Databases {
		if !isUUID(b.ID) || b.Name == "" || b.Status == "" || len(b.Keyspaces) == 0 || len(b.Datacenters) == 0 {
			bad("databases: %q needs an id, a name, a status, keyspaces and datacenters", b.ID)
		}
	}
	for _, o := range d.Organizations {
		if !isUUID(o.OrganizationID) {
			bad("organizations: %q is not a UUID", o.OrganizationID)
		}
	}
	return errors.Join(errs...)
}
