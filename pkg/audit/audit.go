// Package audit finds mistakes and risks of access in an organization: a list of rules
// over what package rights read. It performs no input or output.
//
// What could not be read is never taken for empty: rules that depend on it are not run.
package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Severity is the severity of a finding.
type Severity string

// The severities, highest first.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Severities returns the severities, highest first.
func Severities() []Severity { return []Severity{Error, Warning, Info} }

func (s Severity) rank() int { return slices.Index(Severities(), s) }

// Section is a part of the organization, which the credential in use can read or not.
type Section string

// The sections. TokenTimes are part of the tokens; some services do not list them.
const (
	Roles         Section = "roles"
	Users         Section = "users"
	Tokens        Section = "tokens"
	TokenTimes    Section = "tokenTimes"
	Databases     Section = "databases"
	AccessLists   Section = "accessLists"
	APIAccessList Section = "devopsAccessList"
	PrivateLinks  Section = "privateLinks"
	Operations    Section = "operations" // the pending ones of this machine
)

// Sections returns all sections.
func Sections() []Section {
	return []Section{Roles, Users, Tokens, TokenTimes, Databases, AccessLists, APIAccessList, PrivateLinks, Operations}
}

// A State is what the rules decide about. Unread says of each section that could not be
// read why; what the State has of it is incomplete.
type State struct {
	access.Organization

	Name         string
	AsOf         time.Time
	Unread       map[Section]string
	Tokens       []Token
	Details      []devops.Database // of the Databases
	AccessLists  []devops.AccessList
	APIAddresses []devops.Address
	PrivateLinks []devops.PrivateLink
	Saved        []SavedToken // on this machine
	Pending      []string     // IDs of pending operations of this machine
}

// A Token is a listed token. Its roles are those of the principal with its ID.
type Token struct {
	devops.Token

	Text string // the description without the mark of an operation
}

// A SavedToken is a secret that is stored on this machine.
type SavedToken struct{ Name, ClientID string }

// Subject is what a finding is about.
type Subject struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Finding is one result of a rule.
type Finding struct {
	Rule     string         `json:"rule"`
	Severity Severity       `json:"severity"`
	Subject  Subject        `json:"subject"`
	Message  string         `json:"message"`
	Evidence map[string]any `json:"evidence"`
	// Fix is the command that ends the finding, or shows what to decide; null if there
	// is none.
	Fix *string `json:"fix"`
	// Fingerprint is the same as long as the rule finds the same about the subject.
	Fingerprint string    `json:"fingerprint"`
	Ignored     *Approval `json:"ignored"`
}

// An Approval is why a finding is ignored, and until when.
type Approval struct {
	Reason string  `json:"reason"`
	Until  string  `json:"until"`
	By     *string `json:"by"`
}

// A Run says whether a rule was run, and if not, why.
type Run struct {
	Rule string  `json:"rule"`
	Ran  bool    `json:"ran"`
	Why  *string `json:"why"`
}

// Summary counts findings.
type Summary struct {
	Error   int `json:"error"`
	Warning int `json:"warning"`
	Info    int `json:"info"`
	Ignored int `json:"ignored"`
}

// A Report is the result of an audit.
type Report struct {
	Organization access.Ref       `json:"organization"`
	AsOf         time.Time        `json:"asOf"`
	Read         map[Section]bool `json:"read"`
	Rules        []Run            `json:"rules"`
	Findings     []Finding        `json:"findings"`
	Summary      Summary          `json:"summary"`
}

// Check runs rules on a state. Findings are sorted by severity, then by rule and subject.
func Check(s State, rules []Rule, ignores []Ignore) Report {
	report := Report{Organization: access.Ref{ID: s.ID, Name: s.Name}, AsOf: s.AsOf, Read: map[Section]bool{}, Rules: []Run{}, Findings: []Finding{}}
	for _, section := range Sections() {
		report.Read[section] = s.Unread[section] == ""
	}
	a := newAuditor(s)
	for _, r := range rules {
		run := Run{Rule: r.ID, Ran: true}
		if why := s.missing(r.needs); why != "" {
			run.Ran, run.Why = false, &why
		} else {
			for _, f := range r.find(a) {
				report.Findings = append(report.Findings, f.finish(r))
			}
		}
		report.Rules = append(report.Rules, run)
	}
	report.Findings = append(report.Findings, apply(ignores, s.AsOf, report.Rules, report.Findings)...)
	slices.SortStableFunc(report.Findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(x.Severity.rank(), y.Severity.rank()), cmp.Compare(x.Rule, y.Rule),
			cmp.Compare(x.Subject.Name, y.Subject.Name), cmp.Compare(x.Subject.ID, y.Subject.ID), cmp.Compare(x.Fingerprint, y.Fingerprint))
	})
	for _, f := range report.Findings {
		report.Summary.add(f)
	}
	return report
}

// missing returns why rules that need these sections cannot be run, or "".
func (s State) missing(needs []Section) string {
	var why []string
	for _, section := range needs {
		if reason := s.Unread[section]; reason != "" && !slices.Contains(why, reason) {
			why = append(why, reason)
		}
	}
	return strings.Join(why, "; ")
}

func (s *Summary) add(f Finding) {
	switch {
	case f.Ignored != nil:
		s.Ignored++
	case f.Severity == Error:
		s.Error++
	case f.Severity == Warning:
		s.Warning++
	default:
		s.Info++
	}
}

// NotRun returns the rules that were not run.
func (r Report) NotRun() []Run {
	return slices.DeleteFunc(slices.Clone(r.Rules), func(run Run) bool { return run.Ran })
}

// Fails reports whether there is a finding of this severity or a higher one.
func (r Report) Fails(least Severity) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Ignored == nil && f.Severity.rank() <= least.rank() })
}

// Open returns the findings that are not ignored.
func (r Report) Open() []Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return f.Ignored != nil })
}

// A discovery is what a rule finds. facts are what decides it, which do not change with
// time or names.
type discovery struct {
	severity Severity // that of the rule if empty
	subject  Subject
	message  string
	evidence map[string]any
	fix      string
	facts    []string
}

func (d discovery) finish(r Rule) Finding {
	f := Finding{Rule: r.ID, Severity: cmp.Or(d.severity, r.Severity), Subject: d.subject, Message: d.message, Evidence: d.evidence}
	if f.Evidence == nil {
		f.Evidence = map[string]any{}
	}
	if d.fix != "" {
		f.Fix = &d.fix
	}
	f.Fingerprint = fingerprint(append([]string{r.ID, d.subject.Kind, d.subject.ID}, d.facts...))
	return f
}

func fingerprint(parts []string) string {
	text, _ := json.Marshal(parts) // strings only
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// names reports whether a text is the name or ID of the subject.
func (s Subject) names(text string) bool {
	return text == s.ID || spelling.Fold(text) == spelling.Fold(s.Name)
}
