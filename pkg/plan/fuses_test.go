package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/astra-admin/astra/pkg/iam"
)

// company is an organization in which each user is u0 and so on, with a role r0 and so on,
// and each token t0 and so on, with the same role. Two more users are administrators.
func company() State {
	state := State{
		Organization: Organization{ID: testOrg, Name: "Acme"}, Now: time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC),
		Databases: []StateDatabase{{"d1", "orders"}},
		Login:     Login{ClientID: "own", Roles: []string{orgAdministrator}},
		AccessLists: []StateAccessList{
			{Enabled: true, Addresses: []Address{{Address: "198.51.100.7/32"}, {Address: "203.0.113.0/24"}}},
			{DatabaseID: "d1", Addresses: []Address{{Address: "203.0.113.0/24"}}},
		},
	}
	for i := range 12 {
		id := fmt.Sprintf("r%d", i)
		state.Roles = append(state.Roles, testRole(id, "db-cql", "db-table-select"))
		state.Users = append(state.Users, StateUser{ID: fmt.Sprintf("u%d", i), Email: fmt.Sprintf("u%d@acme.example", i), Roles: []string{id}})
		state.Tokens = append(state.Tokens, StateToken{ClientID: fmt.Sprintf("t%d", i), Description: fmt.Sprintf("job %d", i), Roles: []string{id}})
	}
	state.Roles = append(state.Roles, testRole("spare", "db-cql"), testRole("people", "org-user-write", "org-user-read"), testRole("editors", "org-role-read", "org-role-write"))
	state.Users = append(
		state.Users, StateUser{ID: "boss", Email: "boss@acme.example", Roles: []string{orgAdministrator}},
		StateUser{ID: "chief", Email: "chief@acme.example", Roles: []string{orgAdministrator}},
		StateUser{ID: "later", Email: "later@acme.example", Pending: true, Roles: []string{orgAdministrator}},
		StateUser{ID: "idle", Email: "idle@acme.example"},
	)
	state.Tokens = append(state.Tokens, StateToken{ClientID: "own", Roles: []string{orgAdministrator}}, StateToken{ClientID: "void", Roles: []string{}})
	return state
}

const orgAdministrator = "ad0566b5-2a67-49de-89e8-92258c2f2c98"

func testRole(id string, permissions ...string) StateRole {
	return StateRole{ID: id, Name: "role " + id, Permissions: permissions, Resources: iam.Resources(testOrg, nil, permissions)}
}

func removeUser(id string) Step {
	u := *find(company().Users, func(u StateUser) bool { return u.ID == id })
	return Step{Kind: UserStep, Action: Remove, ID: id, Name: u.Email, UserBefore: &u}
}

func setRoles(id string, roles ...string) Step {
	u := *find(company().Users, func(u StateUser) bool { return u.ID == id })
	after := u
	after.Roles = roles
	return Step{Kind: UserStep, Action: Update, ID: id, Name: u.Email, UserBefore: &u, UserAfter: &after}
}

func invite(email string, roles ...string) Step {
	return Step{Kind: UserStep, Action: Invite, Name: email, UserAfter: &StateUser{Email: email, Roles: roles}}
}

func updateRole(id string, permissions ...string) Step {
	r, after := *find(company().Roles, func(r StateRole) bool { return r.ID == id }), testRole(id, permissions...)
	return Step{Kind: RoleStep, Action: Update, ID: id, Name: r.Name, RoleBefore: &r, RoleAfter: &after}
}

func rename(id, name string) Step {
	s := updateRole(id, "db-cql")
	s.RoleAfter.Name = name
	return s
}

func createRole(name string, permissions ...string) Step {
	r := testRole("", permissions...)
	r.Name = name
	return Step{Kind: RoleStep, Action: Create, Name: name, RoleAfter: &r}
}

func deleteRole(id string) Step {
	s := updateRole(id)
	s.Action, s.RoleAfter = Delete, nil
	return s
}

func revokeToken(id string) Step {
	return Step{Kind: TokenStep, Action: Revoke, ID: id, TokenBefore: find(company().Tokens, func(t StateToken) bool { return t.ClientID == id })}
}

func switchList(databaseID string, on bool) Step {
	before := company().accessList(databaseID)
	after := before
	after.Enabled = on
	action := Disable
	if on {
		action = Enable
	}
	return Step{Kind: AccessListStep, Action: action, ListBefore: &before, ListAfter: &after}
}

func addAddress(databaseID, address string) Step {
	return Step{Kind: AccessListStep, Action: Add, AddressList: databaseID, AddressAfter: &Address{Address: address}}
}

