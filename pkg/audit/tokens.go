package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/spelling"
)

// tokens returns the tokens that have not expired, with the principals that they are.
func (a *auditor) tokens() ([]Token, []access.Principal) {
	if a.valid.tokens != nil {
		return a.valid.tokens, a.valid.principals
	}
	listed := map[string]Token{}
	for _, t := range a.Tokens {
		listed[t.ClientID] = t
	}
	a.valid.tokens = []Token{}
	for _, p := range a.of(access.Token) {
		if t, found := listed[p.ID]; found && p.Status == access.Active {
			a.valid.tokens, a.valid.principals = append(a.valid.tokens, t), append(a.valid.principals, p)
		}
	}
	return a.valid.tokens, a.valid.principals
}

// savedName returns the name under which a token is saved here, or "".
func (a *auditor) savedName(clientID string) string {
	i := slices.IndexFunc(a.Saved, func(s SavedToken) bool { return s.ClientID == clientID })
	if i < 0 {
		return ""
	}
	return a.Saved[i].Name
}

// replace returns the command that replaces a token that is saved here, or else revokes it.
func (a *auditor) replace(clientID string, flags ...string) string {
	if name := a.savedName(clientID); name != "" {
		return command(append([]string{"token", "rotate", name}, flags...)...)
	}
	return command("token", "delete", clientID)
}

func label(p access.Principal) string {
	if p.Name == p.ID {
		return "token " + p.ID
	}
	return fmt.Sprintf("token %s (%s)", p.Name, p.ID)
}

func (a *auditor) eternalAdministrators() []discovery {
	var found []discovery
	tokens, principals := a.tokens()
	for i, p := range principals {
		power := a.power(p)
		if !tokens[i].ExpiresAt.IsZero() || !power.administers && power.could == nil {
			continue
		}
		evidence := map[string]any{"roles": a.roleNames(p.Roles), "generatedOn": tokens[i].GeneratedOn, "permission": nil}
		message := label(p) + " never expires and has every right"
		if !power.administers {
			message = fmt.Sprintf("%s never expires and can %s", label(p), power.could.Path)
			evidence["permission"] = power.could.Permission
		}
		found = append(found, discovery{subject: principalSubject(p), message: message, evidence: evidence, fix: a.replace(p.ID, "--expires", "90d")})
	}
	return found
}

func (a *auditor) eternalTokens() []discovery {
	var found []discovery
	tokens, principals := a.tokens()
	for i, p := range principals {
		if power := a.power(p); !tokens[i].ExpiresAt.IsZero() || power.administers || power.could != nil {
			continue
		}
		found = append(found, discovery{
			subject: principalSubject(p), message: label(p) + " never expires", fix: a.replace(p.ID, "--expires", "90d"),
			evidence: map[string]any{"roles": a.roleNames(p.Roles), "generatedOn": tokens[i].GeneratedOn},
		})
	}
	return found
}

func (a *auditor) oldTokens() []discovery {
	const day, most = 24 * time.Hour, 90 * 24 * time.Hour
	var found []discovery
	tokens, principals := a.tokens()
	for i, p := range principals {
		age := a.AsOf.Sub(tokens[i].GeneratedOn)
		if age < most {
			continue
		}
		found = append(found, discovery{
			subject: principalSubject(p), fix: a.replace(p.ID), facts: []string{tokens[i].GeneratedOn.UTC().Format(time.RFC3339)},
			message:  fmt.Sprintf("%s was generated %s ago", label(p), spelling.Count(int(age/day), "day")),
			evidence: map[string]any{"generatedOn": tokens[i].GeneratedOn},
		})
	}
	return found
}

func (a *auditor) namelessTokens() []discovery {
	var found []discovery
	tokens, principals := a.tokens()
	for i, p := range principals {
		if strings.TrimSpace(tokens[i].Text) == "" {
			found = append(found, discovery{
				subject: principalSubject(p), message: label(p) + " has no description", fix: command("access", "list", p.ID),
				evidence: map[string]any{"roles": a.roleNames(p.Roles)},
			})
		}
	}
	return found
}

