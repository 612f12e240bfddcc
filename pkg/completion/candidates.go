package completion

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/iam"
)

// candidates returns all of a source. Without settings these are only the constant
// ones.
func (c completer) candidates(source Source, hasSettings bool, owners []string, q query) []candidate {
	switch source {
	case Permissions:
		var all []candidate
		for _, p := range iam.Permissions() {
			all = append(all, candidate{Value: p.Parameter, Description: p.Name})
		}
		return all
	case Whats:
		var all []candidate
		for _, w := range access.Capabilities() {
			all = append(all, candidate{Value: w.Name, Description: w.Description})
		}
		return append(all, c.candidates(Permissions, hasSettings, owners, q)...)
	case Principals:
		all := []candidate{{Value: "me", Description: "the token in use"}}
		for _, source := range []Source{Users, Tokens} {
			all = append(all, c.candidates(source, hasSettings, owners, q)...)
		}
		return all
	case Roles:
		all := c.recordedCandidates(Roles, hasSettings, q)
		for _, r := range iam.DefaultRoles() {
			if !slices.ContainsFunc(all, func(one candidate) bool { return one.Value == r.Name || one.Value == r.ID }) {
				all = append(all, candidate{Value: r.Name})
			}
		}
		for _, r := range iam.DefaultRoles() { // without a prefix each would be listed twice
			if name := iam.DisplayName(r.ID); q.prefix != "" && !contains(all, name) {
				all = append(all, candidate{Value: name, Description: r.Name})
			}
		}
		return all
	case Keyspaces, Regions, CloudRegions:
		return belongingTo(owners, c.recordedCandidates(source, hasSettings, query{prefix: q.prefix}))
	case Tokens:
		saved := c.profileCandidates(SavedTokens, hasSettings)
		others := slices.DeleteFunc(c.recordedCandidates(Tokens, hasSettings, query{prefix: q.prefix}), func(one candidate) bool {
			return q.prefix == "" && slices.ContainsFunc(saved, func(s candidate) bool { return s.Description == one.Value })
		})
		return append(saved, others...)
	case Databases:
		all := c.recordedCandidates(source, hasSettings, q)
		for _, selected := range c.profileCandidates(Databases, hasSettings) {
			if !contains(all, selected.Value) {
				all = append(all, selected)
			}
		}
		return all
	case Users, Tenants, PCUGroups:
		return c.recordedCandidates(source, hasSettings, q)
	case Runs:
		return c.runCandidates(hasSettings)
	default:
		return c.profileCandidates(source, hasSettings)
	}
}

// runCandidates returns the IDs of the journals of runs, which are the names of their files.
func (c completer) runCandidates(hasSettings bool) []candidate {
	paths, err := c.app.Paths()
	if err != nil || !hasSettings {
		return nil
	}
	names, _ := filepath.Glob(filepath.Join(paths.State, "runs", strings.Repeat("[0-9a-f]", 8)+".jsonl"))
	var all []candidate
	for _, name := range names {
		all = append(all, candidate{Value: strings.TrimSuffix(filepath.Base(name), ".jsonl")})
	}
	return all
}

func contains(all []candidate, value string) bool {
	return slices.ContainsFunc(all, func(c candidate) bool { return c.Value == value })
}

// belongingTo returns the candidates that belong to one of owners, or all if none does.
func belongingTo(owners []string, all []candidate) []candidate {
	some := slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return !slices.Contains(owners, c.Description) })
	if len(some) > 0 {
		return some
	}
	return all
}

// recordedCandidates returns the names in the last list that the active credential received.
func (c completer) recordedCandidates(source Source, hasSettings bool, q query) []candidate {
	if !hasSettings {
		return nil
	}
	active, found, err := c.app.ActiveSource()
	paths, _ := c.app.Paths() // as far as they are known
	if err != nil || !found || paths.Cache == "" {
		return nil
	}
	key := cacheKey(c.app.Identity(active))
	if key == "" {
		return nil
	}
	return readNames(paths.Cache, key, string(source), q, c.app.Now())
}

// profileCandidates returns names in the configuration.
func (c completer) profileCandidates(source Source, hasSettings bool) []candidate {
	cfg, err := c.app.Config()
	if err != nil || !hasSettings {
		return nil
	}
	var all []candidate
	switch source {
	case Profiles:
		for _, p := range cfg.Profiles {
			all = append(all, candidate{Value: p.Name, Description: p.Org.Name})
		}
	case SavedTokens:
		profile, err := c.app.Profile()
		if err != nil {
			return nil
		}
		for _, t := range profile.Tokens {
			all = append(all, candidate{Value: t.Name, Description: t.ClientID})
		}
	case Databases: // those that were selected with the active credential
		active, _, err := c.app.ActiveSource()
		profile := active.Profile
		if c.app.UsesSandbox() && err == nil {
			profile, err = c.app.Profile()
		}
		if err != nil {
			return nil
		}
		var databases []resource
		for _, b := range profile.AllBindings() {
			databases = append(databases, resource{ID: b.DB.ID, Name: b.DB.Name, Description: b.Region})
		}
		all = c.name(databases)
	case OrganizationIDs:
		for _, o := range organizations(cfg) {
			all = append(all, candidate{Value: o.ID, Description: o.Name})
		}
	case Organizations:
		var orgs []resource
		for _, o := range organizations(cfg) {
			orgs = append(orgs, resource{ID: o.ID, Name: o.Name})
		}
		all = c.name(orgs)
	default: // the others are not in the configuration
	}
	return all
}

func (c completer) name(resources []resource) []candidate {
	return candidatesOf(resources, func(s string) string { return sanitize(c.app, s) })
}

// organizations returns those of the profiles and those of "org add", each once.
func organizations(cfg config.Config) []config.Org {
	var all []config.Org
	add := func(o config.Org) {
		if !slices.ContainsFunc(all, func(other config.Org) bool { return other.ID == o.ID }) {
			all = append(all, o)
		}
	}
	for _, p := range cfg.Profiles {
		add(p.Org)
	}
	for _, o := range cfg.Organizations {
		add(o)
	}
	return all
}
