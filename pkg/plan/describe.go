package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
)

// A Describer words the steps of a plan for people.
type Describer struct {
	state  State
	names  *resolver
	people map[string]string // what users and tokens are called, by ID
	roles  map[string]string // names by ID
}

// NewDescriber returns a describer of steps from a state. A role that they rename has its
// new name, as in the file.
func NewDescriber(state State, steps []Step) *Describer {
	d := &Describer{state, newResolver(state), map[string]string{}, map[string]string{}}
	for _, u := range state.Users {
		d.people[u.ID] = u.Email
	}
	for _, t := range state.Tokens {
		d.people[t.ClientID] = "token " + t.name()
	}
	for _, r := range state.Roles {
		d.roles[r.ID] = r.Name
	}
	for _, s := range steps {
		if s.Kind == RoleStep && s.RoleAfter != nil && s.ID != "" {
			d.roles[s.ID] = s.RoleAfter.Name
		}
	}
	return d
}

// Describe says what a step changes, such as "+ RO User, - R/W User".
func (d *Describer) Describe(s Step) string {
	switch s.Kind {
	case RoleStep:
		return d.describeRole(s)
	case UserStep:
		before, after := []string{}, []string{}
		if s.UserBefore != nil {
			before = s.UserBefore.Roles
		}
		if s.UserAfter != nil {
			after = s.UserAfter.Roles
		}
		if s.UserAfter == nil {
			return strings.Join(d.roleNames(before), ", ")
		}
		return d.describeChange(d.roleNames(before), d.roleNames(after))
	case TokenStep:
		return strings.Join(d.roleNames(s.TokenBefore.Roles), ", ")
	default:
		return describeList(s)
	}
}

// roleNames returns the names of roles, sorted.
func (d *Describer) roleNames(ids []string) []string {
	var names []string
	for _, id := range ids {
		if name, created := CreatedName(id); created {
			names = append(names, name)
		} else {
			names = append(names, cmp.Or(d.roles[id], idPrefix+id))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// describeChange lists the elements that are added, and those that are removed.
func (d *Describer) describeChange(before, after []string) string {
	var parts []string
	for _, name := range after {
		if !slices.Contains(before, name) {
			parts = append(parts, "+ "+name)
		}
	}
	for _, name := range before {
		if !slices.Contains(after, name) {
			parts = append(parts, "- "+name)
		}
	}
	return strings.Join(parts, ", ")
}

func (d *Describer) describeRole(s Step) string {
	switch s.Action {
	case Create:
		return fmt.Sprintf("%s in %s", spelling.Count(len(s.RoleAfter.Permissions), "permission"), d.describeResources(*s.RoleAfter))
	case Delete:
		if s.OnlyByMark {
			return "has the mark " + s.RoleBefore.Mark
		}
		return ""
	default:
	}
	before, after := *s.RoleBefore, *s.RoleAfter
	var parts []string
	if before.Name != after.Name {
		parts = append(parts, "renamed from "+before.Name)
	}
	if change := d.describeChange(d.names.sortPermissions(before.Permissions), d.names.sortPermissions(after.Permissions)); change != "" {
		parts = append(parts, change)
	}
	if !slices.Equal(distinct(before.Resources), distinct(after.Resources)) {
		parts = append(parts, "in "+d.describeResources(after)+" instead of "+d.describeResources(before))
	}
	if cmp.Or(before.Description, before.Name) != cmp.Or(after.Description, after.Name) && before.Name == after.Name {
		parts = append(parts, "description")
	}
	if before.Mark != after.Mark {
		parts = append(parts, "signed with the mark "+after.Mark)
	}
	if change := d.describeChange(distinct(before.Resources), distinct(after.Resources)); len(parts) == 0 && change != "" {
		parts = append(parts, change)
	}
	return strings.Join(parts, "; ")
}

// describeResources describes the places of a role, and counts other resource names.
func (d *Describer) describeResources(r StateRole) string {
	in, rest := decompile(d.state.Organization.ID, d.names.ids, r.Permissions, r.Resources)
	var parts []string
	switch in.Word {
	case InAll:
		parts = append(parts, "all databases")
	case InOrganization:
		parts = append(parts, "the organization")
	}
	for _, p := range in.Places {
		name := p.Database
		if name == iam.Wildcard {
			name = "all databases"
		} else {
			name = strings.TrimPrefix(d.names.databaseRef(name), idPrefix)
		}
		if p.Keyspaces == nil {
			parts = append(parts, name)
		}
		for _, keyspace := range p.Keyspaces {
			text := name + "." + keyspace
			if p.Tables != nil {
				text += " (tables " + strings.Join(p.Tables, ", ") + ")"
			}
			parts = append(parts, text)
		}
	}
	if len(rest) > 0 {
		parts = append(parts, spelling.Count(len(rest), "resource name"))
	}
	if parts == nil {
		return "no place"
	}
	return strings.Join(parts, ", ")
}

func describeList(s Step) string {
	label := func(a *Address) string {
		text := a.Address
		if a.Description != "" {
			text += " (" + a.Description + ")"
		}
		if !a.admits() {
			text += ", disabled"
		}
		return text
	}
	switch s.Action {
	case Add:
		return "+ " + label(s.AddressAfter)
	case Remove:
		return "- " + label(s.AddressBefore)
	case Update:
		return label(s.AddressBefore) + " is now " + label(s.AddressAfter)
	case Enable:
		return "enabled: admits only " + spelling.Count(len(s.ListAfter.admittedEntries()), "network")
	default:
		return "disabled: admits every address"
	}
}

// Remark says what a reviewer should know of a step: who changed a role last, and what
// cannot be undone. It is empty for most steps.
func (d *Describer) Remark(s Step) string {
	var parts []string
	if r := s.RoleBefore; r != nil && !r.UpdatedAt.IsZero() {
		text := "last changed " + r.UpdatedAt.UTC().Format("2006-01-02")
		if by := cmp.Or(d.people[r.UpdatedBy], r.UpdatedBy); by != "" {
			text += " by " + by
		}
		parts = append(parts, text)
	}
	switch {
	case s.Kind == UserStep && s.Action == Remove:
		parts = append(parts, "undo sends a new invitation")
	case s.Kind == RoleStep && s.Action == Delete:
		parts = append(parts, "undo creates a role with another ID")
	case s.Undo == No:
		parts = append(parts, "cannot be undone")
	}
	return strings.Join(parts, "; ")
}

// Sign returns + for a step that adds, - for one that removes, and ~ for others.
func (s Step) Sign() string {
	switch s.Action {
	case Create, Invite, Add:
		return "+"
	case Delete, Remove, Revoke:
		return "-"
	default:
		return "~"
	}
}

// Summary counts steps by what they do: create, update and delete.
func Summary(steps []Step, same int) map[string]int {
	n := map[string]int{"create": 0, "update": 0, "delete": 0, "same": same}
	for _, s := range steps {
		n[map[string]string{"+": "create", "~": "update", "-": "delete"}[s.Sign()]]++
	}
	return n
}
