package cli

import (
	"net/url"

	"github.com/astra-admin/astra/pkg/devops"
)

// Endpoint returns the address of a database's data APIs: scheme and host of
// what the service calls its data endpoint. It is empty where there is none.
func Endpoint(d devops.Database) string {
	u, err := url.Parse(d.Endpoint)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return "https://" + u.Host
}
