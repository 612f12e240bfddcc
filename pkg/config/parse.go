package config

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/failpoint"
)

// parse parses a configuration file. The node is nil for a file without
// content.
func parse(path string, data []byte) (Config, *yaml.Node, error) {
	return (&decoder{path: path}).parse(data)
}

// parseNew parses content to write, with stricter rules.
func parseNew(path string, data []byte) (Config, error) {
	c, _, err := (&decoder{path: path, longest: maxText}).parse(data)
	return c, err
}

func (s *decoder) parse(data []byte) (Config, *yaml.Node, error) {
	var c Config
	doc := s.document(data)
	if doc != nil && s.err == nil {
		c = s.config(doc.Content[0])
	}
	if s.err != nil && !failpoint.Disabled("damaged-config") {
		return Config{}, nil, s.err
	}
	return c, doc, nil
}

func (s *decoder) config(root *yaml.Node) Config {
	var c Config
	s.mapping(root, "the file", func(key, value *yaml.Node) {
		switch key.Value {
		case "version":
			if value.Kind != yaml.ScalarNode || value.Value != formatVersion {
				s.fail(value, "the version of this file is not %s: a newer astra wrote it, or it is mistyped", formatVersion)
			}
		case "current_profile":
			c.CurrentProfile = s.name(value, key.Value)
		case "defaults":
			c.Defaults = s.defaults(value)
		case "profiles":
			c.Profiles = s.profiles(value)
		case "organizations":
			c.Organizations = s.organizations(value)
		}
	})
	return c
}

func (s *decoder) defaults(n *yaml.Node) map[string]string {
	var found map[string]string
	known := DefaultKeys()
	s.mapping(n, "defaults", func(key, value *yaml.Node) {
		if !slices.Contains(known, key.Value) || isNull(value) {
			return
		}
		if value.Kind != yaml.ScalarNode {
			s.fail(value, "%s must be a single value", key.Value)
			return
		}
		if s.longest > 0 && len(value.Value) > s.longest {
			s.fail(value, "%s is longer than %d KiB", key.Value, s.longest>>10)
			return
		}
		if found == nil {
			found = make(map[string]string)
		}
		found[key.Value] = value.Value
	})
	return found
}

func (s *decoder) profiles(n *yaml.Node) []Profile {
	var all []Profile
	names := make(map[string]bool)
	s.list(n, "profiles", func(element *yaml.Node) {
		p := s.profile(element)
		switch {
		case p.Name == "":
			s.fail(element, "this profile has no name")
		case names[p.Name]:
			s.fail(element, "duplicate profile name")
		}
		names[p.Name] = true
		all = append(all, p)
	})
	return all
}

func (s *decoder) profile(n *yaml.Node) Profile {
	var p Profile
	s.mapping(n, "a profile", func(key, value *yaml.Node) {
		switch key.Value {
		case "name":
			p.Name = s.name(value, "the name of a profile")
		case "org":
			p.Org.ID, p.Org.Name = s.pair(value, key.Value)
		case "api_url":
			p.APIURL = s.text(value, key.Value)
		case "client_id":
			p.ClientID = s.text(value, key.Value)
		case "store":
			p.Store = s.text(value, key.Value)
		case "tokens":
			p.Tokens = s.tokens(value)
		case "sessions":
			p.Sessions = s.sessions(value)
		case "env":
			p.Selected = s.env(value)
		case "bindings":
			p.Bindings = s.bindings(value)
		}
	})
	return p
}

func (s *decoder) organizations(n *yaml.Node) []Org {
	var all []Org
	s.list(n, "organizations", func(element *yaml.Node) {
		var o Org
		o.ID, o.Name = s.pair(element, "an organization")
		switch {
		case o.ID == "":
			s.fail(element, "this organization has no id")
		case slices.ContainsFunc(all, func(other Org) bool { return other.ID == o.ID }):
			s.fail(element, "duplicate organization ID")
		}
		all = append(all, o)
	})
	return all
}

func (s *decoder) tokens(n *yaml.Node) []SavedToken {
	var all []SavedToken
	names := make(map[string]bool)
	s.list(n, "tokens", func(element *yaml.Node) {
		var t SavedToken
		s.mapping(element, "a saved token", func(key, value *yaml.Node) {
			switch key.Value {
			case "name":
				t.Name = s.name(value, "the name of a saved token")
			case "client_id":
				t.ClientID = s.text(value, key.Value)
			case "store":
				t.Store = s.text(value, key.Value)
			case "org_id":
				t.OrgID = s.text(value, key.Value)
			}
		})
		switch {
		case t.Name == "":
			s.fail(element, "this saved token has no name")
		case names[t.Name]:
			s.fail(element, "duplicate saved token name in the profile")
		}
		names[t.Name] = true
		all = append(all, t)
	})
	return all
}

func (s *decoder) sessions(n *yaml.Node) []RESTSession {
	var all []RESTSession
	s.list(n, "sessions", func(element *yaml.Node) {
		var r RESTSession
		s.mapping(element, "a session", func(key, value *yaml.Node) {
			switch key.Value {
			case "db":
				r.DB = s.identifier(value, key.Value)
			case "user":
				r.User = s.text(value, key.Value)
			case "issued_at":
				r.IssuedAt = s.text(value, key.Value)
			}
		})
		switch {
		case r.DB == "":
			s.fail(element, "this session has no database")
		case slices.ContainsFunc(all, func(other RESTSession) bool { return other.DB == r.DB }):
			s.fail(element, "duplicate session for the database in the profile")
		}
		all = append(all, r)
	})
	return all
}

func (s *decoder) bindings(n *yaml.Node) []Binding {
	var all []Binding
	s.list(n, "bindings", func(element *yaml.Node) {
		e := s.env(element)
		switch {
		case e.DB.ID == "":
			s.fail(element, "this binding has no database")
		case slices.ContainsFunc(all, func(other Binding) bool { return other.DB.ID == e.DB.ID }):
			s.fail(element, "duplicate binding of the database in the profile")
		}
		all = append(all, e)
	})
	return all
}

func (s *decoder) env(n *yaml.Node) Binding {
	var e Binding
	s.mapping(n, "a binding", func(key, value *yaml.Node) {
		switch key.Value {
		case "db":
			e.DB.ID, e.DB.Name = s.pair(value, key.Value)
		case "regions":
			e.Regions = s.texts(value, key.Value)
		case "region":
			e.Region = s.text(value, key.Value)
		case "keyspace":
			e.Keyspace = s.text(value, key.Value)
		case "token":
			e.Token = s.name(value, "the name of the token of a binding")
		case "token_expiry":
			s.mapping(value, key.Value, func(key, value *yaml.Node) {
				switch key.Value {
				case "client_id":
					e.Expiry.ClientID = s.text(value, key.Value)
				case "at":
					e.Expiry.At = s.text(value, key.Value)
				}
			})
		case "endpoint":
			e.Endpoint = s.text(value, key.Value)
		}
	})
	return e
}

// pair reads ID and name of an organization or a database.
func (s *decoder) pair(n *yaml.Node, label string) (id, name string) {
	s.mapping(n, label, func(key, value *yaml.Node) {
		switch key.Value {
		case "id":
			id = s.text(value, "id")
		case "name":
			name = s.text(value, "name")
		}
	})
	return id, name
}
