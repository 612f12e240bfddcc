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

// TelemetryService has the calls about where metrics and audit logs are sent.
type TelemetryService service

// An Export is a destination. It is empty where nothing is sent.
type Export struct {
	Kind string // "kafka", "prometheus_remote", "cloudwatch", "splunk", "pulsar", "datadog"; others may come
	// Settings are texts, numbers and lists of the service's own. The secrets
	// among them are a secret.Text.
	Settings map[string]any
}

// Metrics returns where the metrics of a database are sent. It needs
// db-manage-thirdpartymetrics.
//
//	GET /v2/databases/{databaseId}/telemetry/metrics
func (s *TelemetryService) Metrics(ctx context.Context, databaseID string) (Export, error) {
	return s.export(ctx, call{
		method: http.MethodGet, path: "/v2/databases/{id}/telemetry/metrics", id: databaseID, permission: "db-manage-thirdpartymetrics", class: read,
	})
}

// AuditLogs returns where the audit log of an organization is sent. It needs
// org-audits-read.
//
//	GET /v2/organizations/{orgID}/telemetry/auditLogs
func (s *TelemetryService) AuditLogs(ctx context.Context, orgID string) (Export, error) {
	return s.export(ctx, call{
		method: http.MethodGet, path: "/v2/organizations/{id}/telemetry/auditLogs", id: orgID, permission: "org-audits-read", class: read,
	})
}

// export returns nothing where the service has nothing, which it says with 404.
func (s *TelemetryService) export(ctx context.Context, k call) (Export, error) {
	found, err := fetch[wireExport](ctx, s.client, k)
	if errors.Is(err, ErrNotFound) {
		return Export{}, nil
	}
	return found, err
}

type wireExport map[string]json.RawMessage

func (w wireExport) value() (Export, bool) {
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

// withoutSecrets returns the value of a setting, hidden if it is a secret or
// could hold one.
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

// isSecretSetting reports whether a setting is a secret, by a word in its name:
// one that is new should rather not be shown than be shown.
func isSecretSetting(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"password", "secret", "token", "key", "credential"}, func(word string) bool { return strings.Contains(name, word) })
}
