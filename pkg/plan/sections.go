package plan

// Sections are the parts of an organization that a file manages, or that are read.
type Sections struct{ Roles, Users, Tokens, AccessLists bool }

// SectionNames are the names of all sections, in the order of a file.
func SectionNames() []string { return []string{"roles", "users", "tokens", "access-lists"} }

// NewSections returns the sections with these names.
func NewSections(names []string) Sections {
	var s Sections
	for _, name := range names {
		switch name {
		case "roles":
			s.Roles = true
		case "users":
			s.Users = true
		case "tokens":
			s.Tokens = true
		case "access-lists":
			s.AccessLists = true
		}
	}
	return s
}

// And returns the sections that both have.
func (s Sections) And(other Sections) Sections {
	return Sections{s.Roles && other.Roles, s.Users && other.Users, s.Tokens && other.Tokens, s.AccessLists && other.AccessLists}
}

// Or returns the sections that either has.
func (s Sections) Or(other Sections) Sections {
	return Sections{s.Roles || other.Roles, s.Users || other.Users, s.Tokens || other.Tokens, s.AccessLists || other.AccessLists}
}

// SectionsOf returns the sections that steps change.
func SectionsOf(steps []Step) Sections {
	var all Sections
	for _, s := range steps {
		all = all.Or(Sections{s.Kind == RoleStep, s.Kind == UserStep, s.Kind == TokenStep, s.Kind == AccessListStep})
	}
	return all
}

// Sections returns the sections that the file manages: those that it has or that manage
// names, unless it manages none of them.
func (f File) Sections() Sections {
	manages := func(word string, has bool) bool { return word != "none" && (word != "" || has) }
	return Sections{
		Roles:       manages(f.Manage.Roles, f.Roles != nil || len(f.Removed.Roles) > 0),
		Users:       manages(f.Manage.Users, f.Users != nil || f.Groups != nil || len(f.Removed.Users) > 0),
		Tokens:      manages(f.Manage.Tokens, f.Tokens != nil || len(f.Removed.Tokens) > 0),
		AccessLists: manages(f.Manage.AccessLists, f.AccessLists != nil),
	}
}

// Names returns the names of the sections, in the order of a file.
func (s Sections) Names() []string {
	names := []string{}
	for i, has := range []bool{s.Roles, s.Users, s.Tokens, s.AccessLists} {
		if has {
			names = append(names, SectionNames()[i])
		}
	}
	return names
}
