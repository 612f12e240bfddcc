package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Contrast returns the steps that would make an organization like another one. Roles and
// databases are the same if their names are, and users if their addresses are. Only sections
// that were read of both are compared, and never tokens, because each organization has its
// own. The second result describes the steps. The error is one of Export or of a file.
func Contrast(a, b State) ([]Step, *Describer, error) {
	if a.RolesForNames || b.RolesForNames {
		a.RolesForNames, b.RolesForNames = true, true
	}
	a, b = a.portable(), b.portable()
	a.Databases = union(a.Databases, b.Databases, func(d StateDatabase) string { return d.ID })
	b.Databases = a.Databases
	if a.RolesForNames {
		a.Roles = union(a.Roles, b.Roles, func(r StateRole) string { return r.ID })
	}
	text, _, err := Export(b, ExportOptions{})
	if err != nil {
		return nil, nil, err
	}
	file, err := Parse("b", text)
	if err != nil {
		return nil, nil, err
	}
	if !a.RolesForNames {
		file.Manage.Roles, file.Roles = "all", orEmpty(file.Roles)
	}
	if a.Users != nil && b.Users != nil {
		file.Manage.Users, file.Users = "all", orEmpty(file.Users)
	}
	if a.AccessLists != nil && b.AccessLists != nil {
		file.AccessLists = addEmptyLists(a, file.AccessLists)
	}
	d, err := Diff(file, a)
	kinds := []StepKind{RoleStep, UserStep, AccessListStep}
	slices.SortStableFunc(d.Steps, func(x, y Step) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, x.Kind), slices.Index(kinds, y.Kind)), cmp.Compare(spelling.Fold(x.Name), spelling.Fold(y.Name)))
	})
	return d.Steps, NewDescriber(a, d.Steps), err
}

// addEmptyLists adds the access lists that only the state has, as empty ones.
func addEmptyLists(s State, lists []AccessList) []AccessList {
	names := newResolver(s)
	all := orEmpty(slices.Clone(lists))
	for _, l := range s.AccessLists {
		empty := AccessList{Addresses: []Address{}, DevOpsAPI: l.DatabaseID == ""}
		if l.DatabaseID != "" {
			if !slices.Contains(names.ids, l.DatabaseID) {
				continue
			}
			empty.Database, empty.Enabled = names.databaseRef(l.DatabaseID), new(false)
		}
		if !slices.ContainsFunc(all, func(o AccessList) bool { return o.DevOpsAPI == empty.DevOpsAPI && o.Database == empty.Database }) {
			all = append(all, empty)
		}
	}
	return all
}

func union[T any](a, b []T, id func(T) string) []T {
	all := slices.Clone(a)
	for _, item := range b {
		if !slices.ContainsFunc(a, func(o T) bool { return id(o) == id(item) }) {
			all = append(all, item)
		}
	}
	return all
}

// portable returns the state with names in place of IDs, where they are unique, and without
// tokens.
func (s State) portable() State {
	s.Tokens = nil
	n := newResolver(s)
	const own = "${org}"
	databases := map[string]string{}
	for _, d := range s.Databases {
		databases[d.ID] = d.ID
		if ref := n.databaseRef(d.ID); !strings.HasPrefix(ref, idPrefix) && (iam.Scope{Database: ref}).Check() == nil {
			databases[d.ID] = ref
		}
	}
	translate := func(resource string) string {
		d, err := iam.ParseDRN(resource)
		if err != nil || d.Org != n.org {
			return resource
		}
		d.Org = own
		if name, known := databases[d.Database]; known {
			d.Database = name
		}
		return d.String()
	}
	roles := map[string]string{}
	s.Roles = slices.Clone(s.Roles)
	for i, r := range s.Roles {
		roles[r.ID] = r.ID
		if ref := n.roleRef(r.ID); !r.Default && !strings.HasPrefix(ref, idPrefix) {
			roles[r.ID] = ref
		}
		s.Roles[i].ID, s.Roles[i].Mark = roles[r.ID], ""
		if !r.Default {
			s.Roles[i].Resources = convertAll(r.Resources, translate)
		}
	}
	users := usersByAddress(s.Users)
	s.Users = slices.Clone(s.Users)
	for i, u := range s.Users {
		if key := spelling.Fold(u.Email); u.Email != "" && len(users[key]) == 1 {
			s.Users[i].ID = key
		}
		s.Users[i].Roles = convertAll(u.Roles, func(id string) string {
			if name, known := roles[id]; known {
				return name
			}
			return id
		})
	}
	s.AccessLists = slices.Clone(s.AccessLists)
	for i, l := range s.AccessLists {
		if name, known := databases[l.DatabaseID]; known {
			s.AccessLists[i].DatabaseID = name
		}
	}
	s.Databases = slices.Clone(s.Databases)
	for i, d := range s.Databases {
		s.Databases[i].ID = databases[d.ID]
	}
	s.Organization = Organization{ID: own}
	return s
}

