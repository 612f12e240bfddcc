package config

import (
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// applyChanges edits the YAML tree of the configuration before so that it has the
// values of after. Unchanged nodes are kept.
func applyChanges(root *yaml.Node, before, after Config) {
	if len(root.Content) == 0 {
		setText(root, "version", formatVersion)
		value(root, "version").Tag = "!!int"
	}
	setText(root, "current_profile", after.CurrentProfile)
	editMapping(root, "defaults", func(m *yaml.Node) {
		for _, key := range slices.Sorted(maps.Keys(after.Defaults)) {
			if after.Defaults[key] != before.Defaults[key] {
				setText(m, key, after.Defaults[key])
			}
		}
		for key := range before.Defaults {
			if _, kept := after.Defaults[key]; !kept {
				remove(m, key)
			}
		}
	})
	setList(root, "profiles", before.Profiles, after.Profiles, func(p Profile) string { return p.Name }, applyProfile)
	setList(root, "organizations", before.Organizations, after.Organizations, func(o Org) string { return o.ID }, applyOrg)
}

func applyOrg(m *yaml.Node, _, after Org) {
	setText(m, "id", after.ID)
	setText(m, "name", after.Name)
}

func applyProfile(m *yaml.Node, before, after Profile) {
	setText(m, "name", after.Name)
	editMapping(m, "org", func(org *yaml.Node) { applyOrg(org, before.Org, after.Org) })
	setText(m, "api_url", after.APIURL)
	setText(m, "client_id", after.ClientID)
	setText(m, "store", after.Store)
	setList(m, "tokens", before.Tokens, after.Tokens, func(t SavedToken) string { return t.Name },
		func(m *yaml.Node, _, t SavedToken) {
			setText(m, "name", t.Name)
			setText(m, "client_id", t.ClientID)
			setText(m, "store", t.Store)
			setText(m, "org_id", t.OrgID)
		})
	setList(m, "sessions", before.Sessions, after.Sessions, func(r RESTSession) string { return r.DB },
		func(m *yaml.Node, _, r RESTSession) {
			setText(m, "db", r.DB)
			setText(m, "user", r.User)
			setText(m, "issued_at", r.IssuedAt)
		})
	before = swapDefaultBinding(m, before, after)
	editMapping(m, "env", func(env *yaml.Node) { applyEnv(env, before.Selected, after.Selected) })
	setList(m, "bindings", before.Bindings, after.Bindings, func(e Binding) string { return e.DB.ID }, applyEnv)
}

func applyEnv(m *yaml.Node, before, after Binding) {
	editMapping(m, "db", func(db *yaml.Node) {
		setText(db, "id", after.DB.ID)
		setText(db, "name", after.DB.Name)
	})
	setTexts(m, "regions", before.Regions, after.Regions)
	setText(m, "region", after.Region)
	setText(m, "keyspace", after.Keyspace)
	setText(m, "token", after.Token)
	editMapping(m, "token_expiry", func(expiry *yaml.Node) {
		setText(expiry, "client_id", after.Expiry.ClientID)
		setText(expiry, "at", after.Expiry.At)
	})
	setText(m, "endpoint", after.Endpoint)
}

// swapDefaultBinding moves the nodes of bindings between "env" and "bindings" when
// another one becomes the default, so that comments and unknown keys stay with
// their database. It returns the profile in the new nodes.
func swapDefaultBinding(m *yaml.Node, before, after Profile) Profile {
	env, list := value(m, "env"), value(m, "bindings")
	previousID := before.Selected.DB.ID
	if previousID == after.Selected.DB.ID || env != nil && env.Kind != yaml.MappingNode {
		return before
	}
	is := func(id string) func(Binding) bool { return func(e Binding) bool { return e.DB.ID == id } }
	before.Bindings = slices.Clone(before.Bindings)
	if i := slices.IndexFunc(before.Bindings, is(after.Selected.DB.ID)); i >= 0 && (env == nil || previousID != "") {
		put(m, "env", list.Content[i])
		if env == nil {
			list.Content = slices.Delete(list.Content, i, i+1)
			before.Selected, before.Bindings = before.Bindings[i], slices.Delete(before.Bindings, i, i+1)
			return before
		}
		list.Content[i] = env
		before.Selected, before.Bindings[i] = before.Bindings[i], before.Selected
		return before
	}
	if env == nil || previousID == "" || !slices.ContainsFunc(after.Bindings, is(previousID)) || slices.ContainsFunc(before.Bindings, is(previousID)) {
		return before
	}
	if list == nil || list.Kind != yaml.SequenceNode {
		list = &yaml.Node{Kind: yaml.SequenceNode}
		put(m, "bindings", list)
	}
	list.Style &^= yaml.FlowStyle
	list.Content = append(list.Content, env)
	put(m, "env", &yaml.Node{Kind: yaml.MappingNode})
	before.Bindings, before.Selected = append(before.Bindings, before.Selected), Binding{}
	return before
}

// setList edits the list under key. Elements keep their node by name, or by
// position if only names changed.
func setList[T any](m *yaml.Node, key string, before, after []T, name func(T) string, write func(m *yaml.Node, before, after T)) {
	list := value(m, key)
	var nodes []*yaml.Node
	if list != nil && list.Kind == yaml.SequenceNode {
		nodes = list.Content
	}
	find := func(in []T, wanted string) int {
		return slices.IndexFunc(in, func(t T) bool { return name(t) == wanted })
	}
	content := make([]*yaml.Node, len(after))
	for i, element := range after {
		old := find(before, name(element))
		if old < 0 && i < len(before) && find(after, name(before[i])) < 0 {
			old = i // renamed
		}
		var previous T
		if old >= 0 {
			previous, content[i] = before[old], nodes[old]
		} else {
			content[i] = &yaml.Node{Kind: yaml.MappingNode}
		}
		write(content[i], previous, element)
	}
	switch {
	case len(content) == 0 && len(nodes) == 0:
		return
	case len(content) == 0:
		remove(m, key)
	case list == nil:
		put(m, key, &yaml.Node{Kind: yaml.SequenceNode, Content: content})
	case list.Kind != yaml.SequenceNode:
		*list = yaml.Node{Kind: yaml.SequenceNode, Content: content, HeadComment: list.HeadComment, LineComment: list.LineComment, FootComment: list.FootComment}
	default:
		if len(nodes) == 0 {
			list.Style &^= yaml.FlowStyle // an empty [] becomes a block
		}
		list.Content = content
	}
}

// editMapping edits the mapping under key, which is created if edit adds a
// key, and removed if it is empty afterwards.
func editMapping(m *yaml.Node, key string, edit func(*yaml.Node)) {
	inner := value(m, key)
	if inner == nil || inner.Kind != yaml.MappingNode {
		fresh := &yaml.Node{Kind: yaml.MappingNode}
		edit(fresh)
		if len(fresh.Content) > 0 {
			put(m, key, fresh)
		}
		return
	}
	size := len(inner.Content)
	edit(inner)
	if size > 0 && len(inner.Content) == 0 {
		remove(m, key)
	}
}

// setText sets a value, or removes it if text is empty.
func setText(m *yaml.Node, key, text string) {
	old := value(m, key)
	switch {
	case text == "" && (old == nil || isNull(old) || old.Value == ""):
	case text == "":
		remove(m, key)
	case old == nil:
		put(m, key, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text})
	case old.Kind != yaml.ScalarNode || old.Value != text || isNull(old):
		*old = yaml.Node{
			Kind: yaml.ScalarNode, Tag: "!!str", Value: text,
			HeadComment: old.HeadComment, LineComment: old.LineComment, FootComment: old.FootComment,
		}
	}
}

// setTexts edits the list of strings under key.
func setTexts(m *yaml.Node, key string, before, after []string) {
	switch {
	case slices.Equal(before, after):
	case len(after) == 0:
		remove(m, key)
	default:
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, text := range after {
			list.Content = append(list.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text})
		}
		put(m, key, list)
	}
}

// put adds or replaces the value of a key.
func put(m *yaml.Node, key string, v *yaml.Node) {
	if len(m.Content) == 0 {
		m.Style &^= yaml.FlowStyle // an empty {} becomes a block
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			m.Content[i+1] = v
			return
		}
	}
	m.Content = append(m.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, v)
}

func remove(m *yaml.Node, key string) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			m.Content = slices.Delete(m.Content, i, i+2)
			return
		}
	}
}

// value returns the node under key, or nil.
func value(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}
