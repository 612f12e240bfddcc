package devops

import (
	"context"
	"net/http"

	"github.com/astra-admin/astra/pkg/secret"
)

// SetMetrics sets the destination of a database's metrics and removes all others. It
// needs db-manage-thirdpartymetrics.
//
//	POST /v2/databases/{databaseId}/telemetry/metrics
func (s *TelemetryService) SetMetrics(ctx context.Context, databaseID string, export Export) error {
	return s.set(ctx, call{path: "/v2/databases/{id}/telemetry/metrics", id: databaseID, permission: "db-manage-thirdpartymetrics"}, export)
}

// SetAuditLogs sets the destination of an organization's audit log and removes all
// others. It needs org-audits-read.
//
//	POST /v2/organizations/{orgID}/telemetry/auditLogs
func (s *TelemetryService) SetAuditLogs(ctx context.Context, orgID string, export Export) error {
	return s.set(ctx, call{path: "/v2/organizations/{id}/telemetry/auditLogs", id: orgID, permission: "org-audits-read"}, export)
}

// DeleteAuditLogs ends the export of an organization's audit log. The API has no such
// call for metrics. It needs org-audits-read.
//
//	DELETE /v2/organizations/{orgID}/telemetry/auditLogs
func (s *TelemetryService) DeleteAuditLogs(ctx context.Context, orgID string) error {
	_, err := s.client.do(ctx, call{
		method: http.MethodDelete, path: "/v2/organizations/{id}/telemetry/auditLogs", id: orgID, permission: "org-audits-read", retry: idempotent,
	})
	return err
}

// set may be repeated, since it replaces everything.
func (s *TelemetryService) set(ctx context.Context, k call, export Export) error {
	kind := export.Kind
	if kind == "datadog" {
		kind = "Datadog" // the only one with a capital letter
	}
	settings := map[string]any{}
	for name, v := range export.Settings {
		if text, isSecret := v.(secret.Text); isSecret {
			s.client.redact.Add(text)
			v = text.Reveal()
		}
		settings[name] = v
	}
	k.method, k.retry = http.MethodPost, idempotent
	k.body, k.redacted = map[string]any{kind: settings}, map[string]any{kind: export.Settings}
	_, err := s.client.do(ctx, k)
	return err
}
