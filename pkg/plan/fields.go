package plan

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
)

func same(a, b string) bool { return a == b }

func (d *decoder) set(to *string, label string) func(*yaml.Node) {
	return func(n *yaml.Node) { *to, _ = d.text(n, label) }
}

func (d *decoder) setList(to *[]string, label string, same func(a, b string) bool) func(*yaml.Node) {
	return func(n *yaml.Node) { *to = d.texts(n, label, same) }
}

func (d *decoder) setWord(to *string, label string, words ...string) func(*yaml.Node) {
	return func(n *yaml.Node) { *to = d.oneOf(n, label, words) }
}

// sections are the keys of both a file and its fragments.
func (d *decoder) sections(f *File) []field {
	return []field{
		{"roles", func(n *yaml.Node) { d.roles(n, f) }},
		{"groups", func(n *yaml.Node) { d.groups(n, f) }},
		{"users", func(n *yaml.Node) { d.users(n, f) }},
		{"tokens", func(n *yaml.Node) { d.tokens(n, f) }},
		{"access-lists", func(n *yaml.Node) { d.accessLists(n, f) }},
		{"removed", func(n *yaml.Node) { d.mapping(n, "removed", d.removed(&f.Removed), nil) }},
	}
}

func (d *decoder) head(f *File, include *[]*yaml.Node) []field {
	return append([]field{
		{"version", func(n *yaml.Node) {
			if n = resolve(n); n.Kind != yaml.ScalarNode || n.Value != Version || n.ShortTag() != "!!int" {
				d.fail(n, "the version must be %s", Version)
			}
		}},
		{"organization", func(n *yaml.Node) {
			d.mapping(n, "organization", d.organization(&f.Organization), nil)
			if f.Organization.ID == "" {
				d.fail(n, "organization needs an id")
			}
		}},
		{"include", func(n *yaml.Node) { d.list(n, "include", func(e *yaml.Node) { *include = append(*include, e) }) }},
		{"manage", func(n *yaml.Node) {
			d.mapping(n, "manage", d.manage(&f.Manage), nil)
			if f.Manage.Mark == "" && (f.Manage.Roles == "owned" || f.Manage.Tokens == "owned") {
				d.fail(n, "owned needs a mark in manage, such as mark: acme-access")
			}
		}},
		{"protect", func(n *yaml.Node) { d.mapping(n, "protect", d.protect(&f.Protect), nil) }},
		{"ignore", func(n *yaml.Node) { d.mapping(n, "ignore", d.ignore(&f.Ignore), nil) }},
	}, d.sections(f)...)
}

func (d *decoder) organization(o *Organization) []field {
	return []field{{"id", d.set(&o.ID, "the id")}, {"name", d.set(&o.Name, "the name")}, {"profile", d.set(&o.Profile, "the profile")}}
}

func (d *decoder) manage(m *Manage) []field {
	return []field{
		{"roles", d.setWord(&m.Roles, "roles", "none", "listed", "owned", "all")},
		{"users", d.setWord(&m.Users, "users", "none", "listed", "all")},
		{"tokens", d.setWord(&m.Tokens, "tokens", "none", "watch", "owned", "all")},
		{"access-lists", d.setWord(&m.AccessLists, "access-lists", "none", "listed")},
		{"user-roles", d.setWord(&m.UserRoles, "user-roles", "exact", "at-least")},
		{"mark", func(n *yaml.Node) {
			if m.Mark, _ = d.text(n, "the mark"); strings.Trim(m.Mark, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
				d.fail(n, "the mark must have only lower case letters, digits and dashes")
			}
		}},
	}
}

func (d *decoder) protect(p *Protect) []field {
	return []field{
		{"administrators", func(n *yaml.Node) { p.Administrators = d.number(n, "administrators", resolve(n).Value) }},
		{"users", d.setList(&p.Users, "users", spelling.SameAddress)},
		{"roles", d.setList(&p.Roles, "roles", same)},
		{"tokens", d.setList(&p.Tokens, "tokens", same)},
		{"domains", d.setList(&p.Domains, "domains", strings.EqualFold)},
		{"removals", func(n *yaml.Node) {
			number, percent := strings.CutSuffix(resolve(n).Value, "%")
			p.RemovalsAreAPercentage = percent
			if p.Removals = d.number(n, "removals", number); percent && p.Removals > 100 {
				d.fail(n, "removals must be at most 100%%")
			}
		}},
	}
}

