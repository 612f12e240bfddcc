package rights

import (
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/devops"
)

// Answer is an answer with the words and commands for people.
type Answer struct {
	access.Answer

	Reason string   // one line
	Others bool     // whether the token in use may not run Fix
	Beside []string // what decides beside the roles; see Snapshot.Beside
}

// Analyzer answers questions about the organization.
func (s *Snapshot) Analyzer() *access.Analyzer { return access.New(s.Organization) }

// CommandLine adapts commands to the command line in use. Both functions are those of
// cli.App.
type CommandLine interface {
	Command(line string) string
	CommandWithOtherToken(line string) string
}

// Answer answers a question about a principal, with the reason and the commands that
// change the answer.
func (s *Snapshot) Answer(p access.Principal, q access.Question, line CommandLine) Answer {
	a := Answer{Answer: s.Analyzer().Explain(p, q), Beside: []string{}}
	a.Reason = Reason(q, a.Answer)
	adapt := line.Command
	commands := s.Fix(a.Answer)
	if a.Others = len(commands) > 0 && s.mayNotRun(commands[0]); a.Others {
		adapt = line.CommandWithOtherToken
	}
	for _, command := range commands {
		a.Fix = append(a.Fix, adapt(command))
	}
	return a
}

// mayNotRun reports whether it is certain that the token in use lacks the permission that
// a command of Fix takes.
func (s *Snapshot) mayNotRun(command string) bool {
	for noun, permission := range map[string]string{"role": "org-role-write", "user": "org-user-write", "token": "org-token-write"} {
		if strings.HasPrefix(command, "astra "+noun+" ") {
			w, err := access.ParseWhat(permission)
			me := s.listedToken(s.Session.ClientID)
			return err == nil && s.Analyzer().Evaluate(me, access.Question{What: w}).Answer == access.No
		}
	}
	return false
}

// LinkLines describes the links of the answer, a line each.
func (a Answer) LinkLines() []string {
	var lines []string
	for _, l := range a.Links {
		lines = append(lines, describeLink(l))
	}
	return lines
}

// NearLines describes the roles that come near, a line each.
func (a Answer) NearLines() []string {
	var lines []string
	for _, n := range a.Near {
		lines = append(lines, describeNear(n))
	}
	return lines
}

// Who answers a question for all users and tokens. The answer has the place as it was
// evaluated.
func (s *Snapshot) Who(q access.Question, could bool) (access.Population, access.Answer) {
	analyzer := s.Analyzer()
	return analyzer.Who(q, could), analyzer.Evaluate(access.Principal{}, q)
}

// HiddenPrincipals says which principals are missing, or may be.
func (s *Snapshot) HiddenPrincipals() []string {
	var sections []string
	if s.NoUsers != nil {
		sections = append(sections, "users are missing: this token may not list them (org-user-read)")
	}
	switch {
	case s.NoTokens != nil:
		sections = append(sections, "tokens are missing: this token may not list them (org-token-read)")
	case !slices.ContainsFunc(s.tokens, func(t devops.Token) bool { return t.ClientID == s.Session.ClientID }):
		sections = append(sections, "tokens may be missing: the list does not show the token in use")
	}
	return sections
}

// Label names a principal in a table, with its status unless it is active.
func Label(p access.Principal) string {
	text := p.Name
	switch p.Kind {
	case access.RoleAlone:
		text = "role " + text
	case access.Token:
		text = "token " + text
		if p.Name != p.ID {
			text += " (" + p.ID + ")"
		}
	case access.User:
	}
	if p.Status != access.Active {
		text += ", " + string(p.Status)
	}
	return text
}

// Roles lists the roles of a way, each once.
func Roles(via []access.Via) string {
	var names []string
	for _, v := range via {
		if !slices.Contains(names, v.Role.Name) {
			names = append(names, v.Role.Name)
		}
	}
	return strings.Join(names, ", ")
}

// Cell is an answer in a matrix: yes, no, the places of a part, or that it is not certain.
func Cell(e access.Entry) string {
	if e.Answer == access.Partly {
		return DescribePlaces(e.Places)
	}
	return string(e.Answer)
}

// describeLink describes a link of an answer in one line.
func describeLink(l access.Link) string {
	mark := "✗"
	if l.Holds {
		mark = "✓"
	}
	text := fmt.Sprintf("%s %s in %s", mark, l.Atom, DescribePlace(l.Place))
	switch {
	case l.Holds && l.Role != nil:
		text += ": " + l.Role.Name
	case l.Why != nil:
		text += ": " + *l.Why
	}
	return text
}

// describeNear describes a role that would do, or almost does.
func describeNear(n access.Near) string {
	lacks := strings.Join(n.Lacks, ", ")
	switch {
	case n.Held:
		return n.Role.Name + ", which it has, lacks " + lacks + " there"
	case lacks == "":
		return n.Role.Name + " is sufficient"
	}
	return n.Role.Name + " is sufficient in addition"
}
