package plan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
)

// ExportOptions are choices about a file that is written.
type ExportOptions struct {
	Pin      bool // write the IDs of users
	Comments bool // write how many users and tokens have each role
}

// SecretError reports a text that looks like a token, which no file may contain.
type SecretError struct{ In string } // what has the text, without it

// Error says where the text is.
func (e *SecretError) Error() string {
	return e.In + " contains what looks like an application token, which a file must not contain"
}

// Export returns the file that describes a state: the same bytes for the same state, and no
// difference from it. Sections that were not read are not managed. What a file cannot
// describe is left out, and reported in notes.
func Export(state State, options ExportOptions) (file []byte, notes []string, err error) {
	e := exporter{state: state, options: options, names: newResolver(state)}
	e.writeHead()
	e.writeRoles()
	e.writeUsers()
	e.writeTokens()
	e.writeAccessLists()
	if e.secretIn != "" {
		return nil, nil, &SecretError{e.secretIn}
	}
	return []byte(e.text.String()), e.notes, nil
}

type exporter struct {
	state    State
	options  ExportOptions
	names    *resolver
	text     strings.Builder
	notes    []string
	object   string // what is being written
	secretIn string // the first object with what looks like a token
}

func (e *exporter) writeLine(format string, args ...any) { fmt.Fprintf(&e.text, format+"\n", args...) }

func (e *exporter) note(format string, args ...any) {
	e.notes = append(e.notes, fmt.Sprintf(format, args...))
}

func (e *exporter) writeHead() {
	word := func(read bool, managed string) string {
		if read {
			return managed
		}
		return "none"
	}
	e.object = "the name of the organization"
	e.writeLine("# astra help access-files describes this format.")
	e.writeLine("version: %s\norganization:\n  id: %s", Version, e.quote(e.state.Organization.ID))
	if e.state.Organization.Name != "" {
		e.writeLine("  name: %s", e.quote(e.state.Organization.Name))
	}
	e.writeLine("\nmanage:\n  roles: %s\n  users: %s\n  tokens: %s\n  access-lists: %s", word(e.state.Roles != nil && !e.state.RolesForNames, "listed"),
		word(e.state.Users != nil, "listed"), word(e.state.Tokens != nil, "watch"), word(e.state.AccessLists != nil, "listed"))
}

func (e *exporter) writeSection(name string, entries int) {
	if entries > 0 {
		e.writeLine("\n%s:", name)
	}
}

