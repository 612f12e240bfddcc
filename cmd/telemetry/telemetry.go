// Package telemetry is "astra telemetry": where metrics and audit logs go.
package telemetry

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:   "telemetry",
		Short: "Show telemetry exports",
		Long: `Show the exports of metrics and of the audit log to Kafka, Prometheus,
CloudWatch, Splunk, Pulsar or Datadog. Passwords, keys and tokens of the
destinations are never shown. To change a destination or download the audit log,
use the Portal.`,
		Example: "  astra telemetry list",
	}, newGet, newList)
}

// What is sent.
const (
	metrics = "metrics"
	audits  = "audit-logs"
)

// sent is a destination as it is printed.
type sent struct {
	devops.Export

	what     string
	database string // whose metrics; empty for the audit log
	others   []sent // further destinations of the same
}

// together returns several destinations as one, and nothing if there is none.
func together(all []sent, nothing sent) sent {
	if len(all) == 0 {
		return nothing
	}
	one := all[0]
	one.others = all[1:]
	return one
}

// getColumns are those of one object, which has the further destinations too.
func getColumns() []output.Column[sent] {
	words := func(s sent) []string {
		var all []string
		for _, other := range s.others {
			all = append(all, strings.TrimSpace(other.Kind+" "+other.target()))
		}
		return all
	}
	return append(columns(), output.Column[sent]{
		Key: "others", Detail: true, Lines: words,
		Value: func(s sent) any {
			all := []map[string]any{}
			for _, other := range s.others {
				all = append(all, map[string]any{"destination": other.Kind, "target": output.OrNull(other.target()), "settings": other.settings()})
			}
			return all
		},
		Text: func(s sent) string { return strings.Join(words(s), ", ") },
	})
}

func columns() []output.Column[sent] {
	return []output.Column[sent]{
		{Key: "what", Value: func(s sent) any { return s.what }, Name: true, Sorted: true},
		{Key: "database", Value: func(s sent) any { return output.OrNull(s.database) }, Sorted: true},
		{Key: "destination", Value: func(s sent) any { return output.OrNull(s.Kind) }},
		{Key: "target", Value: func(s sent) any { return output.OrNull(s.target()) }, Wrap: true},
		{Key: "settings", Value: func(s sent) any { return s.settings() }, Text: func(s sent) string { return strings.Join(s.words(), ", ") }, Lines: sent.words, Detail: true},
	}
}

func (s sent) settings() map[string]any {
	if s.Settings == nil {
		return map[string]any{}
	}
	return s.Settings
}

// target is what says most about the place: the first setting of these names.
func (s sent) target() string {
	var found string
	for _, name := range []string{"endpoint", "bootstrap_servers", "site", "region"} {
		found = cmp.Or(found, word(s.Settings[name]))
	}
	return found
}

func word(v any) string {
	list, ok := v.([]any)
	switch {
	case v == nil:
		return ""
	case !ok:
		return fmt.Sprint(v)
	}
	var words []string
	for _, element := range list {
		words = append(words, fmt.Sprint(element))
	}
	return strings.Join(words, " ")
}

func (s sent) words() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(s.Settings)) {
		all = append(all, name+": "+word(s.Settings[name]))
	}
	return all
}
