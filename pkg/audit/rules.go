package audit

import "slices"

// A Rule finds one kind of problem. It is run only if all sections that it needs were
// read.
type Rule struct {
	ID       string
	Severity Severity // the highest that it has
	Title    string   // a sentence without a period
	Help     string   // why it matters
	needs    []Section
	find     func(*auditor) []discovery
}

// Rules returns all rules of Check, by ID.
func Rules() []Rule {
	holders := []Section{Roles, Users, Tokens}
	return []Rule{
		{
			"DB001", Info, "A database is classic",
			"Classic databases have user names and passwords beside tokens, which no role limits.",
			[]Section{Databases},
			(*auditor).classicDatabases,
		},
		{
			"NET001", Warning, "A database has no access list and no private endpoint",
			"A list must be enabled. Otherwise every address can reach the database, so that a leaked token is enough to read it.",
			[]Section{Databases, AccessLists, PrivateLinks},
			(*auditor).openDatabases,
		},
		{
			"NET002", Warning, "An access list admits 0.0.0.0/0 or a network wider than /8",
			"Such an entry admits most of the internet.",
			[]Section{Databases, AccessLists, APIAccessList},
			(*auditor).wideNetworks,
		},
		{
			"NET003", Warning, "An access list has disabled entries",
			"A disabled entry has no effect, although it is listed.",
			[]Section{Databases, AccessLists, APIAccessList},
			(*auditor).disabledEntries,
		},
		{
			"NET004", Warning, "The DevOps API has no access list",
			"Tokens that manage users, roles and databases can be used from every address.",
			[]Section{APIAccessList},
			(*auditor).openAPI,
		},
		{
			"ORG001", Error, "Fewer than two Organization Administrators are active",
			"If the only administrator leaves or loses access, no user can manage users and roles.",
			[]Section{Users},
			(*auditor).fewAdministrators,
		},
		{
			"ORG002", Warning, "Too many users are Organization Administrators",
			"These are more than five, and more than a fifth of the users. Each of them can take and give every right.",
			[]Section{Users},
			(*auditor).manyAdministrators,
		},
		{
			"ORG003", Warning, "A user or token can obtain every right",
			"It is not an administrator. Permission to change roles or users, or to generate tokens, is as much as being an administrator.",
			holders, (*auditor).escalations,
		},
		{
			"ROL001", Error, "A custom role has a finding of the role linter",
			"The role does not grant what it seems to grant. The severity is that of the finding.",
			[]Section{Roles},
			(*auditor).lintedRoles,
		},
		{
			"ROL002", Info, "A custom role grants the same as another role",
			"Two names for the same rights are reviewed twice, and drift apart.",
			[]Section{Roles},
			(*auditor).equalRoles,
		},
		{
			"ROL003", Info, "A custom role has no holders",
			"An unused role can be given by mistake.",
			holders, (*auditor).heldByNone,
		},
		{
			"ROL005", Warning, "A custom role can write, drop or grant in all databases",
			"It also applies to databases that are created later.",
			[]Section{Roles},
			(*auditor).broadRoles,
		},
		{
			"ROL006", Warning, "A role names a database or keyspace that does not exist",
			"The role applies again to a keyspace that is created with this name.",
			[]Section{Roles, Databases},
			(*auditor).absentPlaces,
		},
		{
			"ROL007", Warning, "The rights of a role depend on an assumption",
			"The role lists a resource without the levels below it. Name them to be certain.",
			[]Section{Roles},
			(*auditor).unclearRoles,
		},
		{
			"TOK001", Error, "A token that never expires can obtain every right",
			"If it leaks, the organization is lost until the leak is noticed.",
			[]Section{Roles, Tokens, TokenTimes},
			(*auditor).eternalAdministrators,
		},
		{
			"TOK002", Warning, "A token never expires",
			"A forgotten copy of it works forever. Tokens of TOK001 are not repeated.",
			[]Section{Roles, Tokens, TokenTimes},
			(*auditor).eternalTokens,
		},
		{
			"TOK003", Warning, "A token is older than 90 days",
			"Rotate tokens, so that copies of old ones stop working.",
			[]Section{Tokens, TokenTimes},
			(*auditor).oldTokens,
		},
		{
			"TOK004", Warning, "A token has no description",
			"Without one it cannot be told who needs it.",
			[]Section{Tokens},
			(*auditor).namelessTokens,
		},
		{
			"TOK005", Error, "A token names an address that is not in the organization",
			"The address is in its description. The person who is responsible for it has left.",
			[]Section{Users, Tokens},
			(*auditor).orphanedTokens,
		},
		{
			"TOK006", Warning, "A token holds no role, or only deleted ones",
			"It can do nothing, and may be forgotten.",
			[]Section{Roles, Tokens},
			(*auditor).powerlessTokens,
		},
		{
			"TOK008", Warning, "Valid tokens have the same description",
			"One of them is probably the old token of a rotation that was never revoked.",
			[]Section{Tokens, TokenTimes},
			(*auditor).sameDescriptions,
		},
		{
			"TOK009", Error, "A saved token is invalid, or an operation is pending",
			"Programs on this machine use a token that does not work, or a token was generated and not delivered.",
			[]Section{Tokens, Operations},
			(*auditor).deadCopies,
		},
		{
			"USR002", Warning, "A user holds a role that does not exist any more",
			"The role grants nothing. Remove it, or give the user another one.",
			[]Section{Roles, Users},
			(*auditor).deletedRoles,
		},
		{
			"USR003", Info, "A role of a user contains another one",
			"Removing the larger role would leave rights that are overlooked.",
			[]Section{Roles, Users},
			(*auditor).containedRoles,
		},
		{
			"USR004", Info, "A user holds a role for service accounts",
			"These roles cannot use the Portal, and are meant for tokens.",
			[]Section{Users},
			(*auditor).serviceAccountRoles,
		},
		ruleExpired(),
		ruleUnused(),
	}
}

// ruleExpired and ruleUnused are about ignores, which Check evaluates itself.
func ruleExpired() Rule {
	return Rule{
		"IGN001", Warning, "An ignore has expired",
		"Decide again: fix the finding, or ignore it until another date.", nil, func(*auditor) []discovery { return nil },
	}
}

func ruleUnused() Rule {
	return Rule{
		"IGN002", Warning, "An ignore matches no finding",
		"Delete it, so that it does not hide a later finding.", nil, func(*auditor) []discovery { return nil },
	}
}

// FindRule returns the rule with an ID.
func FindRule(id string) (Rule, bool) {
	all := Rules()
	i := slices.IndexFunc(all, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return all[i], true
}
