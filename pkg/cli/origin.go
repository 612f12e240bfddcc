package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/names"
)

// An Origin says where the candidates for a word of the command line come from.
type Origin string

// The origins. Databases, Roles, Users, Tokens, Keyspaces and Regions are what the
// service said last; Profiles, SavedTokens and Organizations are in the
// configuration.
const (
	None            Origin = "" // free text
	Files           Origin = "files"
	Choices         Origin = "choices" // of an Enum
	Columns         Origin = "columns" // of the list that the command prints
	Databases       Origin = "databases"
	Roles           Origin = "roles"
	Users           Origin = "users"
	Tokens          Origin = "tokens"
	Keyspaces       Origin = "keyspaces"
	Regions         Origin = "regions" // in which databases are
	AnyRegions      Origin = "anyregions"
	Permissions     Origin = "permissions"
	Profiles        Origin = "profiles"
	SavedTokens     Origin = "saved"
	Organizations   Origin = "organizations"
	OrganizationIDs Origin = "organization-ids"
)

// FlagOrigin is the origin of a flag's value: a file by its placeholder, the values
// of an Enum, or what the name of the flag tells.
func FlagOrigin(cmd *cobra.Command, f *pflag.Flag) Origin {
	if placeholder, _ := pflag.UnquoteUsage(f); placeholder == "file" {
		return Files
	}
	switch f.Name {
	case "columns", "sort", "filter":
		return Columns
	case "db", "hibernate", "wake":
		return Databases
	case "role", "add-role", "remove-role", "like":
		return Roles
	case "accept":
		return Users
	case "keyspace":
		return Keyspaces
	case "region":
		if cmd.Flags().Lookup("db") == nil && !strings.Contains(cmd.Use, "DB") {
			return AnyRegions
		}
		return Regions
	case "permission", "add-permission", "remove-permission":
		return Permissions
	case "profile":
		return Profiles
	case "saved-token":
		return SavedTokens
	case "org":
		return OrganizationIDs
	}
	if len(valuesOf(f)) > 0 {
		return Choices
	}
	return None
}

// ArgumentOrigin is the origin of a positional argument, by its placeholder in the
// usage line.
func ArgumentOrigin(cmd *cobra.Command, placeholder string) Origin {
	switch strings.Trim(placeholder, "[]…") {
	case "DB":
		return Databases
	case "ROLE", "A", "B": // which "role diff" compares
		return Roles
	case "USER":
		return Users
	case "TOKEN":
		return Tokens
	case "REGION":
		if cmd.Name() == "add" {
			return AnyRegions // the database is not in it yet
		}
		return Regions
	case "KEYSPACE":
		return Keyspaces
	case "PERMISSION":
		return Permissions
	case "PROFILE":
		return Profiles
	case "ORG":
		return Organizations
	case "FILE", "COMMAND", "ARGUMENT":
		return Files
	default:
		if len(cmd.ValidArgs) > 0 {
			return Choices
		}
		return None
	}
}

// originAt is the origin of the positional argument with an index.
func originAt(cmd *cobra.Command, index int) Origin {
	all := Placeholders(cmd)
	if n := len(all); n > 0 && index >= n && strings.Contains(all[n-1], "…") {
		index = n - 1
	}
	if index >= len(all) {
		return None
	}
	return ArgumentOrigin(cmd, all[index])
}

