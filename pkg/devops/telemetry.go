package devops

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/secret"
)

// TelemetryService reads the destinations of metrics and audit logs.
type TelemetryService service

// Export is a destination. The zero value means that nothing is sent.
type Export struct {
	Kind string // "kafka", "prometheus_remote", "cloudwatch", "splunk", "pulsar", "datadog"; others are possible
	// Settings has strings, numbers and lists in the service's format. Secrets
	// are of type secret.Text.
	Settings map[string]any
}

// Metrics returns the destination of a database's metrics. It needs
// db-manage-thirdpartymetrics.
//
//	GET /v2/databases/{databaseId}/telemetry/metrics
func (s *TelemetryService) Metrics(ctx context.Context, databaseID string) (Export, error) {
	return s.export(ctx, call{
		method: http.MethodGet, path: "/v2/databases/{id}/telemetry/metrics", id: databaseID, permission: "db-manage-thirdpartymetrics", retry: safe,
	})
}

// AuditLogs returns the destination of an organization's audit log. It needs
// org-audits-read.
//
//	GET /v2/organizations/{orgID}/telemetry/auditLogs
func (s *TelemetryService) AuditLogs(ctx context.Context, orgID string) (Export, error) {
	return s.export(ctx, call{
		method: http.MethodGet, path: "/v2/organizations/{id}/telemetry/auditLogs", id: orgID, permission: "org-audits-read", retry: safe,
	})
}

// export returns an empty Export for a 404.
func (s *TelemetryService) export(ctx context.Context, k call) (Export, error) {
	found, err := fetch[exportResponse](ctx, s.client, k)
	if errors.Is(err, ErrNotFound) {
		return Export{}, nil
	}
	return found, err
}

type exportResponse map[string]json.RawMessage

func (w exportResponse) value() (Export, bool) {
	for kind, raw := range w {
		var settings map[string]any
		if json.Unmarshal(raw, &settings) != nil || settings == nil {
			continue
		}
		for name, v := range settings {
			settings[name] = withoutSecrets(name, v)
		}
		return Export{strings.ToLower(kind), settings}, len(w) == 1
	}
	return Export{}, len(w) == 0
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
		return userinfo().ReplaceAllString(text, "://")
	case isObject, isSecretSetting(name):
		return secret.Text("hidden")
	}
	return v
}

// isSecretSetting reports whether the name of a setting has a word for a
// secret. Unknown settings with such a word are hidden too.
func isSecretSetting(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"password", "secret", "token", "key", "credential"}, func(word string) bool { return strings.Contains(name, word) })
}
