package env

import (
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
)

// regional is the address of a database's data APIs in another of its regions.
// The region stands in the name of the host.
func regional(endpoint, id, from, to string) (string, error) {
	before, after, found := strings.Cut(endpoint, id+"-"+from+".")
	if endpoint != "" && !found {
		return "", cli.Failf(cli.Config, "the address %s does not tell what it is in region %s", endpoint, to)
	}
	if endpoint == "" {
		return "", nil
	}
	return before + id + "-" + to + "." + after, nil
}