func convertAll(all []string, convert func(string) string) []string {
	converted := make([]string, len(all))
	for i, text := range all {
		converted[i] = convert(text)
	}
	return converted
}

// StateOf returns the organization that a file describes, without tokens: with the databases
// and roles that it names, and with names as IDs.
func StateOf(file File) (State, error) {
	s := State{Organization: file.Organization}
	for _, r := range iam.DefaultRoles() {
		s.Roles = append(s.Roles, StateRole{ID: r.ID, Name: r.Name, Default: true, Permissions: r.Policy.Actions, Resources: r.Policy.Resources})
	}
	addDatabase := func(ref string) {
		d := StateDatabase{ID: strings.TrimPrefix(ref, idPrefix), Name: strings.TrimPrefix(ref, idPrefix)}
		if ref != "" && ref != iam.Wildcard && !slices.Contains(s.Databases, d) {
			s.Databases = append(s.Databases, d)
		}
	}
	for _, r := range file.Roles {
		for _, p := range r.In.Places {
			addDatabase(p.Database)
		}
		for _, name := range r.Resources {
			for _, ref := range databasesIn(name) {
				addDatabase(ref)
			}
		}
	}
	for _, l := range file.AccessLists {
		addDatabase(l.Database)
	}
	sections := file.Sections()
	if s.RolesForNames = !sections.Roles; !sections.Roles {
		names := newResolver(s)
		for _, u := range file.wantedUsers() {
			for _, ref := range u.Roles {
				if _, err := names.role(ref); err != nil {
					r := StateRole{ID: ref, Name: ref}
					s.Roles, names = append(s.Roles, r), newResolver(State{Roles: append(s.Roles, r)})
				}
			}
		}
	}
	if sections.Users {
		s.Users = []StateUser{}
	}
	if sections.AccessLists {
		s.AccessLists = []StateAccessList{}
	}
	file.Removed, file.Tokens = Removed{}, nil
	for i := range file.Roles {
		file.Roles[i].ID = ""
	}
	for i := range file.Users {
		file.Users[i].ID = ""
	}
	d, err := Diff(file, s)
	if err != nil {
		return State{}, err
	}
	return Apply(s, d.Steps), nil
}

// databasesIn returns the databases that placeholders of a resource name.
func databasesIn(resource string) []string {
	var found []string
	for _, part := range strings.Split(resource, "${db:")[1:] {
		name, _, _ := strings.Cut(part, "}")
		found = append(found, name)
	}
	return found
}

// Only returns the state with these sections alone. Roles remain for their names.
func (s State) Only(sections Sections) State {
	s.RolesForNames = s.RolesForNames || !sections.Roles
	if !sections.Users {
		s.Users = nil
	}
	if !sections.Tokens {
		s.Tokens = nil
	}
	if !sections.AccessLists {
		s.AccessLists = nil
	}
	return s
}
