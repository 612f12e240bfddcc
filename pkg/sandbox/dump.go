package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	bolt "go.etcd.io/bbolt"
)

// document is the whole state, in the sections of a dump.
type document struct {
	Meta          meta              `json:"meta"`
	Users         []user            `json:"users"`
	Roles         []role            `json:"roles"` // custom roles
	Tokens        []token           `json:"tokens"`
	Databases     []db              `json:"databases"`
	Organizations []organization    `json:"organizations"` // created in the enterprise
	AccessLists   []accessList      `json:"accessLists"`
	APIAccess     []address         `json:"apiAccess"`
	Reports       []report          `json:"reports"`
	CustomerKeys  []customerKey     `json:"customerKeys"`
	PCUGroups     []pcuGroup        `json:"pcuGroups"`
	Associations  []association     `json:"pcuAssociations"`
	CDC           []cdc             `json:"cdc"`
	Exports       []export          `json:"exports"` // of metrics and audit logs
	PrivateLinks  []privateLink     `json:"privateLinks"`
	Tenants       []streamingTenant `json:"streamingTenants"`
}

// section is the part of a document for one table.
type section interface {
	decode(d *json.Decoder) error
	read(tx *bolt.Tx) error
	write(tx *bolt.Tx) error
	check() error
}

// sections returns the sections of the document, one line for each table. The
// functions below report missing fields.
func (d *document) sections() []section {
	return []section{
		dumpSection[user]{users(), &d.Users, user.needs},
		dumpSection[role]{customRoles(), &d.Roles, func(r role) string { return r.needs(d.Meta.OrgID) }},
		dumpSection[token]{tokens(), &d.Tokens, token.needs},
		dumpSection[db]{databases(), &d.Databases, db.needs},
		dumpSection[organization]{organizations(), &d.Organizations, organization.needs},
		dumpSection[accessList]{accessLists(), &d.AccessLists, accessList.needs},
		dumpSection[address]{apiAccess(), &d.APIAccess, address.needs},
		dumpSection[report]{reports(), &d.Reports, report.needs},
		dumpSection[customerKey]{customerKeys(), &d.CustomerKeys, customerKey.needs},
		dumpSection[pcuGroup]{pcuGroups(), &d.PCUGroups, pcuGroup.needs},
		dumpSection[association]{associations(), &d.Associations, association.needs},
		dumpSection[cdc]{cdcs(), &d.CDC, cdc.needs},
		dumpSection[export]{exports(), &d.Exports, export.needs},
		dumpSection[privateLink]{privateLinks(), &d.PrivateLinks, privateLink.needs},
		dumpSection[streamingTenant]{streamingTenants(), &d.Tenants, streamingTenant.needs},
	}
}

type dumpSection[T any] struct {
	table   table[T]
	records *[]T
	needs   func(T) string // describes the missing fields of a record, empty if complete
}

func (s dumpSection[T]) read(tx *bolt.Tx) (err error) {
	*s.records, err = s.table.all(tx)
	return err
}

// decode reads the records one by one and stops at the first invalid one:
// decoding an unrelated large file at once would take many times its size in
// memory.
func (s dumpSection[T]) decode(d *json.Decoder) error {
	open, err := d.Token()
	switch {
	case err != nil:
		return err
	case open == nil: // null
		return nil
	case open != json.Delim('['):
		return fmt.Errorf("%s: not a list", s.table.name)
	}
	for d.More() {
		var record T
		if err := d.Decode(&record); err != nil {
			return fmt.Errorf("%s: %w", s.table.name, err)
		}
		if text := s.needs(record); text != "" {
			return fmt.Errorf("%s: %q needs %s", s.table.name, s.table.keys(record)[0], text)
		}
		*s.records = append(*s.records, record)
	}
	_, err = d.Token()
	return err
}

func (s dumpSection[T]) write(tx *bolt.Tx) error { return putAll(tx, s.table, *s.records) }

// check refuses duplicate and incomplete records.
func (s dumpSection[T]) check() error {
	errs := []error{unique(s.table, *s.records)}
	for _, record := range *s.records {
		if text := s.needs(record); text != "" {
			errs = append(errs, fmt.Errorf("%s: %q needs %s", s.table.name, s.table.keys(record)[0], text))
		}
	}
	return errors.Join(errs...)
}