func removeAddress(databaseID, address string) Step {
	return Step{Kind: AccessListStep, Action: Remove, AddressList: databaseID, AddressBefore: &Address{Address: address}}
}

func find[T any](all []T, ok func(T) bool) *T { return &all[slices.IndexFunc(all, ok)] }

// each returns a step for each of the first n numbers.
func each(n int, prefix string, step func(string) Step) []Step {
	var all []Step
	for i := range n {
		all = append(all, step(fmt.Sprint(prefix, i)))
	}
	return all
}

func byMark(s Step) Step {
	s.OnlyByMark = true
	return s
}

// TestFuses checks that each plan trips exactly its fuse, and that no other word allows it.
func TestFuses(t *testing.T) {
	protect := func(p Protect) File { return File{Protect: p} }
	lone := company() // an organization with a single administrator
	lone.Users = slices.DeleteFunc(lone.Users, func(u StateUser) bool { return u.ID == "chief" })
	invited := company() // an organization in which no administrator has accepted
	for i := range invited.Users {
		invited.Users[i].Pending = true
	}
	few := company() // an organization with few members
	few.Users, few.Tokens, few.Roles = few.Users[10:], few.Tokens[10:], few.Roles[10:]
	limited := company() // one in which the token in use can do less
	limited.Login = Login{ClientID: "own", Roles: []string{"people"}}
	limited.Tokens[12].Roles = []string{"people"}
	shut := company() // one with a list that applies
	shut.AccessLists[1].Enabled = true
	filled := company() // one with a list that applies, although it is empty
	filled.AccessLists[1] = StateAccessList{DatabaseID: "d1", Enabled: true}
	open := company() // one whose API everyone may call
	open.AccessLists = open.AccessLists[1:]
	roleReader := company() // one of which only roles may be read
	roleReader.Users, roleReader.Tokens, roleReader.Login.Roles = nil, nil, nil
	here := netip.MustParseAddr("192.0.2.9")
	office := netip.MustParseAddr("203.0.113.5")
	off := false
	for _, test := range []struct {
		name  string
		want  string
		file  File
		state State
		steps []Step
		own   netip.Addr
	}{
		{name: "nothing"},
		{name: "a role is added to a user", steps: []Step{setRoles("u1", "r1", "r2")}},
		{name: "a user is removed", steps: []Step{removeUser("u1")}},
		{name: "a free role is deleted", steps: []Step{deleteRole("spare")}},
		{name: "a role is deleted after its holder gets another one", steps: []Step{setRoles("u1", "r2"), revokeToken("t1"), deleteRole("r1")}},
		{name: "a quarter of the users is removed", steps: each(4, "u", removeUser)},
		{name: "an address is added for here", steps: []Step{addAddress("d1", "192.0.2.9"), switchList("d1", true)}, own: here},
		{name: "a list is disabled", want: FuseOpenNetwork, state: shut, steps: []Step{switchList("d1", false)}},
		{name: "a list is disabled and emptied", want: FuseOpenNetwork, state: shut, steps: []Step{switchList("d1", false), removeAddress("d1", "203.0.113.0/24")}},
		{name: "an administrator gets more", steps: []Step{setRoles("chief", orgAdministrator, "people")}},
		{name: "an administrator is left", steps: []Step{removeUser("chief")}},

		{name: "too few administrators", want: FuseLastAdministrator, file: protect(Protect{Administrators: 2}), steps: []Step{removeUser("chief")}},
		{name: "an administrator loses the role", want: FuseLastAdministrator, file: protect(Protect{Administrators: 2}), steps: []Step{setRoles("chief", "people")}},
		{name: "the only accepted one loses the role", want: FuseLastAdministrator, state: lone, steps: []Step{setRoles("boss", "r1")}},
		{name: "a successor was only invited", want: FuseLastAdministrator, state: lone, steps: []Step{setRoles("boss", "people"), setRoles("later", orgAdministrator, "r1")}},
		{name: "no administrator has accepted", want: FuseLastAdministrator, state: invited, steps: []Step{removeUser("chief")}},
		{name: "no administrator has accepted, and an administrator gets more", state: invited, steps: []Step{setRoles("chief", orgAdministrator, "r1")}},
		{name: "three must stay", want: FuseLastAdministrator, file: protect(Protect{Administrators: 3}), steps: []Step{setRoles("chief")}},

		{name: "the token in use is revoked", want: FuseOwnRights, steps: []Step{revokeToken("own")}},
		{name: "the own role loses a permission", want: FuseOwnRights, state: limited, steps: []Step{updateRole("people", "org-user-read")}},
		{name: "the own role loses the right to read", want: FuseOwnRights, state: limited, steps: []Step{updateRole("people", "org-user-write", "db-cql")}},
		{name: "the own role loses its place", want: FuseOwnRights, state: limited, steps: []Step{func() Step {
			s := updateRole("people", "org-user-write", "org-user-read")
			s.RoleAfter.Resources = []string{"drn:astra:org:" + testOrg + ":db:*"}
			return s
		}()}},

		{name: "a protected user is removed", want: FuseProtected, file: protect(Protect{Users: []string{"U1@acme.example"}}), steps: []Step{removeUser("u1")}},
		{name: "a protected user loses a role", want: FuseProtected, file: protect(Protect{Users: []string{"u1@acme.example"}}), steps: []Step{setRoles("u1", "r2")}},
		{name: "a protected role is deleted", want: FuseProtected, file: protect(Protect{Roles: []string{"role spare"}}), steps: []Step{deleteRole("spare")}},
		{name: "a protected role loses a permission", want: FuseProtected, file: protect(Protect{Roles: []string{"role r1"}}), steps: []Step{updateRole("r1", "db-cql")}},
		{name: "a protected role gains a permission", want: FuseProtected, file: protect(Protect{Roles: []string{"id:spare"}}), steps: []Step{updateRole("spare", "db-cql", "db-rest")}},
		{name: "a protected role is renamed", want: FuseProtected, file: protect(Protect{Roles: []string{"role spare"}}), steps: []Step{rename("spare", "other")}},
		{name: "a role is renamed to a protected name", want: FuseProtected, file: protect(Protect{Roles: []string{"other"}}), steps: []Step{rename("spare", "other")}},
		{name: "a protected role loses a place", want: FuseProtected, file: protect(Protect{Roles: []string{"role spare"}}), steps: []Step{func() Step {
			s := updateRole("spare", "db-cql")
			s.RoleAfter.Resources = s.RoleAfter.Resources[:1]
			return s
		}()}},
		{name: "a protected token by description", want: FuseProtected, file: protect(Protect{Tokens: []string{"job 1"}}), steps: []Step{revokeToken("t1")}},
		{name: "a protected token by client ID", want: FuseProtected, file: protect(Protect{Tokens: []string{"void"}}), steps: []Step{revokeToken("void")}},

		{name: "users", want: FuseRemovals, steps: each(5, "u", removeUser)},
		{name: "users by number", want: FuseRemovals, file: protect(Protect{Removals: 1}), steps: each(2, "u", removeUser)},
		{name: "users by percentage", want: FuseRemovals, file: protect(Protect{Removals: 10, RemovalsAreAPercentage: true}), steps: each(2, "u", removeUser)},
		{name: "users of few", want: FuseRemovals, state: few, steps: []Step{removeUser("u10"), removeUser("u11"), removeUser("idle")}},
		{name: "tokens", want: FuseRemovals, steps: each(4, "t", revokeToken)},
		{name: "tokens by their mark", want: FuseRemovals, steps: []Step{byMark(revokeToken("t1")), byMark(revokeToken("t2"))}},
		{name: "a role takes something from many", want: FuseRemovals, steps: each(4, "r", func(id string) Step { return updateRole(id, "db-cql") })},
		{name: "roles by their mark", want: FuseRemovals, file: protect(Protect{Removals: 1}), steps: []Step{byMark(deleteRole("spare"))}},

		{name: "no users", want: FuseEmptySection, file: File{Users: []User{}}},
		{name: "no roles", want: FuseEmptySection, file: File{Roles: []Role{}}, steps: []Step{deleteRole("spare")}},
		{name: "no tokens", want: FuseEmptySection, file: File{Tokens: []Token{}}},
		{name: "no access lists", want: FuseEmptySection, file: File{AccessLists: []AccessList{}}},

		{name: "a list begins to apply, address unknown", want: FuseClosedNetwork, steps: []Step{switchList("d1", true)}},
		{name: "a list begins to apply without this machine", want: FuseClosedNetwork, steps: []Step{switchList("d1", true)}, own: here},
		{name: "a list is filled", want: FuseClosedNetwork, state: filled, steps: []Step{addAddress("d1", "198.51.100.7/32")}},
		{name: "the list of the API loses an address", want: FuseClosedNetwork, steps: []Step{removeAddress("", "198.51.100.7/32")}, own: office},
		{name: "the list of the API loses this machine", want: FuseClosedNetwork, steps: []Step{removeAddress("", "203.0.113.0/24")}, own: office},
		{name: "the list of the API begins to apply", want: FuseClosedNetwork, state: open, steps: []Step{addAddress("", "203.0.113.0/24")}, own: office},
		{name: "a list without effect is disabled", state: filled, steps: []Step{switchList("d1", false)}},
		{name: "a list is enabled without an address", want: FuseClosedNetwork, steps: []Step{removeAddress("d1", "203.0.113.0/24"), switchList("d1", true)}, own: here},
		{name: "the list of the API ends", want: FuseOpenNetwork, steps: []Step{removeAddress("", "203.0.113.0/24"), removeAddress("", "198.51.100.7/32")}, own: here},
		{name: "an entry of the API is disabled", want: FuseClosedNetwork, steps: []Step{{
			Kind: AccessListStep, Action: Update,
			AddressBefore: &Address{Address: "198.51.100.7/32"}, AddressAfter: &Address{Address: "198.51.100.7/32", Enabled: &off},
		}}},

		{name: "a token holds the role", want: FuseHeldRole, steps: []Step{setRoles("u1", "r2"), deleteRole("r1")}},
		{name: "a user holds the role", want: FuseHeldRole, steps: []Step{revokeToken("t1"), deleteRole("r1")}},
		{name: "the roles of a token are unknown", want: FuseHeldRole, state: func() State {
			s := company()
			s.Tokens[3].Roles = nil
			return s
		}(), steps: []Step{deleteRole("spare")}},
		{name: "tokens were not read", want: FuseHeldRole, state: func() State { s := company(); s.Tokens = nil; return s }(), steps: []Step{deleteRole("spare")}},

		{name: "unknown holders gain a description", state: roleReader, steps: []Step{updateRole("r1", "db-cql", "db-table-select")}},
		{name: "unknown holders escalate", want: FuseEscalation, state: roleReader, steps: []Step{updateRole("r1", "db-cql", "db-table-select", "org-user-write")}},
		{name: "unknown holders lose what the login needs", want: FuseOwnRights, state: roleReader, steps: []Step{updateRole("editors", "org-role-read")}},
		{name: "unknown holders lose access", want: FuseRemovals, state: roleReader, steps: []Step{updateRole("r1", "db-cql")}},
		{name: "unknown users lose access", want: FuseRemovals, state: func() State { s := roleReader; s.Tokens = company().Tokens; return s }(), steps: []Step{updateRole("editors", "org-role-read")}},
		{name: "tokens of unknown roles escalate", want: FuseEscalation, state: func() State {
			s := company()
			s.Tokens[3].Roles = nil
			return s
		}(), steps: []Step{updateRole("spare", "db-cql", "org-user-write")}},

		{name: "a user becomes an administrator", want: FuseEscalation, steps: []Step{setRoles("u1", "r1", orgAdministrator)}},
		{name: "an administrator is invited", want: FuseEscalation, steps: []Step{invite("new@acme.example", orgAdministrator)}},
		{name: "a role that many have escalates", want: FuseEscalation, steps: []Step{updateRole("r1", "db-cql", "db-table-select", "org-role-write")}},
		{name: "a new role escalates", want: FuseEscalation, steps: []Step{createRole("R", "org-token-write"), setRoles("idle", CreatedID("R"))}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.state.Organization.ID == "" {
				test.state = company()
			}
			fuses := Fuses(test.file, test.state, Order(test.state, test.steps), test.own)
			var tripped []string
			for _, f := range Refusals(fuses, nil) {
				tripped = append(tripped, f.Word)
			}
			var want []string
			if test.want != "" {
				want = []string{test.want}
			}
			if !slices.Equal(tripped, want) {
				t.Fatalf("tripped %v, want %v: %+v", tripped, want, fuses)
			}
			others := slices.DeleteFunc(append(AllowableFuses(), FuseProtected), func(w string) bool { return w == test.want })
			if len(Refusals(fuses, others)) != len(want) {
				t.Error("another word allows it")
			}
			if left := len(Refusals(fuses, []string{test.want})); left > 0 != (test.want == FuseProtected) {
				t.Errorf("%d are refused although %s is allowed", left, test.want)
			}
			if named := test.want == FuseRemovals || test.want == FuseEmptySection; NeedsName(fuses) != named {
				t.Errorf("needs the name: %v", !named)
			}
		})
	}
}
