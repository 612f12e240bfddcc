package plan

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
)

// field is a key of a mapping: its description for people, and how its value is read.
type field struct {
	key, doc string
	value
}

// value reads a value of a file, and describes it for editors.
type value struct {
	read   func(*yaml.Node)
	schema func() schema
}

func same(a, b string) bool { return a == b }

func (d *decoder) setText(to *string, label string) value {
	return value{func(n *yaml.Node) { *to, _ = d.text(n, label) }, textSchema}
}

func (d *decoder) setTexts(to *[]string, label string, same func(a, b string) bool) value {
	return value{func(n *yaml.Node) { *to = d.texts(n, label, same) }, func() schema { return listSchema(textSchema()) }}
}

func (d *decoder) setWord(to *string, label string, words ...string) value {
	return value{func(n *yaml.Node) { *to = d.oneOf(n, label, words) }, func() schema { return schema{"enum": words} }}
}

func (d *decoder) setBoolean(to **bool, label string) value {
	return value{func(n *yaml.Node) { *to = d.boolean(n, label) }, func() schema { return schema{"type": "boolean"} }}
}

// object reads a mapping, and then checks it.
func (d *decoder) object(label string, fields []field, check func(*yaml.Node), required ...string) value {
	return value{
		func(n *yaml.Node) {
			d.mapping(n, label, fields, later())
			check(n)
		},
		func() schema { return objectSchema(fields, required...) },
	}
}

// elements reads a list of mappings. element returns how the next one is read, and adds it
// when it has been checked.
func (d *decoder) elements(label string, begin func(), element func(at Position) value) value {
	return value{
		func(n *yaml.Node) {
			begin()
			d.list(n, label, func(e *yaml.Node) { element(d.position(e)).read(e) })
		},
		func() schema { return listSchema(element(Position{}).schema()) },
	}
}

// sections are the keys of both a file and its fragments.
func (d *decoder) sections(f *File) []field {
	return []field{
		{"roles", "Custom roles.", d.roles(f)},
		{"groups", "Roles for several users.", d.groups(f)},
		{"users", "Users and their roles.", d.users(f)},
		{"tokens", "Application tokens, without their secrets.", d.tokens(f)},
		{"access-lists", "IP access lists of databases and of the DevOps API.", d.accessLists(f)},
		{"removed", "Users, roles and tokens that must not exist.", d.object("removed", d.removed(&f.Removed), func(*yaml.Node) {})},
	}
}

func (d *decoder) head(f *File, include *[]*yaml.Node) []field {
	version := value{
		func(n *yaml.Node) {
			if n = resolve(n); n.Kind != yaml.ScalarNode || n.Value != Version || n.ShortTag() != "!!int" {
				d.fail(n, "the version must be %s", Version)
			}
		},
		func() schema { return schema{"const": 1} },
	}
	fragments := value{
		func(n *yaml.Node) { d.list(n, "include", func(e *yaml.Node) { *include = append(*include, e) }) },
		func() schema { return listSchema(textSchema()) },
	}
	return append([]field{
		{"version", "The version of the format.", version},
		{"organization", "The organization of the file.", d.object("organization", d.organization(&f.Organization), func(n *yaml.Node) {
			if f.Organization.ID == "" {
				d.fail(n, "organization needs an id")
			}
		}, "id")},
		{"include", "Fragments with further roles, groups, users, tokens, access lists and removed names: paths below the directory of this file, also with *.", fragments},
		{"manage", "What the file decides about.", d.object("manage", d.manage(&f.Manage), func(n *yaml.Node) {
			f.Manage.At = d.position(n)
			if f.Manage.Mark == "" && (f.Manage.Roles == "owned" || f.Manage.Tokens == "owned") {
				d.fail(n, "owned needs a mark in manage, such as mark: acme-access")
			}
		})},
		{"protect", "Limits of every change.", d.object("protect", d.protect(&f.Protect), func(*yaml.Node) {})},
		{"ignore", "What the file never concerns: names, or ~ and a regular expression.", d.object("ignore", d.ignore(&f.Ignore), func(*yaml.Node) {})},
	}, d.sections(f)...)
}

func (d *decoder) organization(o *Organization) []field {
	return []field{
		{"id", "The ID of the organization.", d.setText(&o.ID, "the id")},
		{"name", "The name of the organization, for people.", d.setText(&o.Name, "the name")},
		{"profile", "The profile with the login; by default the one of the organization.", d.setText(&o.Profile, "the profile")},
	}
}

