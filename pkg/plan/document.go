package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DocumentVersion is the version of the format of a plan.
const DocumentVersion = 1

// Document is a plan as a file: what was read, and the steps. It has no secrets.
type Document struct {
	Version      int               `json:"version"`
	Organization OrganizationNames `json:"organization"`
	Profile      string            `json:"profile"`
	MadeAt       time.Time         `json:"madeAt"`
	Program      string            `json:"program"`
	Files        []Source          `json:"files"`
	Sections     []string          `json:"sections"` // that were read
	Limits       Limits            `json:"limits"`   // of the files
	Basis        []BasisEntry      `json:"basis"`
	Steps        []Step            `json:"steps"`
	Effect       []Effect          `json:"effect"`
	Findings     []Finding         `json:"findings"`
	Fuses        []Fuse            `json:"fuses"`
	Foreign      map[string]int    `json:"foreign"`
	Summary      map[string]int    `json:"summary"`
	Digest       string            `json:"digest"` // of everything else
}

// Limits are the parts of an access file on which the fuses of its plan depend.
type Limits struct {
	Administrators         int      `json:"administrators,omitempty"`
	Users                  []string `json:"users,omitempty"`
	Roles                  []string `json:"roles,omitempty"`
	Tokens                 []string `json:"tokens,omitempty"`
	Removals               int      `json:"removals,omitempty"`
	RemovalsAreAPercentage bool     `json:"removalsAreAPercentage,omitempty"`
	Empty                  []string `json:"empty,omitempty"` // sections
}

// Limits returns the limits of the file.
func (f File) Limits() Limits {
	p := f.Protect
	l := Limits{p.Administrators, p.Users, p.Roles, p.Tokens, p.Removals, p.RemovalsAreAPercentage, nil}
	for i, empty := range []bool{
		f.Roles != nil && len(f.Roles) == 0,
		f.Users != nil && len(f.Users) == 0 && !slices.ContainsFunc(f.Groups, func(g Group) bool { return len(g.Members) > 0 }),
		f.Tokens != nil && len(f.Tokens) == 0,
		f.AccessLists != nil && len(f.AccessLists) == 0,
	} {
		if empty {
			l.Empty = append(l.Empty, SectionNames()[i])
		}
	}
	return l
}

// File returns a file that has only the limits.
func (l Limits) File() File {
	f := File{Protect: Protect{
		Administrators: l.Administrators, Users: l.Users, Roles: l.Roles, Tokens: l.Tokens,
		Removals: l.Removals, RemovalsAreAPercentage: l.RemovalsAreAPercentage,
	}}
	empty := NewSections(l.Empty)
	if empty.Roles {
		f.Roles = []Role{}
	}
	if empty.Users {
		f.Users = []User{}
	}
	if empty.Tokens {
		f.Tokens = []Token{}
	}
	if empty.AccessLists {
		f.AccessLists = []AccessList{}
	}
	return f
}

