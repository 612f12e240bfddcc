package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// names returns the names by which protect and ignore mean a token.
func (t StateToken) names() []string { return []string{t.SavedName, t.Description, t.ClientID} }

func (t StateToken) name() string { return cmp.Or(t.Description, t.SavedName, t.ClientID) }

func (t StateToken) subject() Subject { return Subject{"token", t.ClientID, t.name()} }

// identity is by what the file knows a token.
func (t Token) identity() string { return cmp.Or(t.ClientID, t.Description) }

func (d *differ) liveTokens() []StateToken {
	return slices.DeleteFunc(slices.Clone(d.state.Tokens), func(t StateToken) bool { return !t.isLive(d.state.Now) })
}

func (d *differ) compareTokens() {
	live := d.liveTokens()
	listed := map[string]bool{}
	byID, byDescription := map[string][]StateToken{}, map[string][]StateToken{}
	for _, s := range live {
		byID[s.ClientID] = append(byID[s.ClientID], s)
		if s.DescriptionKnown {
			byDescription[s.Description] = append(byDescription[s.Description], s)
		}
	}
	told := slices.ContainsFunc(live, func(s StateToken) bool { return s.DescriptionKnown })
	var unclear []string // what may be any token without a known description
	for _, t := range d.file.Tokens {
		found := byID[t.ClientID]
		if t.ClientID == "" {
			found = byDescription[t.Description]
		}
		if len(found) == 0 && t.ClientID == "" {
			unclear = append(unclear, t.Description)
		}
		switch {
		case len(found) == 0 && t.ClientID == "" && len(live) > 0 && !told:
			d.findHidden(t.Description, t.At)
		case len(found) == 0:
			d.findMissing(t)
		case len(found) > 1:
			var ids []string
			for _, s := range found {
				ids = append(ids, s.ClientID)
			}
			d.fail(t.At, "%d tokens have the description %q: use client-id with one of %s", len(found), t.Description, strings.Join(ids, ", "))
		case listed[found[0].ClientID]:
			d.fail(t.At, "token %s is described twice", found[0].ClientID)
		default:
			listed[found[0].ClientID] = true
			d.token(t, found[0])
		}
	}
	for _, name := range slices.Concat(d.file.Protect.Tokens, d.file.Ignore.Tokens) {
		if !slices.ContainsFunc(live, func(s StateToken) bool { return s.isSurely(name) }) {
			unclear = append(unclear, name)
		}
	}
	d.revoke(live, listed, unclear, told)
}

// isSurely reports whether an entry of a list means a token. An expression after ~ may mean
// others too, unless it matches a description.
func (t StateToken) isSurely(name string) bool {
	if strings.HasPrefix(name, "~") {
		return t.DescriptionKnown && matchesAny([]string{name}, t.Description)
	}
	return matchesAny([]string{name}, t.names()...)
}

// findHidden reports a name that may be the description of any token.
func (d *differ) findHidden(name string, at Position) {
	d.find(RuleTokenUnknown, Warning, Subject{"token", "", name}, at,
		fmt.Sprintf("the service shows no descriptions, so token %s is found only by its client-id; nothing is planned for it", name))
}

func (d *differ) findMissing(t Token) {
	words := []string{"astra", "token", "generate"}
	for _, r := range t.Roles {
		words = append(words, "--role", r)
	}
	if t.Description != "" {
		words = append(words, "--description", t.Description)
	}
	var fix []string
	if len(t.Roles) > 0 {
		fix = []string{shellword.Line(words...)}
	}
	d.roleIDs(t.Roles, t.At)
	d.find(RuleTokenMissing, Warning, Subject{"token", t.ClientID, t.identity()}, t.At, fmt.Sprintf("there is no token %s", t.identity()), fix...)
}