func (e *exporter) writeRoles() {
	if e.state.RolesForNames {
		return
	}
	custom := slices.DeleteFunc(slices.Clone(e.state.Roles), func(r StateRole) bool { return r.Default || r.Denies })
	for _, r := range e.state.Roles {
		if r.Denies {
			e.note("role %s denies permissions, which a file cannot describe", r.Name)
		}
	}
	slices.SortFunc(custom, func(a, b StateRole) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	e.writeSection("roles", len(custom))
	for _, r := range custom {
		e.object = "role " + r.ID
		if r.Name == "" {
			e.writeLine("  - id: %s%s", e.quote(r.ID), e.countHolders(r.ID))
		} else {
			e.writeLine("  - name: %s%s", e.quote(r.Name), e.countHolders(r.ID))
			if e.names.roleRef(r.ID) != r.Name {
				e.writeLine("    id: %s", e.quote(r.ID))
			}
		}
		if r.Description != "" && r.Description != r.Name {
			e.writeLine("    description: %s", e.quote(r.Description))
		}
		permissions := e.names.sortPermissions(r.Permissions)
		for i, p := range permissions {
			if parsed, err := parsePermission(p); err != nil || parsed != p {
				permissions[i] = parameterPrefix + p
			}
		}
		e.writeList("    permissions: ", permissions)
		e.writePlaces(r)
	}
}

func (e *exporter) writePlaces(r StateRole) {
	in, rest := decompile(e.state.Organization.ID, e.names.ids, r.Permissions, r.Resources)
	if in.Word != "" {
		e.writeLine("    in: %s", in.Word)
	} else if in.Places != nil {
		e.writeLine("    in:")
		for i := range in.Places {
			if id := in.Places[i].Database; id != iam.Wildcard {
				in.Places[i].Database = e.names.databaseRef(id)
			}
		}
		slices.SortStableFunc(in.Places, func(a, b Place) int { return cmp.Compare(a.Database, b.Database) })
		for _, p := range in.Places {
			e.writeEntry("      - ", keyValue{"database", p.Database}, keyValue{"keyspaces", p.Keyspaces}, keyValue{"tables", p.Tables})
		}
	}
	switch {
	case rest == nil && !in.IsZero():
	case len(rest) == 0:
		e.writeLine("    resources: []")
	default:
		e.writeLine("    resources:")
		for _, name := range rest {
			e.writeLine("      - %s", e.quote(e.names.shorten(name)))
		}
	}
}

// countHolders returns a comment with the number of users and tokens that have a role.
func (e *exporter) countHolders(id string) string {
	if !e.options.Comments {
		return ""
	}
	var parts []string
	count := func(n int, noun string) {
		if n > 0 {
			parts = append(parts, spelling.Count(n, noun))
		}
	}
	users, tokens := 0, 0
	for _, u := range e.state.Users {
		if slices.Contains(u.Roles, id) {
			users++
		}
	}
	for _, t := range e.state.Tokens {
		if slices.Contains(t.Roles, id) {
			tokens++
		}
	}
	count(users, "user")
	count(tokens, "token")
	switch {
	case e.state.Users == nil || e.state.Tokens == nil:
		return "" // it would be a part
	case parts == nil:
		return "  # held by no user or token"
	}
	return "  # held by " + strings.Join(parts, ", ")
}

func (e *exporter) writeUsers() {
	all := slices.Clone(e.state.Users)
	slices.SortFunc(all, func(a, b StateUser) int { return cmp.Or(cmp.Compare(a.Email, b.Email), cmp.Compare(a.ID, b.ID)) })
	e.writeSection("users", len(all))
	byAddress := usersByAddress(all)
	for _, u := range all {
		e.object = "user " + u.ID
		id := ""
		if e.options.Pin || u.Email == "" || len(byAddress[spelling.Fold(u.Email)]) > 1 {
			id = u.ID
		}
		e.writeEntry("  - ", keyValue{"email", u.Email}, keyValue{"id", id}, keyValue{"roles", e.roleRefs(u.Roles)})
	}
}

// usersByAddress returns users by the form of their addresses that SameAddress compares.
func usersByAddress(all []StateUser) map[string][]StateUser {
	found := map[string][]StateUser{}
	for _, u := range all {
		key := spelling.Fold(u.Email)
		found[key] = append(found[key], u)
	}
	return found
}

func (e *exporter) roleRefs(ids []string) []string {
	var refs []string
	for _, id := range ids {
		refs = append(refs, e.names.roleRef(id))
	}
	slices.Sort(refs)
	return orEmpty(slices.Compact(refs))
}

func (e *exporter) writeTokens() {
	var live []StateToken
	for _, t := range e.state.Tokens {
		if t.isLive(e.state.Now) {
			live = append(live, t)
		}
	}
	slices.SortFunc(live, func(a, b StateToken) int {
		return cmp.Or(a.GeneratedAt.Compare(b.GeneratedAt), cmp.Compare(a.ClientID, b.ClientID))
	})
	e.writeSection("tokens", len(live))
	described := map[string]int{}
	for _, t := range live {
		described[t.Description]++
	}
	for _, t := range live {
		e.object = "token " + t.ClientID
		identity := keyValue{"client-id", t.ClientID}
		if t.Description != "" && described[t.Description] == 1 {
			identity = keyValue{"description", t.Description}
		}
		roles := keyValue{"roles", []string(nil)}
		if t.Roles != nil {
			roles.value = e.roleRefs(t.Roles)
		}
		e.writeEntry("  - ", identity, roles)
	}
}

func (e *exporter) writeAccessLists() {
	type list struct {
		head string
		StateAccessList
	}
	var lists []list
	for _, l := range e.state.AccessLists {
		switch {
		case l.DatabaseID == "" && len(l.Addresses) > 0:
			lists = append(lists, list{"devops-api: true", l})
		case !l.Enabled && len(l.networks()) == 0: // as if there were none
		case slices.Contains(e.names.ids, l.DatabaseID):
			e.object = "the name of database " + l.DatabaseID
			lists = append(lists, list{"database: " + e.quote(e.names.databaseRef(l.DatabaseID)), l})
		}
	}
	slices.SortStableFunc(lists, func(a, b list) int { return cmp.Compare(a.head, b.head) })
	e.writeSection("access-lists", len(lists))
	for _, l := range lists {
		e.object = "the access list of " + cmp.Or(l.DatabaseID, "the DevOps API")
		e.writeLine("  - %s", l.head)
		if l.DatabaseID != "" {
			e.writeLine("    enabled: %t", l.Enabled)
		}
		addresses := l.networks()
		if len(addresses) == 0 {
			e.writeLine("    addresses: []")
			continue
		}
		e.writeLine("    addresses:")
		for _, a := range addresses {
			disabled := ""
			if l.DatabaseID != "" && a.Enabled != nil && !*a.Enabled {
				disabled = "false"
			}
			e.writeEntry("      - ", keyValue{"address", a.Address}, keyValue{"description", a.Description}, keyValue{"enabled", word(disabled)})
		}
	}
}

// networks returns the addresses of a list, each network once and sorted. What is not an
// address is left out.
func (l StateAccessList) networks() []Address {
	var all []Address
	for _, a := range l.Addresses {
		network, known := a.Network()
		if known && !slices.ContainsFunc(all, func(o Address) bool { other, _ := o.Network(); return other == network }) {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b Address) int {
		x, _ := a.Network()
		y, _ := b.Network()
		return cmp.Or(x.Addr().Compare(y.Addr()), cmp.Compare(x.Bits(), y.Bits()))
	})
	return all
}

// keyValue is a key of a mapping on one line: a text, a list of texts, or a word. Empty texts and
// absent lists are left out.
type keyValue struct {
	key   string
	value any
}

type word string

func (e *exporter) writeEntry(before string, pairs ...keyValue) {
	var parts []string
	for _, p := range pairs {
		switch v := p.value.(type) {
		case string:
			if v != "" {
				parts = append(parts, p.key+": "+e.quote(v))
			}
		case word:
			if v != "" {
				parts = append(parts, p.key+": "+string(v))
			}
		case []string:
			if v != nil {
				parts = append(parts, p.key+": ["+strings.Join(e.quoteAll(v), ", ")+"]")
			}
		}
	}
	e.writeLine("%s{%s}", before, strings.Join(parts, ", "))
}

// writeList writes a list, with line breaks.
func (e *exporter) writeList(before string, texts []string) {
	const width = 100
	line := before + "["
	for i, text := range e.quoteAll(texts) {
		if i > 0 {
			line += ","
			if len(line)+len(text) > width {
				e.writeLine("%s", line)
				line = strings.Repeat(" ", len(before))
			} else {
				line += " "
			}
		}
		line += text
	}
	e.writeLine("%s]", line)
}

func (e *exporter) quoteAll(texts []string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, e.quote(text))
	}
	return all
}

// quote returns a text as YAML that is read as exactly this text, on one line.
func (e *exporter) quote(text string) string {
	if secret.LooksLikeToken(text) && e.secretIn == "" {
		e.secretIn = e.object
	}
	switch {
	case isPlain(text):
		return text
	case !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	return `"` + b.String() + `"`
}

// isPlain reports whether a text is read as such without quotes.
func isPlain(text string) bool {
	if !regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9 _./@+*-]*[A-Za-z0-9_./@+*-])?$`).MatchString(text) || isBoolean(text) {
		return false
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return false
	}
	var n yaml.Node
	return yaml.Unmarshal([]byte(text), &n) == nil && len(n.Content) == 1 && n.Content[0].ShortTag() == "!!str"
}
