package audit

import (
	"encoding/json"
	"slices"
	"strings"
)

// sarifText is a message of SARIF.
type sarifText struct {
	Text string `json:"text"`
}

type sarifRule struct {
	ID                   string         `json:"id"`
	ShortDescription     sarifText      `json:"shortDescription"`
	FullDescription      sarifText      `json:"fullDescription"`
	Help                 sarifText      `json:"help"`
	DefaultConfiguration map[string]any `json:"defaultConfiguration"`
}

type sarifResult struct {
	RuleID              string             `json:"ruleId"`
	RuleIndex           int                `json:"ruleIndex"`
	Level               string             `json:"level"`
	Message             sarifText          `json:"message"`
	Locations           []map[string]any   `json:"locations"`
	PartialFingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions        []sarifSuppression `json:"suppressions,omitempty"`
	Properties          map[string]any     `json:"properties"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Justification string `json:"justification"`
}

// SARIF returns the report in the format SARIF 2.1.0, as made by this version of the
// program. Code scanning shows no result without a file, so each is at the top of file.
// Characters that control a terminal are not escaped.
func (r Report) SARIF(version, file string) []byte {
	var rules []sarifRule
	index := map[string]int{}
	for _, run := range r.Rules {
		rule, _ := FindRule(run.Rule)
		index[rule.ID] = len(rules)
		rules = append(rules, sarifRule{
			rule.ID,
			sarifText{rule.Title + "."},
			sarifText{rule.Title + ". " + rule.Help},
			sarifText{rule.Help},
			map[string]any{"level": rule.Severity.sarifLevel()},
		})
	}
	results := []sarifResult{}
	for _, f := range r.Findings {
		results = append(results, f.sarif(r.Organization.ID, file, index[f.Rule]))
	}
	notifications := []map[string]any{}
	for _, run := range r.NotRun() {
		notifications = append(notifications, map[string]any{
			"level": "warning", "message": sarifText{run.Rule + " was not run: " + *run.Why},
			"associatedRule": map[string]any{"id": run.Rule, "index": index[run.Rule]},
		})
	}
	document := map[string]any{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json",
		"version": "2.1.0",
		"runs": []any{map[string]any{
			"tool": map[string]any{"driver": map[string]any{
				"name": "astra", "version": version, "informationUri": "https://github.com/astra-admin/astra", "rules": slices.Concat([]sarifRule{}, rules),
			}},
			"invocations": []any{map[string]any{"executionSuccessful": true, "toolConfigurationNotifications": notifications}},
			"results":     results,
		}},
	}
	text, _ := json.Marshal(document) // strings, numbers and times only
	return text
}

func (s Severity) sarifLevel() string {
	if s == Info {
		return "note"
	}
	return string(s)
}

func (f Finding) sarif(org, file string, index int) sarifResult {
	message := f.Message
	if f.Fix != nil {
		message += ". To fix it: " + *f.Fix
	}
	result := sarifResult{
		RuleID: f.Rule, RuleIndex: index, Level: f.Severity.sarifLevel(), Message: sarifText{message},
		PartialFingerprints: map[string]string{"astraAudit/v1": f.Fingerprint},
		Properties:          map[string]any{"subject": f.Subject, "evidence": f.Evidence},
		Locations: []map[string]any{{
			"physicalLocation": map[string]any{"artifactLocation": map[string]any{"uri": file}, "region": map[string]any{"startLine": 1}},
			"logicalLocations": []any{map[string]any{
				"name": f.Subject.Name, "kind": "resource", "fullyQualifiedName": strings.Join([]string{"organization", org, f.Subject.Kind, f.Subject.ID}, "/"),
			}},
		}},
	}
	if f.Ignored != nil {
		result.Suppressions = []sarifSuppression{{"external", f.Ignored.Reason + " (until " + f.Ignored.Until + ")"}}
	}
	return result
}
