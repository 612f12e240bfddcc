package env

import (
	"net/url"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
)

// regionEndpoint is the binding in another region of its database, or as it is for no
// region. A binding that was made without the list of regions knows its own only.
func regionEndpoint(bound config.Binding, region string) (config.Binding, error) {
	switch {
	case region == "" || region == bound.Region:
		return bound, nil
	case len(bound.Regions) == 0:
		e := exit.Failf(exit.NotFound, "region %q of %s is unknown", region, bound.DB.Name).
			WithHint("only %s is known on this machine; select the database again", bound.Region).
			WithNext("astra env use " + shellword.Quote(lookup.Reference(bound.DB.Name)))
		e.Name = "REGION_NOT_FOUND"
		return bound, e
	case !slices.Contains(bound.Regions, region):
		return bound, exit.NotAmongf("region", region, bound.Regions)
	}
	var err error
	bound.Endpoint, err = regional(bound.Endpoint, bound.DB.ID, bound.Region, region)
	bound.Region = region
	return bound, err
}

// regional is the address of a database's data APIs in another of its regions:
// the region is in the first part of the host's name, and the rest of the
// address stays.
func regional(endpoint, id, from, to string) (string, error) {
	if endpoint == "" {
		return "", nil
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", exit.Failf(exit.Config, "invalid address of the database").WithNext("astra env use DB")
	}
	label, domain, _ := strings.Cut(u.Host, ".")
	if label != id+"-"+from || domain == "" || !config.IsIdentifier(to) {
		return "", exit.Failf(exit.Config, "cannot derive the address in region %s from %s", to, endpoint)
	}
	u.Host = id + "-" + to + "." + domain
	return u.String(), nil
}
