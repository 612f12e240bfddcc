package config

import "slices"

// AllBindings returns one binding for each database, the default one first.
func (p Profile) AllBindings() []Binding {
	var all []Binding
	if p.Selected.DB.ID != "" {
		all = append(all, p.Selected)
	}
	for _, e := range p.Bindings {
		if e.DB.ID != p.Selected.DB.ID { // an earlier version of the program may have selected it again
			all = append(all, e)
		}
	}
	return all
}

// Binding returns the binding of the database with the given ID.
func (p Profile) Binding(id string) (Binding, bool) {
	all := p.AllBindings()
	i := slices.IndexFunc(all, func(e Binding) bool { return e.DB.ID == id })
	if i < 0 {
		return Binding{}, false
	}
	return all[i], true
}

// DatabasesWith returns the names of the databases that use a saved token.
func (p Profile) DatabasesWith(token string) []string {
	var names []string
	for _, e := range p.AllBindings() {
		if e.Token == token {
			names = append(names, e.DB.Name)
		}
	}
	return names
}

// Select makes e the default binding and replaces an earlier binding of its
// database. Bindings of other databases are unchanged.
func (p *Profile) Select(e Binding) {
	all := p.AllBindings()
	p.Bindings = slices.DeleteFunc(all, func(other Binding) bool { return other.DB.ID == e.DB.ID })
	p.Selected = e
}

// Deselect removes the binding of the database with the given ID, and reports
// whether there was one. Removing the default leaves the profile without one
// until the next Select.
func (p *Profile) Deselect(id string) bool {
	_, found := p.Binding(id)
	p.Bindings = slices.DeleteFunc(slices.Clone(p.Bindings), func(e Binding) bool { return e.DB.ID == id })
	if p.Selected.DB.ID == id {
		p.Selected = Binding{}
	}
	return found
}

// RemoveToken removes the saved token with the given name, also from bindings.
func (p *Profile) RemoveToken(name string) {
	p.Tokens = slices.DeleteFunc(p.Tokens, func(t SavedToken) bool { return t.Name == name })
	p.Bindings = slices.Clone(p.Bindings)
	bindings := []*Binding{&p.Selected}
	for i := range p.Bindings {
		bindings = append(bindings, &p.Bindings[i])
	}
	for _, e := range bindings {
		if e.Token == name {
			e.Token = ""
		}
	}
}

// normalizeBindings replaces empty lists with nil.
func (p *Profile) normalizeBindings() {
	p.Bindings = slices.Clone(p.Bindings)
	if len(p.Bindings) == 0 {
		p.Bindings = nil
	}
	if len(p.Selected.Regions) == 0 {
		p.Selected.Regions = nil
	}
	for i := range p.Bindings {
		if len(p.Bindings[i].Regions) == 0 {
			p.Bindings[i].Regions = nil
		}
	}
}