// candidates are all that there are of an origin. Without settings there are no
// more than those that are always there.
func (a *App) candidates(origin Origin, settled bool, named []string, q names.Query) []names.Candidate {
	switch origin {
	case Permissions:
		var all []names.Candidate
		for _, p := range iam.Permissions() {
			all = append(all, names.Candidate{Value: p.Parameter, Description: p.Name})
		}
		return all
	case Roles:
		all := a.kept(Roles, settled, q)
		for _, r := range iam.DefaultRoles() {
			if !slices.ContainsFunc(all, func(c names.Candidate) bool { return c.Value == r.Name || c.Value == r.ID }) {
				all = append(all, names.Candidate{Value: r.Name})
			}
		}
		for _, r := range iam.DefaultRoles() { // without a word that is begun they would all be there twice
			if name := iam.DisplayName(r.ID); q.Prefix != "" && !slices.ContainsFunc(all, func(c names.Candidate) bool { return c.Value == name }) {
				all = append(all, names.Candidate{Value: name, Description: r.Name})
			}
		}
		return all
	case Keyspaces, Regions, AnyRegions:
		return partsOf(a.kept(origin, settled, names.Query{Prefix: q.Prefix}), named)
	case Tokens:
		saved := a.local(SavedTokens, settled)
		others := slices.DeleteFunc(a.kept(Tokens, settled, names.Query{Prefix: q.Prefix}), func(c names.Candidate) bool {
			return q.Prefix == "" && slices.ContainsFunc(saved, func(s names.Candidate) bool { return s.Description == c.Value })
		})
		return append(saved, others...)
	case Databases:
		all := a.kept(origin, settled, q)
		for _, known := range a.local(Databases, settled) {
			if !slices.ContainsFunc(all, func(c names.Candidate) bool { return c.Value == known.Value }) {
				all = append(all, known)
			}
		}
		return all
	case Users:
		return a.kept(origin, settled, q)
	default:
		return a.local(origin, settled)
	}
}

// kept are the names that the service gave last to the credential that wins.
func (a *App) kept(kind Origin, settled bool, q names.Query) []names.Candidate {
	if !settled {
		return nil
	}
	source, found, err := a.activeSource()
	paths, _ := a.Paths() // those that can be told
	if err != nil || !found || paths.Cache == "" {
		return nil
	}
	place := a.placeOf(source)
	if place == "" {
		return nil
	}
	return names.Read(paths.Cache, place, string(kind), q, a.Now())
}

// partsOf are the parts of what is named, or of all if none of that is known.
func partsOf(all []names.Candidate, named []string) []names.Candidate {
	some := slices.DeleteFunc(slices.Clone(all), func(c names.Candidate) bool { return !slices.Contains(named, c.Description) })
	if len(some) > 0 {
		return some
	}
	return all
}

// local are names that are in the configuration.
func (a *App) local(origin Origin, settled bool) []names.Candidate {
	cfg, err := a.Config()
	if err != nil || !settled {
		return nil
	}
	var all []names.Candidate
	switch origin {
	case Profiles:
		for _, p := range cfg.Profiles {
			all = append(all, names.Candidate{Value: p.Name, Description: p.Org.Name})
		}
	case SavedTokens:
		profile, err := a.Profile()
		if err != nil {
			return nil
		}
		for _, t := range profile.Tokens {
			all = append(all, names.Candidate{Value: t.Name, Description: t.ClientID})
		}
	case Databases: // those that were selected with the credential that wins
		source, _, err := a.activeSource()
		profile := source.profile
		if a.sandboxed && err == nil {
			profile, err = a.Profile()
		}
		if err != nil {
			return nil
		}
		var things []names.Kind
		for _, b := range profile.AllBindings() {
			things = append(things, names.Kind{ID: b.DB.ID, Name: b.DB.Name, Description: b.Region})
		}
		all = names.ReadAll(things, a.shown)
	case OrganizationIDs:
		for _, o := range organizations(cfg) {
			all = append(all, names.Candidate{Value: o.ID, Description: o.Name})
		}
	case Organizations:
		var things []names.Kind
		for _, o := range organizations(cfg) {
			things = append(things, names.Kind{ID: o.ID, Name: o.Name})
		}
		all = names.ReadAll(things, a.shown)
	default: // the others are not there
	}
	return all
}

// organizations are those of the profiles, and those that were added from here,
// each once.
func organizations(cfg config.Config) []config.Org {
	var all []config.Org
	add := func(o config.Org) {
		if !slices.ContainsFunc(all, func(known config.Org) bool { return known.ID == o.ID }) {
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