func (d *decoder) manage(m *Manage) []field {
	mark := value{
		func(n *yaml.Node) {
			if m.Mark, _ = d.text(n, "the mark"); strings.Trim(m.Mark, markLetters) != "" {
				d.fail(n, "the mark must have only lower case letters, digits and dashes")
			}
		},
		func() schema { return schema{"type": "string", "pattern": "^[a-z0-9-]+$"} },
	}
	return []field{
		{"roles", "The custom roles that the file decides about: none, those listed, also those with its mark, or all.", d.setWord(&m.Roles, "roles", "none", "listed", "owned", "all")},
		{"users", "The users that the file decides about: none, those listed, or all.", d.setWord(&m.Users, "users", "none", "listed", "all")},
		{"tokens", "The tokens that the file decides about: none; watch reports only; owned revokes those with its mark that are not listed, all every one that is not listed.", d.setWord(&m.Tokens, "tokens", "none", "watch", "owned", "all")},
		{"access-lists", "The access lists that the file decides about: none, or those listed.", d.setWord(&m.AccessLists, "access-lists", "none", "listed")},
		{"user-roles", "Whether a listed user has exactly the roles of the file, or at least these.", d.setWord(&m.UserRoles, "user-roles", "exact", "at-least")},
		{"mark", "The mark of the roles and tokens that this file made.", mark},
	}
}