// token reports what differs in a token, which cannot be changed.
func (d *differ) token(t Token, s StateToken) {
	count := len(d.Findings)
	warn := func(rule, message string, fix ...string) {
		d.find(rule, Warning, s.subject(), t.At, message, fix...)
	}
	rotate := shellword.Line("astra", "token", "rotate", s.ClientID)
	if want := d.roleIDs(t.Roles, t.At); t.Roles != nil && s.Roles != nil && !slices.Equal(want, slices.Compact(slices.Sorted(slices.Values(s.Roles)))) {
		words := []string{"astra", "token", "generate"}
		for _, r := range t.Roles {
			words = append(words, "--role", r)
		}
		warn(RuleTokenRoles, "token "+s.name()+" has other roles, which cannot be changed: replace the token",
			shellword.Line(append(words, "--description", s.Description)...), shellword.Line("astra", "token", "delete", s.ClientID))
	}
	switch {
	case s.GeneratedAt.IsZero(): // the service shows no times
	case t.Expires == "required" && s.ExpiresAt.IsZero():
		warn(RuleTokenNoExpiry, "token "+s.name()+" never expires", rotate)
	case t.Expires == "never" && !s.ExpiresAt.IsZero():
		warn(RuleTokenExpiry, fmt.Sprintf("token %s expires on %s", s.name(), s.ExpiresAt.UTC().Format(time.DateOnly)), rotate)
	}
	const day = 24 * time.Hour
	if age := d.state.Now.Sub(s.GeneratedAt); t.Rotate > 0 && !s.GeneratedAt.IsZero() && age > time.Duration(t.Rotate)*day {
		warn(RuleTokenAge, fmt.Sprintf("token %s is %s old, to be rotated after %d", s.name(), spelling.Count(int(age/day), "day"), t.Rotate), rotate)
	}
	if t.Owner != "" && d.state.Users != nil && len(d.users[spelling.Fold(t.Owner)]) == 0 &&
		!slices.ContainsFunc(d.wanted, func(u User) bool { return spelling.SameAddress(u.Email, t.Owner) }) {
		warn(RuleTokenOwner, fmt.Sprintf("%s, the owner of token %s, is not a user of the organization", t.Owner, s.name()))
	}
	if len(d.Findings) == count {
		d.Same++
	}
}

// revoke plans the revocation of tokens that the file does not list. A token without a known
// description is not revoked only because it is not listed while the file has a name that
// may be its own. told is whether any description is known.
func (d *differ) revoke(live []StateToken, listed map[string]bool, unclear []string, told bool) {
	manage, mark := d.file.Manage.Tokens, d.file.Manage.Mark
	removed := map[string]Position{}
	for _, name := range d.file.Removed.Tokens {
		var ids []string
		for _, s := range live {
			if name == s.ClientID || s.DescriptionKnown && name == s.Description {
				ids = append(ids, s.ClientID)
			}
		}
		switch {
		case len(ids) == 0 && len(live) > 0 && !told:
			d.findHidden(name, d.removedAt("tokens", name))
		case len(ids) > 1:
			d.fail(d.removedAt("tokens", name), "%d tokens are named %q: use one of %s", len(ids), name, strings.Join(ids, ", "))
		case len(ids) == 1 && listed[ids[0]]:
			d.fail(d.removedAt("tokens", name), "token %s is also described in the file", name)
		case len(ids) == 1:
			removed[ids[0]] = d.removedAt("tokens", name)
		}
	}
	spared := 0
	for _, s := range live {
		owned := mark != "" && s.Mark == mark && manage == "owned"
		at, isRemoved := removed[s.ClientID]
		switch {
		case listed[s.ClientID]:
		case isRemoved:
			d.add(Step{Kind: TokenStep, Action: Revoke, ID: s.ClientID, Name: s.name(), At: at, TokenBefore: &s})
		case matchesAny(d.file.Ignore.Tokens, s.names()...):
		case !owned && manage != "all", d.file.Protect.coversToken(s):
			d.Foreign.Tokens = append(d.Foreign.Tokens, s)
		case !s.DescriptionKnown && len(unclear) > 0:
			spared++
			d.Foreign.Tokens = append(d.Foreign.Tokens, s)
		default:
			d.add(Step{Kind: TokenStep, Action: Revoke, ID: s.ClientID, Name: s.name(), At: d.file.Manage.At, TokenBefore: &s, OnlyByMark: owned})
		}
	}
	if spared > 0 {
		d.find(RuleTokenUnknown, Warning, Subject{"token", "", unclear[0]}, d.file.Manage.At,
			fmt.Sprintf("the descriptions of %s are not known, and any may be %s; none of them is revoked", spelling.Count(spared, "token"), strings.Join(unclear, ", ")))
	}
}

func (p Protect) coversToken(t StateToken) bool {
	return slices.ContainsFunc(t.names(), func(name string) bool { return name != "" && slices.Contains(p.Tokens, name) })
}
