package audit

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// An Ignore accepts the findings of a rule about a subject until the end of a day.
type Ignore struct {
	Rule, Subject, Reason, By string
	Until                     time.Time // the day
	Line                      int
}

// ParseIgnores reads ignores from YAML. Rule, subject, reason and until are required. The
// error lists all faults.
func ParseIgnores(text string) ([]Ignore, error) {
	var root yaml.Node
	err := yaml.NewDecoder(strings.NewReader(text)).Decode(&root)
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, errors.New("this is not valid YAML: " + strings.TrimPrefix(err.Error(), "yaml: "))
	case len(root.Content) != 1 || root.Content[0].Kind != yaml.SequenceNode:
		return nil, errors.New("expected a list of {rule, subject, reason, until}")
	}
	var ignores []Ignore
	var faults []string
	for _, n := range root.Content[0].Content {
		i, wrong := parseIgnore(n)
		ignores = append(ignores, i)
		for _, fault := range wrong {
			faults = append(faults, fmt.Sprintf("line %d: %s", n.Line, fault))
		}
	}
	if len(faults) > 0 {
		return nil, errors.New(strings.Join(faults, "; "))
	}
	return ignores, nil
}

func parseIgnore(n *yaml.Node) (i Ignore, faults []string) {
	i.Line = n.Line
	if n.Kind != yaml.MappingNode {
		return i, []string{"expected {rule, subject, reason, until}"}
	}
	until := ""
	fields := map[string]*string{"rule": &i.Rule, "subject": &i.Subject, "reason": &i.Reason, "until": &until, "by": &i.By}
	for k := 0; k+1 < len(n.Content); k += 2 {
		key, value := n.Content[k].Value, n.Content[k+1]
		field, known := fields[key]
		switch {
		case !known:
			faults = append(faults, fmt.Sprintf("unknown key %q; expected rule, subject, reason, until and by", key))
		case value.Kind != yaml.ScalarNode:
			faults = append(faults, key+" is not a text")
		default:
			*field = strings.TrimSpace(value.Value)
		}
	}
	for _, key := range []string{"rule", "subject", "reason", "until"} {
		if *fields[key] == "" {
			faults = append(faults, key+" is missing")
		}
	}
	if i.Rule != "" && !slices.ContainsFunc(Rules(), func(r Rule) bool { return r.ID == i.Rule }) {
		faults = append(faults, fmt.Sprintf("unknown rule %q", i.Rule))
	}
	if until != "" {
		var err error
		if i.Until, err = time.Parse(time.DateOnly, until); err != nil {
			faults = append(faults, fmt.Sprintf("until must be a date such as 2027-01-31, not %q", until))
		}
	}
	return i, faults
}

func (i Ignore) expired(now time.Time) bool { return !now.Before(i.Until.AddDate(0, 0, 1)) }

// apply marks findings as ignored, and returns findings about ignores that have expired
// or match nothing. An ignore of a rule that was not run may still be needed.
func apply(ignores []Ignore, now time.Time, runs []Run, findings []Finding) []Finding {
	var about []Finding
	for _, i := range ignores {
		ran := slices.ContainsFunc(runs, func(r Run) bool { return r.Rule == i.Rule && r.Ran })
		expired, used := i.expired(now), false
		for k := range findings {
			f := &findings[k]
			if f.Rule != i.Rule || !f.Subject.names(i.Subject) {
				continue
			}
			used = true
			if !expired && f.Ignored == nil {
				f.Ignored = &Approval{Reason: i.Reason, Until: i.Until.Format(time.DateOnly)}
				if i.By != "" {
					f.Ignored.By = &i.By
				}
			}
		}
		rule, message := ruleExpired(), fmt.Sprintf("the ignore of %s for %s expired on %s", i.Rule, i.Subject, i.Until.Format(time.DateOnly))
		switch {
		case expired:
		case used || !ran:
			continue
		default:
			rule, message = ruleUnused(), fmt.Sprintf("the ignore of %s for %s matches no finding", i.Rule, i.Subject)
		}
		about = append(about, discovery{
			subject: Subject{"ignore", i.Rule + " " + i.Subject, i.Subject}, message: message,
			evidence: map[string]any{"rule": i.Rule, "line": i.Line, "until": i.Until.Format(time.DateOnly), "reason": i.Reason},
		}.finish(rule))
	}
	return about
}