func (d *decoder) ignore(i *Ignore) []field {
	patterns := func(to *[]string, label string) func(*yaml.Node) {
		return func(n *yaml.Node) {
			*to = d.texts(n, label, same)
			d.checkPatterns(n, *to)
		}
	}
	return []field{{"roles", patterns(&i.Roles, "roles")}, {"users", patterns(&i.Users, "users")}, {"tokens", patterns(&i.Tokens, "tokens")}}
}

func (d *decoder) removed(r *Removed) []field {
	return []field{
		{"users", d.setList(&r.Users, "users", spelling.SameAddress)},
		{"roles", d.setList(&r.Roles, "roles", same)},
		{"tokens", d.setList(&r.Tokens, "tokens", same)},
	}
}

func (d *decoder) roles(n *yaml.Node, f *File) {
	if f.Roles == nil {
		f.Roles = []Role{}
	}
	d.list(n, "roles", func(e *yaml.Node) {
		r := Role{At: d.position(e)}
		d.mapping(e, "a role", d.role(&r), later())
		if r.Name == "" {
			d.fail(e, "this role has no name")
		}
		if r.Permissions == nil {
			d.fail(e, "this role has no permissions")
		}
		if i := slices.IndexFunc(f.Roles, func(o Role) bool { return r.Name != "" && o.Name == r.Name }); i >= 0 {
			d.fail(e, "duplicate role %q, also in %s:%d", r.Name, f.Roles[i].At.Path, f.Roles[i].At.Line)
		}
		f.Roles = append(f.Roles, r)
	})
}

func (d *decoder) role(r *Role) []field {
	return []field{
		{"name", d.set(&r.Name, "the name of a role")},
		{"was", d.setList(&r.Was, "was", same)},
		{"description", d.set(&r.Description, "description")},
		{"permissions", func(n *yaml.Node) {
			r.Permissions = []string{}
			d.list(n, "permissions", func(e *yaml.Node) {
				p, ok := d.permission(e)
				if slices.Contains(r.Permissions, p) {
					d.fail(e, "duplicate permission %s", p)
				} else if ok {
					r.Permissions = append(r.Permissions, p)
				}
			})
		}},
		{"in", func(n *yaml.Node) { d.in(n, &r.In) }},
		{"resources", d.setList(&r.Resources, "resources", same)},
	}
}

func (d *decoder) in(n *yaml.Node, in *In) {
	if n = resolve(n); n.Kind == yaml.ScalarNode {
		word := d.oneOf(n, "in", []string{"all", "organization"})
		in.All, in.Organization = word == "all", word == "organization"
		return
	}
	d.list(n, "in", func(e *yaml.Node) {
		var p Place
		d.mapping(e, "a place", d.place(&p), nil)
		switch {
		case p.Database == "":
			d.fail(e, "this place has no database")
		case p.Tables != nil && p.Keyspaces == nil:
			d.fail(e, "tables needs keyspaces")
		}
		for _, name := range slices.Concat(p.Keyspaces, p.Tables) {
			if err := (iam.Scope{Keyspace: name}).Check(); err != nil {
				d.fail(e, "%v", err)
			}
		}
		in.Places = append(in.Places, p)
	})
}

func (d *decoder) place(p *Place) []field {
	return []field{
		{"database", d.set(&p.Database, "database")},
		{"keyspaces", d.setList(&p.Keyspaces, "keyspaces", same)},
		{"tables", d.setList(&p.Tables, "tables", same)},
	}
}

func (d *decoder) groups(n *yaml.Node, f *File) {
	d.list(n, "groups", func(e *yaml.Node) {
		g := Group{At: d.position(e)}
		d.mapping(e, "a group", d.group(&g), later())
		if g.Name == "" {
			d.fail(e, "this group has no name")
		}
		if slices.ContainsFunc(f.Groups, func(o Group) bool { return g.Name != "" && o.Name == g.Name }) {
			d.fail(e, "duplicate group %q", g.Name)
		}
		f.Groups = append(f.Groups, g)
	})
}

func (d *decoder) group(g *Group) []field {
	return []field{
		{"name", d.set(&g.Name, "the name of a group")},
		{"roles", d.setList(&g.Roles, "roles", same)},
		{"members", d.setList(&g.Members, "members", spelling.SameAddress)},
	}
}