// Dump writes the whole state as a JSON document. The only secret in it is the
// token of the sandbox's administrator.
func (s *Server) Dump(w io.Writer) error {
	var d document
	err := s.view(s.waitContext(), func(tx *bolt.Tx) (err error) {
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
	_, err = w.Write(append(escapeNonASCII(data), '\n'))
	return err
}

// escapeNonASCII escapes all characters of a JSON text outside ASCII, so that
// none acts on a terminal.
func escapeNonASCII(text []byte) []byte {
	escaped := make([]byte, 0, len(text))
	for _, r := range string(text) {
		if r < 0x7f {
			escaped = utf8.AppendRune(escaped, r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			escaped = fmt.Appendf(escaped, `\u%04x`, unit)
		}
	}
	return escaped
}

func readDocument(tx *bolt.Tx) (d document, err error) {
	d.Meta, err = readMeta(tx)
	for _, p := range d.sections() {
		err = errors.Join(err, p.read(tx))
	}
	return d, err
}

// Load replaces the state with a document that Dump wrote. An invalid document
// changes nothing.
func (s *Server) Load(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	d, err := readDump(data)
	if err != nil {
		return err
	}
	return s.update(s.waitContext(), func(tx *bolt.Tx) error {
		if err := clearState(tx); err != nil {
			return err
		}
		err := writeMeta(tx, d.Meta)
		for _, p := range d.sections() {
			err = errors.Join(err, p.write(tx))
		}
		return err
	})
}

func readDump(data []byte) (document, error) {
	var head struct{ Meta struct{ Version int } }
	if err := json.Unmarshal(data, &head); err != nil {
		return document{}, fmt.Errorf("not a dump of a sandbox: %w", err)
	}
	if v := head.Meta.Version; v != stateVersion {
		return document{}, fmt.Errorf("unsupported version %d of a sandbox dump; expected %d", v, stateVersion)
	}
	var d document
	if err := d.decode(data); err != nil {
		return d, fmt.Errorf("dump: %w", err)
	}
	if err := d.check(); err != nil {
		return d, fmt.Errorf("dump: %w", err)
	}
	return d, nil
}

// decode reads a document section by section. Validation of roles needs the
// organization's ID, so meta is read first.
func (d *document) decode(data []byte) error {
	var head struct{ Meta json.RawMessage }
	if err := json.Unmarshal(data, &head); err != nil {
		return err
	}
	meta := json.NewDecoder(bytes.NewReader(head.Meta))
	meta.DisallowUnknownFields()
	if err := meta.Decode(&d.Meta); err != nil {
		return err
	}
	parts := d.sectionsByName()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if _, err := decoder.Token(); err != nil {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		key := fmt.Sprint(name)
		p, known := parts[key]
		switch {
		case key == "meta":
			err = decoder.Decode(&json.RawMessage{})
		case !known:
			return fmt.Errorf("unknown section %q", key)
		default:
			delete(parts, key) // duplicates are unknown
			err = p.decode(decoder)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sectionsByName returns the sections by their names in a dump.
func (d *document) sectionsByName() map[string]section {
	fields := reflect.TypeFor[document]()
	all := map[string]section{}
	for i, p := range d.sections() {
		all[fields.Field(i+1).Tag.Get("json")] = p // the first field is meta, not a section
	}
	return all
}

func putAll[T any](tx *bolt.Tx, t table[T], records []T) error {
	for _, record := range records {
		if err := t.put(tx, record); err != nil {
			return err
		}
	}
	return nil
}

// unique refuses duplicate records.
func unique[T any](t table[T], records []T) error {
	var errs []error
	seen := map[string]bool{}
	for _, record := range records {
		for _, key := range t.keys(record) {
			if seen[key] {
				errs = append(errs, fmt.Errorf("%s: duplicate %q", t.name, key))
			}
			seen[key] = true
		}
	}
	return errors.Join(errs...)
}

// check returns all errors in the document.
func (d document) check() error {
	var errs []error
	if !isUUID(d.Meta.OrgID) || !isUUID(d.Meta.EnterpriseID) {
		errs = append(errs, errors.New("meta: orgId and enterpriseId must be UUIDs"))
	}
	if _, ok := tokenParts(d.Meta.AdminToken); !ok {
		errs = append(errs, errors.New("meta: adminToken is not a token"))
	}
	for _, p := range d.sections() {
		errs = append(errs, p.check())
	}
	return errors.Join(errs...)
}

func (u user) needs() string {
	if !isUUID(u.ID) || !isEmail(u.Email) || !slices.Contains([]string{active, invited}, u.Status) {
		return "an id, an email and a status"
	}
	return ""
}

func (r role) needs(org string) string {
	if err := r.Policy.check(org); err != nil || !isUUID(r.ID) || r.Name == "" {
		return fmt.Sprintf("an id, a name and a policy: %v", err)
	}
	return ""
}

func (t token) needs() string {
	if _, ok := tokenParts("AstraCS:" + t.ClientID + ":" + t.Hash); !ok || len(t.Roles) == 0 && !t.EnterpriseOnly {
		return "a clientId of 24 letters, a hash and roles"
	}
	if t.OrgID != "" && !isUUID(t.OrgID) {
		return "an orgId that is a UUID"
	}
	return ""
}

func (d db) needs() string {
	switch {
	case !d.isComplete() || d.Next != nil && (d.Next.ID != d.ID || !d.Next.isComplete() || d.Next.Next != nil):
		return "an id, a name, a status, keyspaces and datacenters, also in next"
	case (d.Next == nil) != (len(d.Phases) == 0):
		return "both phases and next, or neither"
	}
	return ""
}

func (d db) isComplete() bool {
	return isUUID(d.ID) && d.Name != "" && d.Status != "" && len(d.Keyspaces) > 0 && len(d.Datacenters) > 0
}

func (o organization) needs() string {
	if !isUUID(o.OrganizationID) {
		return "a UUID"
	}
	return ""
}

func (l accessList) needs() string {
	if !isUUID(l.Database) || slices.ContainsFunc(l.Addresses, func(a address) bool { return a.needs() != "" }) {
		return "the id of a database, and addresses"
	}
	return ""
}

func (a address) needs() string {
	if text, err := network(a.Address); err != nil || text != a.Address {
		return "to be an IPv4 network"
	}
	return ""
}
