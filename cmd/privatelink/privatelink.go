// Package privatelink is "astra private-link": private endpoints of databases.
package privatelink

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:   "private-link",
		Short: "Manage the private endpoints of databases",
		Long: `Manage the private endpoints of databases: connections from your own network at
AWS, Google Cloud or Azure that avoid the internet. Each region of a database
has a service that endpoints connect to, and a list of allowed principals.

To connect a network, allow its principal (create), create an endpoint to the
service at your cloud provider, and accept it (accept). Drivers then need the
bundle of "astra db bundle --internal". To admit no other connections, restrict
the access list. Private endpoints are a premium feature.`,
		Example: "  astra private-link list",
	}, newAccept, newCreate, newDelete, newGet, newList)
}

// link is the private way into a datacenter as it is printed.
type link struct {
	devops.PrivateLink

	database string
}

// endpoint is an endpoint as it is printed.
type endpoint struct {
	ID          string     `json:"endpointId" yaml:"endpointId"`
	Description string     `json:"description" yaml:"description"`
	LinkID      string     `json:"linkId" yaml:"linkId"`
	Status      string     `json:"status" yaml:"status"`
	CreatedAt   *time.Time `json:"createdAt" yaml:"createdAt"`
}

func columns() []output.Column[link] {
	return []output.Column[link]{
		{Key: "database", Value: func(l link) any { return l.database }, Sorted: true},
		{Key: "datacenterId", Value: func(l link) any { return l.DatacenterID }, Name: true, Spare: 1, Sorted: true},
		{Key: "serviceName", Value: func(l link) any { return l.ServiceName }},
		{Key: "allowedPrincipals", Value: func(l link) any { return l.Principals }, Spare: 1},
		{Key: "endpoints", Value: func(l link) any { return l.endpoints() }, Text: link.words},
	}
}

func (l link) endpoints() []endpoint {
	all := make([]endpoint, 0, len(l.Endpoints))
	for _, e := range l.Endpoints {
		out := endpoint{e.ID, e.Description, e.LinkID, strings.ToLower(e.Status), nil}
		if !e.CreatedAt.IsZero() {
			out.CreatedAt = &e.CreatedAt
		}
		all = append(all, out)
	}
	return all
}

func (l link) words() string {
	var all []string
	for _, e := range l.Endpoints {
		all = append(all, fmt.Sprintf("%s (%s)", e.ID, strings.ToLower(e.Status)))
	}
	return strings.Join(all, ", ")
}