func (a *auditor) orphanedTokens() []discovery {
	members := map[string]bool{}
	for _, p := range a.of(access.User) {
		members[spelling.Fold(p.Name)] = true
	}
	var found []discovery
	tokens, principals := a.tokens()
	for i, p := range principals {
		var absent []string
		for _, address := range addresses(tokens[i].Text) {
			if !members[spelling.Fold(address)] {
				absent = append(absent, address)
			}
		}
		if len(absent) == 0 {
			continue
		}
		found = append(found, discovery{
			subject: principalSubject(p), facts: absent, fix: command("token", "delete", p.ID),
			message:  fmt.Sprintf("%s names %s, who is not in the organization", label(p), strings.Join(absent, " and ")),
			evidence: map[string]any{"addresses": absent, "description": tokens[i].Text},
		})
	}
	return found
}

// addresses returns the email addresses in a text.
func addresses(text string) []string {
	var found []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>()[],;:\"'=", r) }) {
		if word = strings.TrimRight(word, "."); strings.Contains(word, "@") && spelling.NoAddress(word) == "" {
			found = append(found, word)
		}
	}
	return found
}

func (a *auditor) powerlessTokens() []discovery {
	var found []discovery
	_, principals := a.tokens()
	for _, p := range principals {
		missing := a.missingRoles(p)
		if len(missing) < len(distinct(p.Roles)) {
			continue
		}
		message := label(p) + " holds no role"
		if len(missing) > 0 {
			message = label(p) + " holds only deleted roles: " + strings.Join(missing, ", ")
		}
		found = append(found, discovery{
			subject: principalSubject(p), message: message, facts: missing, fix: command("token", "delete", p.ID), evidence: map[string]any{"deletedRoles": missing},
		})
	}
	return found
}

func (a *auditor) sameDescriptions() []discovery {
	groups, order := map[string][]access.Principal{}, []string{}
	tokens, principals := a.tokens()
	for i, p := range principals {
		key := spelling.Fold(strings.TrimSpace(tokens[i].Text))
		if key == "" {
			continue
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], p)
	}
	var found []discovery
	for _, key := range order {
		group := groups[key]
		if len(group) == 1 {
			continue
		}
		first := slices.MinFunc(group, func(x, y access.Principal) int { return strings.Compare(x.ID, y.ID) })
		i := slices.IndexFunc(tokens, func(t Token) bool { return t.ClientID == first.ID })
		text := strings.TrimSpace(tokens[i].Text)
		found = append(found, discovery{
			subject: principalSubject(first), facts: idsOf(group), evidence: map[string]any{"description": text, "tokens": idsOf(group)},
			message: fmt.Sprintf("%d valid tokens have the description %q: %s", len(group), text, strings.Join(idsOf(group), ", ")),
			fix:     command("token", "list", "--filter", "description="+text),
		})
	}
	return found
}

func (a *auditor) deadCopies() []discovery {
	var found []discovery
	for _, s := range a.Saved {
		i := slices.IndexFunc(a.Principals, func(p access.Principal) bool { return p.Kind == access.Token && p.ID == s.ClientID })
		state := "revoked"
		switch {
		case i >= 0 && a.Principals[i].Status == access.Active:
			continue
		case i >= 0:
			state = "expired"
		}
		found = append(found, discovery{
			subject: Subject{"token", s.ClientID, s.Name}, facts: []string{state}, fix: command("token", "delete", s.Name),
			message:  fmt.Sprintf("token %s (%s) is saved here, but %s", s.Name, s.ClientID, state),
			evidence: map[string]any{"state": state, "savedAs": s.Name},
		})
	}
	for _, id := range a.Pending {
		found = append(found, discovery{
			subject: Subject{"operation", id, id}, fix: command("token", "recover"),
			message: "an operation on a token was interrupted on this machine and is pending", evidence: map[string]any{"operation": id},
		})
	}
	return found
}