// digest returns the digest of everything else in the document, also if it is formatted in
// another way.
func (d Document) digest() string {
	d.Digest = ""
	text, err := json.Marshal(d)
	if err != nil {
		return "" // no document that was decoded
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Seal sets the digest of the document.
func (d *Document) Seal() { d.Digest = d.digest() }

// CheckDigest returns an error if the document was edited since it was sealed.
func (d Document) CheckDigest() error {
	if d.Digest == "" || d.Digest != d.digest() {
		return errors.New("the plan was edited")
	}
	return nil
}

// Renew makes everything that follows from the steps and a state again: what the steps
// change, their order, their effect and the fuses.
func (d *Document) Renew(state State, own netip.Addr) {
	steps := slices.Clone(d.Steps)
	for i := range steps {
		s := &steps[i]
		if r, found := state.role(s.ID); found && s.RoleBefore != nil {
			s.RoleBefore = &r
		}
		if i := slices.IndexFunc(state.Users, func(u StateUser) bool { return u.ID == s.ID }); i >= 0 && s.UserBefore != nil {
			s.UserBefore = &state.Users[i]
		}
		if i := slices.IndexFunc(state.Tokens, func(t StateToken) bool { return t.ClientID == s.ID }); i >= 0 && s.TokenBefore != nil {
			s.TokenBefore = &state.Tokens[i]
		}
		s.Undo = UndoOf(*s)
	}
	d.Steps = Order(state, steps)
	d.Effect = Effects(state, d.Steps)
	d.Fuses = Fuses(d.Limits.File(), state, d.Steps, own)
	d.Summary = Summary(d.Steps, d.Summary["same"])
}

// OrganizationNames are the ID and the name of an organization in a plan.
type OrganizationNames struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Encode returns the document as JSON.
func (d Document) Encode() ([]byte, error) {
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	w.SetIndent("", "  ")
	err := w.Encode(d)
	return b.Bytes(), err
}

// DecodeDocument decodes a plan of this version of the format. It accepts no unknown keys.
func DecodeDocument(data []byte) (Document, error) {
	var head struct{ Version int }
	if err := json.Unmarshal(data, &head); err != nil {
		return Document{}, fmt.Errorf("not a plan: %w", err)
	}
	if head.Version != DocumentVersion {
		return Document{}, fmt.Errorf("not a plan of version %d", DocumentVersion)
	}
	var d Document
	r := json.NewDecoder(bytes.NewReader(data))
	r.DisallowUnknownFields()
	if err := r.Decode(&d); err != nil {
		return Document{}, fmt.Errorf("not a plan: %w", err)
	}
	if _, err := r.Token(); !errors.Is(err, io.EOF) {
		return Document{}, errors.New("not a plan: there is more text after it")
	}
	return d, nil
}

// stepJSON is a Step in a plan and in the journal of a run.
type stepJSON struct {
	Step       int             `json:"step"`
	Kind       StepKind        `json:"kind"`
	Action     Action          `json:"action"`
	ID         *string         `json:"id"`
	Name       string          `json:"name"`
	List       *string         `json:"list,omitempty"` // the database ID of an access list, empty for the DevOps API
	Before     json.RawMessage `json:"before"`
	After      json.RawMessage `json:"after"`
	Request    requestJSON     `json:"request"`
	Needs      string          `json:"needs"`
	At         string          `json:"at,omitempty"`
	OnlyByMark bool            `json:"onlyByMark,omitempty"`
	Undo       Reversible      `json:"undo"`
	Moment     *string         `json:"moment"`
}

type requestJSON struct {
	Method string `json:"method"`
	Path   string `json:"path"`
}

type roleJSON struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Mark        string   `json:"mark"`
	Denies      bool     `json:"denies,omitempty"`
	Permissions []string `json:"permissions"`
	Resources   []string `json:"resources"`
}

type userJSON struct {
	ID      string   `json:"id"`
	Email   string   `json:"email"`
	Pending bool     `json:"pending"`
	Roles   []string `json:"roles"`
}

type tokenJSON struct {
	ClientID    string   `json:"clientId"`
	Description string   `json:"description"`
	Mark        string   `json:"mark"`
	Roles       []string `json:"roles"`
}

type addressJSON struct {
	Address     string `json:"address"`
	Description string `json:"description"`
	Enabled     bool   `json:"enabled"`
}

type listJSON struct {
	Enabled   bool          `json:"enabled"`
	Addresses []addressJSON `json:"addresses"`
}

func (r StateRole) asJSON() roleJSON {
	return roleJSON{r.ID, r.Name, r.Description, r.Mark, r.Denies, r.Permissions, r.Resources}
}

func (j roleJSON) role() StateRole {
	return StateRole{ID: j.ID, Name: j.Name, Description: j.Description, Mark: j.Mark, Denies: j.Denies, Permissions: j.Permissions, Resources: j.Resources}
}

func (u StateUser) asJSON() userJSON { return userJSON{u.ID, u.Email, u.Pending, u.Roles} }

func (j userJSON) user() StateUser {
	return StateUser{ID: j.ID, Email: j.Email, Pending: j.Pending, Roles: j.Roles}
}

func (t StateToken) asJSON() tokenJSON { return tokenJSON{t.ClientID, t.Description, t.Mark, t.Roles} }

func (j tokenJSON) token() StateToken {
	return StateToken{ClientID: j.ClientID, Description: j.Description, Mark: j.Mark, Roles: j.Roles}
}

func (a Address) asJSON() addressJSON { return addressJSON{a.Address, a.Description, a.admits()} }

func (j addressJSON) address() Address {
	return Address{Address: j.Address, Description: j.Description, Enabled: &j.Enabled}
}

func (l StateAccessList) asJSON() listJSON {
	j := listJSON{l.Enabled, []addressJSON{}}
	for _, a := range l.Addresses {
		j.Addresses = append(j.Addresses, a.asJSON())
	}
	return j
}

// MarshalJSON returns the step as an object, with its request.
func (s Step) MarshalJSON() ([]byte, error) {
	j := stepJSON{Step: s.Number, Kind: s.Kind, Action: s.Action, Name: s.Name, Needs: Permission(s), At: s.At.String(), OnlyByMark: s.OnlyByMark, Undo: s.Undo}
	j.Request.Method, j.Request.Path = Request(s)
	if s.ID != "" {
		j.ID = &s.ID
	}
	if s.Moment != "" {
		j.Moment = &s.Moment
	}
	var before, after any
	switch s.Kind {
	case RoleStep:
		before, after = asPair(s.RoleBefore, s.RoleAfter, StateRole.asJSON)
	case UserStep:
		before, after = asPair(s.UserBefore, s.UserAfter, StateUser.asJSON)
	case TokenStep:
		before, after = asPair(s.TokenBefore, nil, StateToken.asJSON)
	case AccessListStep:
		list := s.ListID()
		j.List = &list
		if before, after = asPair(s.ListBefore, s.ListAfter, StateAccessList.asJSON); s.ListAfter == nil {
			before, after = asPair(s.AddressBefore, s.AddressAfter, Address.asJSON)
		}
	}
	var err error
	if j.Before, err = json.Marshal(before); err == nil {
		j.After, err = json.Marshal(after)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(j)
}

func asPair[T, J any](before, after *T, convert func(T) J) (b, a any) {
	if before != nil {
		b = convert(*before)
	}
	if after != nil {
		a = convert(*after)
	}
	return b, a
}

// UnmarshalJSON returns the step of an object that MarshalJSON wrote.
func (s *Step) UnmarshalJSON(data []byte) error {
	var j stepJSON
	r := json.NewDecoder(bytes.NewReader(data))
	r.DisallowUnknownFields()
	if err := r.Decode(&j); err != nil {
		return err
	}
	*s = Step{Number: j.Step, Kind: j.Kind, Action: j.Action, Name: j.Name, OnlyByMark: j.OnlyByMark, Undo: j.Undo, At: parsePosition(j.At)}
	if j.ID != nil {
		s.ID = *j.ID
	}
	if j.Moment != nil {
		s.Moment = *j.Moment
	}
	var err error
	switch s.Kind {
	case RoleStep:
		s.RoleBefore, s.RoleAfter, err = unpair(j, roleJSON.role)
	case UserStep:
		s.UserBefore, s.UserAfter, err = unpair(j, userJSON.user)
	case TokenStep:
		s.TokenBefore, _, err = unpair(j, tokenJSON.token)
	case AccessListStep:
		if j.List == nil {
			return errors.New("a step of an access list has no list")
		}
		err = s.decodeList(j)
	default:
		return fmt.Errorf("unknown kind of step %q", s.Kind)
	}
	if err == nil && !s.isWhole() {
		err = fmt.Errorf("step %s %s %s is incomplete", s.Action, s.Kind, s.Name)
	}
	return err
}

func (s *Step) decodeList(j stepJSON) (err error) {
	if s.Action == Enable || s.Action == Disable {
		s.ListBefore, s.ListAfter, err = unpair(j, func(l listJSON) StateAccessList {
			list := StateAccessList{DatabaseID: *j.List, Enabled: l.Enabled, Addresses: []Address{}}
			for _, a := range l.Addresses {
				list.Addresses = append(list.Addresses, a.address())
			}
			return list
		})
		return err
	}
	s.AddressList = *j.List
	s.AddressBefore, s.AddressAfter, err = unpair(j, addressJSON.address)
	return err
}

func unpair[J, T any](j stepJSON, convert func(J) T) (before, after *T, err error) {
	decode := func(data json.RawMessage) *T {
		if len(data) == 0 || string(data) == "null" {
			return nil
		}
		var value J
		r := json.NewDecoder(bytes.NewReader(data))
		r.DisallowUnknownFields()
		if wrong := r.Decode(&value); wrong != nil {
			err = wrong
		}
		converted := convert(value)
		return &converted
	}
	before, after = decode(j.Before), decode(j.After)
	return before, after, err
}

// isWhole reports whether the step has what its action changes.
func (s Step) isWhole() bool {
	before := s.RoleBefore != nil || s.UserBefore != nil || s.TokenBefore != nil || s.ListBefore != nil || s.AddressBefore != nil
	after := s.RoleAfter != nil || s.UserAfter != nil || s.ListAfter != nil || s.AddressAfter != nil
	named := s.ID != "" || s.Kind == AccessListStep
	switch s.Kind {
	case RoleStep:
		if !slices.Contains([]Action{Create, Update, Delete}, s.Action) {
			return false
		}
	case UserStep:
		if !slices.Contains([]Action{Invite, Update, Remove}, s.Action) {
			return false
		}
	case TokenStep:
		return s.Action == Revoke && before && named
	case AccessListStep:
		if !slices.Contains([]Action{Add, Update, Remove, Enable, Disable}, s.Action) {
			return false
		}
	}
	switch s.Action {
	case Create, Invite, Add:
		return after && !before
	case Delete, Remove:
		return before && !after && named
	default:
		return before && after && named
	}
}

// parsePosition parses a position of a step: path:line:column.
func parsePosition(text string) Position {
	rest, column, _ := cutLast(text)
	path, line, found := cutLast(rest)
	if !found {
		return Position{Path: text}
	}
	return Position{path, line, column}
}

func cutLast(text string) (rest string, number int, found bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return text, 0, false
	}
	number, err := strconv.Atoi(text[i+1:])
	return text[:i], number, err == nil
}

// String returns path, line and column, or an empty text for the zero position.
func (p Position) String() string {
	if p.Line == 0 {
		return p.Path
	}
	return fmt.Sprintf("%s:%d:%d", p.Path, p.Line, p.Column)
}

// Request returns the method and the path of the request of a step.
func Request(s Step) (method, path string) {
	const roles, users = "/v2/organizations/roles", "/v2/organizations/users"
	list := "/v2/databases/" + s.ListID() + "/access-list"
	if s.ListID() == "" {
		list = "/v2/organizations/{orgId}/devops-acl"
	}
	switch s.Kind {
	case RoleStep:
		return map[Action]string{Create: "POST", Update: "PUT", Delete: "DELETE"}[s.Action], strings.TrimSuffix(roles+"/"+s.ID, "/")
	case UserStep:
		switch s.Action {
		case Invite:
			return "PUT", users
		case Update:
			return "PUT", users + "/" + s.ID + "/roles"
		default:
			return "DELETE", users + "/" + s.ID
		}
	case TokenStep:
		return "DELETE", "/v2/clientIdSecrets/" + s.ID
	default:
		if s.Action == Remove && s.ListID() == "" {
			return "PUT", list // the whole list: no request removes one address
		}
		if s.Action == Disable && s.ListID() == "" {
			return "DELETE", list
		}
		method := map[Action]string{Add: "POST", Remove: "DELETE"}[s.Action]
		if method == "" {
			method = "PATCH"
		}
		return method, list
	}
}

// BasisEntry is the content of an object on which a plan depends.
type BasisEntry struct {
	Kind   StepKind `json:"kind"`
	ID     string   `json:"id"`
	SHA256 string   `json:"sha256"`
}

// Basis returns what the steps change, and the holders and roles on which their effect
// depends: all administrators, if a step changes one.
func Basis(state State, steps []Step) []BasisEntry {
	w := newWorld(state, steps)
	want := map[BasisEntry]bool{}
	add := func(kind StepKind, id string) {
		if id != "" {
			want[BasisEntry{Kind: kind, ID: id}] = true
		}
	}
	if slices.ContainsFunc(steps, func(s Step) bool {
		return s.UserBefore != nil && slices.ContainsFunc(s.UserBefore.Roles, isAdministrator)
	}) {
		for _, u := range state.Users {
			if slices.ContainsFunc(u.Roles, isAdministrator) {
				add(UserStep, u.ID)
			}
		}
	}
	for i, s := range steps {
		if s.Kind == AccessListStep {
			want[BasisEntry{Kind: AccessListStep, ID: s.ListID()}] = true
		} else {
			add(s.Kind, s.ID)
		}
		for _, h := range w.touched[i] {
			for _, p := range h.principals {
				add(StepKind(p.Kind), p.ID)
			}
			for _, id := range h.roles {
				add(RoleStep, id)
			}
		}
	}
	all := contents(state)
	return slices.DeleteFunc(all, func(e BasisEntry) bool { return !want[BasisEntry{Kind: e.Kind, ID: e.ID}] })
}

// Differs returns the objects on which steps depend and that are different from a basis: also
// those that are gone, and new ones.
func Differs(basis []BasisEntry, state State, steps []Step) []BasisEntry {
	now := contents(state)
	differs := slices.DeleteFunc(slices.Clone(basis), func(e BasisEntry) bool { return slices.Contains(now, e) })
	for _, e := range Basis(state, steps) {
		known := slices.ContainsFunc(basis, func(o BasisEntry) bool { return o.Kind == e.Kind && o.ID == e.ID })
		if !known && (e.Kind != RoleStep || len(differs) == 0) { // a changed holder can have other roles
			differs = append(differs, e)
		}
	}
	return differs
}

// contents returns all objects of a state that a step can change or depend on.
func contents(state State) []BasisEntry {
	var all []BasisEntry
	add := func(kind StepKind, id string, content any) {
		text, err := json.Marshal(content)
		if err != nil {
			return // these types have no value that JSON lacks
		}
		sum := sha256.Sum256(text)
		all = append(all, BasisEntry{kind, id, hex.EncodeToString(sum[:])})
	}
	sorted := func(texts []string) []string { return slices.Compact(slices.Sorted(slices.Values(texts))) }
	for _, r := range state.Roles {
		j := r.asJSON()
		j.Permissions, j.Resources = sorted(j.Permissions), sorted(j.Resources)
		add(RoleStep, r.ID, j)
	}
	for _, u := range state.Users {
		j := u.asJSON()
		j.Roles = sorted(j.Roles)
		add(UserStep, u.ID, j)
	}
	for _, t := range state.Tokens {
		j := t.asJSON()
		j.Roles = sorted(j.Roles)
		add(TokenStep, t.ClientID, j)
	}
	for _, l := range state.AccessLists {
		j := l.asJSON()
		slices.SortFunc(j.Addresses, func(a, b addressJSON) int { return strings.Compare(a.Address, b.Address) })
		add(AccessListStep, l.DatabaseID, j)
	}
	return all
}