func (d *decoder) users(n *yaml.Node, f *File) {
	if f.Users == nil {
		f.Users = []User{}
	}
	d.list(n, "users", func(e *yaml.Node) {
		u := User{At: d.position(e)}
		d.mapping(e, "a user", d.user(&u), later())
		if u.Email == "" {
			d.fail(e, "this user has no email")
		}
		if slices.ContainsFunc(f.Users, func(o User) bool {
			return u.Email != "" && spelling.SameAddress(o.Email, u.Email) && o.At.Path == d.path
		}) {
			d.fail(e, "duplicate user %q", u.Email)
		}
		f.Users = append(f.Users, u)
	})
}

func (d *decoder) user(u *User) []field {
	return []field{
		{"email", d.set(&u.Email, "email")}, {"id", d.set(&u.ID, "the id")}, {"roles", d.setList(&u.Roles, "roles", same)},
	}
}

func (d *decoder) tokens(n *yaml.Node, f *File) {
	if f.Tokens == nil {
		f.Tokens = []Token{}
	}
	d.list(n, "tokens", func(e *yaml.Node) {
		t := Token{At: d.position(e)}
		d.mapping(e, "a token", d.token(&t), later())
		if t.Description == "" && t.ClientID == "" {
			d.fail(e, "this token has neither a description nor a client-id")
		}
		if slices.ContainsFunc(f.Tokens, func(o Token) bool {
			return t.ClientID != "" && t.ClientID == o.ClientID || t.ClientID+o.ClientID == "" && t.Description == o.Description
		}) {
			d.fail(e, "duplicate token")
		}
		f.Tokens = append(f.Tokens, t)
	})
}

func (d *decoder) token(t *Token) []field {
	return []field{
		{"description", d.set(&t.Description, "description")},
		{"client-id", d.set(&t.ClientID, "client-id")},
		{"roles", d.setList(&t.Roles, "roles", same)},
		{"owner", d.set(&t.Owner, "owner")},
		{"expires", d.setWord(&t.Expires, "expires", "required", "never", "any")},
		{"rotate", func(n *yaml.Node) {
			text, _ := d.text(n, "rotate")
			days, found := strings.CutSuffix(text, "d")
			if !found {
				d.fail(n, "rotate must be a number of days, such as 60d")
				return
			}
			d.number(n, "rotate", days)
			t.Rotate = text
		}},
	}
}

func (d *decoder) accessLists(n *yaml.Node, f *File) {
	if f.AccessLists == nil {
		f.AccessLists = []AccessList{}
	}
	d.list(n, "access-lists", func(e *yaml.Node) {
		l := AccessList{At: d.position(e)}
		d.mapping(e, "an access list", d.accessList(&l), nil)
		if (l.Database != "") == l.DevOpsAPI {
			d.fail(e, "an access list needs either a database or devops-api: true")
		}
		if slices.ContainsFunc(f.AccessLists, func(o AccessList) bool { return o.Database == l.Database && o.DevOpsAPI == l.DevOpsAPI }) {
			d.fail(e, "duplicate access list")
		}
		f.AccessLists = append(f.AccessLists, l)
	})
}

func (d *decoder) accessList(l *AccessList) []field {
	return []field{
		{"database", d.set(&l.Database, "database")},
		{"devops-api", func(n *yaml.Node) {
			value := d.boolean(n, "devops-api")
			l.DevOpsAPI = value != nil && *value
		}},
		{"enabled", func(n *yaml.Node) { l.Enabled = d.boolean(n, "enabled") }},
		{"addresses", func(n *yaml.Node) {
			l.Addresses = []Address{}
			d.list(n, "addresses", func(e *yaml.Node) {
				var a Address
				d.mapping(e, "an address", d.address(&a), nil)
				if a.Address == "" {
					d.fail(e, "this entry has no address")
				}
				l.Addresses = append(l.Addresses, a)
			})
		}},
	}
}

func (d *decoder) address(a *Address) []field {
	return []field{
		{"address", func(n *yaml.Node) {
			if a.Address, _ = d.text(n, "address"); a.Address != "" && !isAddress(a.Address) {
				d.fail(n, "%q is not an IP address or network", a.Address)
			}
		}},
		{"description", d.set(&a.Description, "description")},
		{"enabled", func(n *yaml.Node) { a.Enabled = d.boolean(n, "enabled") }},
	}
}