func (d *decoder) protect(p *Protect) []field {
	administrators := value{
		func(n *yaml.Node) { p.Administrators = d.number(n, "administrators", resolve(n).Value) },
		func() schema { return schema{"type": "integer", "minimum": 1} },
	}
	removals := value{
		func(n *yaml.Node) {
			number, percent := strings.CutSuffix(resolve(n).Value, "%")
			p.RemovalsAreAPercentage = percent
			if p.Removals = d.number(n, "removals", number); percent && p.Removals > 100 {
				d.fail(n, "removals must be at most 100%%")
			}
		},
		func() schema {
			return schema{"anyOf": []schema{{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]+%$"}}}
		},
	}
	return []field{
		{"administrators", "How many Organization Administrators must remain (default 1).", administrators},
		{"users", "Users that are never removed and never lose a role.", d.setTexts(&p.Users, "users", spelling.SameAddress)},
		{"roles", "Roles that are never changed or deleted.", d.setTexts(&p.Roles, "roles", same)},
		{"tokens", "Tokens that are never revoked: saved names, descriptions or client IDs.", d.setTexts(&p.Tokens, "tokens", same)},
		{"domains", "The domains of the addresses of users.", d.setTexts(&p.Domains, "domains", strings.EqualFold)},
		{"removals", "How much of each section may be removed: a percentage or a number (default 25%).", removals},
	}
}

func (d *decoder) ignore(i *Ignore) []field {
	patterns := func(to *[]string, label string) value {
		v := d.setTexts(to, label, same)
		read := v.read
		v.read = func(n *yaml.Node) {
			read(n)
			d.checkPatterns(n, *to)
		}
		return v
	}
	return []field{
		{"roles", "Names of roles.", patterns(&i.Roles, "roles")},
		{"users", "Addresses of users.", patterns(&i.Users, "users")},
		{"tokens", "Saved names, descriptions or client IDs of tokens.", patterns(&i.Tokens, "tokens")},
	}
}

func (d *decoder) removed(r *Removed) []field {
	names := func(to *[]string, list string, same func(a, b string) bool) value {
		v := d.setTexts(to, list, same)
		read := v.read
		v.read = func(n *yaml.Node) {
			others := *to // of another fragment
			read(n)
			if r.at == nil {
				r.at = map[removedName]Position{}
			}
			for _, e := range resolve(n).Content {
				r.at[removedName{list, resolve(e).Value}] = d.position(e)
			}
			*to = append(others, *to...)
		}
		return v
	}
	return []field{
		{"users", "Addresses of users.", names(&r.Users, "users", spelling.SameAddress)},
		{"roles", "Names of custom roles.", names(&r.Roles, "roles", same)},
		{"tokens", "Saved names, descriptions or client IDs of tokens.", names(&r.Tokens, "tokens", same)},
	}
}

func (d *decoder) roles(f *File) value {
	begin := func() { f.Roles = orEmpty(f.Roles) }
	return d.elements("roles", begin, func(at Position) value {
		r := &Role{At: at}
		return d.object("a role", d.role(r), func(n *yaml.Node) {
			switch {
			case r.Name == "" && r.ID == "":
				d.fail(n, "this role has no name")
			case r.In.IsZero() && r.Resources == nil:
				d.fail(n, "this role has neither in nor resources; in: all is every database")
			}
			if r.Permissions == nil {
				d.fail(n, "this role has no permissions")
			}
			if i := slices.IndexFunc(f.Roles, func(o Role) bool {
				return r.ID != "" && o.ID == r.ID || r.Name != "" && o.Name == r.Name && (r.ID == "" || o.ID == "")
			}); i >= 0 {
				d.fail(n, "duplicate role %q, also in %s:%d", r.Name, f.Roles[i].At.Path, f.Roles[i].At.Line)
			}
			f.Roles = append(f.Roles, *r)
		}, "permissions")
	})
}

func (d *decoder) role(r *Role) []field {
	permissions := value{
		func(n *yaml.Node) {
			r.Permissions = []string{}
			d.list(n, "permissions", func(e *yaml.Node) {
				p, ok := d.permission(e)
				if ok && slices.Contains(r.Permissions, p) {
					d.fail(e, "duplicate permission %s", p)
				} else if ok {
					r.Permissions = append(r.Permissions, p)
				}
			})
		},
		func() schema { return listSchema(permissionSchema()) },
	}
	in := value{
		func(n *yaml.Node) { d.in(n, &r.In) },
		func() schema {
			return schema{"anyOf": []schema{{"enum": []string{InAll, InOrganization}}, listSchema(objectSchema(d.place(&Place{}), "database"))}}
		},
	}
	return []field{
		{"name", "The name of the role.", d.setText(&r.Name, "the name of a role")},
		{"id", "The ID of the role, if the name does not identify it.", d.setText(&r.ID, "the id")},
		{"was", "Earlier names: a role with one of them is renamed.", d.setTexts(&r.Was, "was", same)},
		{"description", "The description; by default the name.", d.setText(&r.Description, "description")},
		{"permissions", "Permissions, by Portal name or API parameter.", permissions},
		{"in", "Where the role applies: all databases, the organization only, or a list of places.", in},
		{"resources", "Resource names in addition to those of in; alone, exactly these. ${org} is the ID of the organization and ${db:NAME} that of a database.", d.setTexts(&r.Resources, "resources", same)},
	}
}

func (d *decoder) in(n *yaml.Node, in *In) {
	if n = resolve(n); n.Kind == yaml.ScalarNode {
		in.Word = d.oneOf(n, "in", []string{InAll, InOrganization})
		return
	}
	in.Places = []Place{}
	d.list(n, "in", func(e *yaml.Node) {
		p := Place{At: d.position(e)}
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
	if len(in.Places) == 0 {
		d.fail(n, "in is an empty list: write in: organization for no database, or in: all")
	}
}

func (d *decoder) place(p *Place) []field {
	return []field{
		{"database", "A database by name or ID; * is every database.", d.setText(&p.Database, "database")},
		{"keyspaces", "Keyspaces; without them, all, also those created later.", d.setTexts(&p.Keyspaces, "keyspaces", same)},
		{"tables", "Tables of the keyspaces; without them, all, also those created later.", d.setTexts(&p.Tables, "tables", same)},
	}
}

func (d *decoder) groups(f *File) value {
	return d.elements("groups", func() { f.Groups = orEmpty(f.Groups) }, func(at Position) value {
		g := &Group{At: at}
		return d.object("a group", d.group(g), func(n *yaml.Node) {
			if g.Name == "" {
				d.fail(n, "this group has no name")
			}
			if slices.ContainsFunc(f.Groups, func(o Group) bool { return g.Name != "" && o.Name == g.Name }) {
				d.fail(n, "duplicate group %q", g.Name)
			}
			f.Groups = append(f.Groups, *g)
		}, "name")
	})
}

func (d *decoder) group(g *Group) []field {
	return []field{
		{"name", "The name of the group, which only this file knows.", d.setText(&g.Name, "the name of a group")},
		{"roles", "Names of roles.", d.setTexts(&g.Roles, "roles", same)},
		{"members", "Addresses of users.", d.setTexts(&g.Members, "members", spelling.SameAddress)},
	}
}

func (d *decoder) users(f *File) value {
	seen := map[string][]string{} // IDs by address; several fragments may have a user
	return d.elements("users", func() { f.Users = orEmpty(f.Users) }, func(at Position) value {
		u := &User{At: at}
		return d.object("a user", d.user(u), func(n *yaml.Node) {
			if u.Email == "" && u.ID == "" {
				d.fail(n, "this user has no email")
			}
			key := spelling.Fold(u.Email)
			if u.Email != "" && slices.ContainsFunc(seen[key], func(id string) bool { return id == u.ID || id == "" || u.ID == "" }) {
				d.fail(n, "duplicate user %q", u.Email)
			}
			seen[key] = append(seen[key], u.ID)
			f.Users = append(f.Users, *u)
		})
	})
}

func (d *decoder) user(u *User) []field {
	return []field{
		{"email", "The address of the user.", d.setText(&u.Email, "email")},
		{"id", "The ID of the user. With another user at this address, nothing is changed.", d.setText(&u.ID, "the id")},
		{"roles", "Names of roles.", d.setTexts(&u.Roles, "roles", same)},
	}
}

func (d *decoder) tokens(f *File) value {
	return d.elements("tokens", func() { f.Tokens = orEmpty(f.Tokens) }, func(at Position) value {
		t := &Token{At: at}
		return d.object("a token", d.token(t), func(n *yaml.Node) {
			if t.Description == "" && t.ClientID == "" {
				d.fail(n, "this token has neither a description nor a client-id")
			}
			if slices.ContainsFunc(f.Tokens, func(o Token) bool {
				return t.ClientID != "" && t.ClientID == o.ClientID || t.ClientID+o.ClientID == "" && t.Description == o.Description
			}) {
				d.fail(n, "duplicate token")
			}
			f.Tokens = append(f.Tokens, *t)
		})
	})
}

func (d *decoder) token(t *Token) []field {
	rotate := value{
		func(n *yaml.Node) {
			text, _ := d.text(n, "rotate")
			days, found := strings.CutSuffix(text, "d")
			if !found {
				d.fail(n, "rotate must be a number of days, such as 60d")
				return
			}
			t.Rotate = d.number(n, "rotate", days)
		},
		func() schema { return schema{"type": "string", "pattern": "^[0-9]+d$"} },
	}
	return []field{
		{"description", "The description of the token, which identifies it unless client-id does.", d.setText(&t.Description, "description")},
		{"client-id", "The client ID of the token.", d.setText(&t.ClientID, "client-id")},
		{"roles", "Names of roles.", d.setTexts(&t.Roles, "roles", same)},
		{"owner", "The address of the user who is responsible for the token.", d.setText(&t.Owner, "owner")},
		{"expires", "Whether the token must have an expiry.", d.setWord(&t.Expires, "expires", "required", "never", "any")},
		{"rotate", "The age, such as 60d, after which the token is reported.", rotate},
	}
}

func (d *decoder) accessLists(f *File) value {
	return d.elements("access-lists", func() { f.AccessLists = orEmpty(f.AccessLists) }, func(at Position) value {
		l := &AccessList{At: at}
		return d.object("an access list", d.accessList(l), func(n *yaml.Node) {
			switch {
			case (l.Database != "") == l.DevOpsAPI:
				d.fail(n, "an access list needs either a database or devops-api: true")
			case l.DevOpsAPI && l.Enabled != nil:
				d.fail(n, "the access list of the DevOps API is enabled whenever it has an address: remove enabled")
			}
			if slices.ContainsFunc(f.AccessLists, func(o AccessList) bool { return o.Database == l.Database && o.DevOpsAPI == l.DevOpsAPI }) {
				d.fail(n, "duplicate access list")
			}
			f.AccessLists = append(f.AccessLists, *l)
		})
	})
}

func (d *decoder) accessList(l *AccessList) []field {
	api := value{
		func(n *yaml.Node) {
			word := d.boolean(n, "devops-api")
			l.DevOpsAPI = word != nil && *word
		},
		func() schema { return schema{"const": true} },
	}
	addresses := d.elements("addresses", func() { l.Addresses = []Address{} }, func(at Position) value {
		a := &Address{At: at}
		return d.object("an address", d.address(a), func(n *yaml.Node) {
			network, known := a.Network()
			switch {
			case a.Address == "":
				d.fail(n, "this entry has no address")
			case known && slices.ContainsFunc(l.Addresses, func(o Address) bool { other, _ := o.Network(); return other == network }):
				d.fail(n, "duplicate address %s", network)
			case l.DevOpsAPI && a.Enabled != nil:
				d.fail(n, "an address of the DevOps API cannot be disabled: remove enabled")
			}
			l.Addresses = append(l.Addresses, *a)
		}, "address")
	})
	return []field{
		{"database", "A database by name or ID.", d.setText(&l.Database, "database")},
		{"devops-api", "The list is that of the DevOps API.", api},
		{"enabled", "Whether the list restricts access.", d.setBoolean(&l.Enabled, "enabled")},
		{"addresses", "All addresses of the list.", addresses},
	}
}

func (d *decoder) address(a *Address) []field {
	address := value{
		func(n *yaml.Node) {
			a.Address, _ = d.text(n, "address")
			if _, known := a.Network(); a.Address != "" && !known {
				d.fail(n, "%q is not an IP address or network", a.Address)
			}
		},
		textSchema,
	}
	return []field{
		{"address", "An IP address or a network in CIDR notation.", address},
		{"description", "What the address is.", d.setText(&a.Description, "description")},
		{"enabled", "Whether the address is admitted (default true).", d.setBoolean(&a.Enabled, "enabled")},
	}
}

// orEmpty returns a slice that is not nil.
func orEmpty[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
