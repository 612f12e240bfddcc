package devops

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/secret"
)

// TelemetryService reads the destinations of metrics and audit logs.
type TelemetryService service

// Export is a destination of metrics or of the audit log.
type Export struct {
	Kind string // "kafka", "prometheus_remote", "cloudwatch", "splunk", "pulsar", "datadog"; others are possible
	// Settings has strings, numbers and lists in the service's format. Secrets
	// are of type secret.Text.
	Settings map[string]any
}

// Metrics returns the destinations of a database's metrics, by kind. It needs
// db-manage-thirdpartymetrics.
//
//	GET /v2/databases/{databaseId}/telemetry/metrics
func (s *TelemetryService) Metrics(ctx context.Context, databaseID string) ([]Export, error) {
	return s.exports(ctx, call{
		method: http.MethodGet, path: "/v2/databases/{id}/telemetry/metrics", id: databaseID, permission: "db-manage-thirdpartymetrics", retry: safe,
	})
}

// AuditLogs returns the destinations of an organization's audit log. It needs
// org-audits-read.
//
//	GET /v2/organizations/{orgID}/telemetry/auditLogs
func (s *TelemetryService) AuditLogs(ctx context.Context, orgID string) ([]Export, error) {
	return s.exports(ctx, call{
		method: http.MethodGet, path: "/v2/organizations/{id}/telemetry/auditLogs", id: orgID, permission: "org-audits-read", retry: safe,
	})
}

// exports returns an empty list for a 404.
func (s *TelemetryService) exports(ctx context.Context, k call) ([]Export, error) {
	found, err := fetch[exportsResponse](ctx, s.client, k)
	if errors.Is(err, ErrNotFound) {
		return []Export{}, nil
	}
	return found, err
}

// exportsResponse has one key for each kind of destination. Kinds that are not
// in use may be null.
type exportsResponse map[string]json.RawMessage

func (w exportsResponse) value() ([]Export, bool) {
	all := []Export{}
	for _, kind := range slices.Sorted(maps.Keys(w)) {
		var settings map[string]any
		if json.Unmarshal(w[kind], &settings) != nil {
			return nil, false
		}
		if settings == nil {
			continue
		}
		for name, v := range settings {
			settings[name] = withoutSecrets(name, v)
		}
		all = append(all, Export{strings.ToLower(kind), settings})
	}
	return all, true
}

// withoutSecrets returns the value of a setting, hidden if it is or may be a
// secret.
func withoutSecrets(name string, v any) any {
	text, isText := v.(string)
	_, isObject := v.(map[string]any)
	switch {
	case isText && isSecretSetting(name):
		return secret.Text(text)
	case isText:
		return secret.ReplaceUserinfo(text, "")
	case isObject, isSecretSetting(name):
		return secret.Text("hidden")
	}
	return v
}

// isSecretSetting reports whether the name of a setting is that of a secret, or
// has the word key.
func isSecretSetting(name string) bool {
	return secret.IsName(name) || strings.Contains(strings.ToLower(name), "key")
}
