package lookup

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// clouds are the providers whose regions databases can be in.
func clouds() []string { return []string{"aws", "azure", "gcp"} }

const cloudWords = "aws, azure or gcp"

// AddCloud declares --cloud.
func AddCloud(f *pflag.FlagSet, cloud *string) {
	flags.Enum(f, cloud, "cloud", "", clouds(), "cloud `provider`")
}

// CheckCloud takes --cloud in small letters. None given is none.
func CheckCloud(cloud *string) error {
	*cloud = strings.ToLower(*cloud)
	if *cloud != "" && !slices.Contains(clouds(), *cloud) {
		return exit.Usagef("--cloud must be %s, not %q", cloudWords, *cloud)
	}
	return nil
}

// RegionsFor returns the regions for databases of a type; those for vectors and
// other serverless ones are together.
func (d *Directory) RegionsFor(ctx context.Context, kind string) ([]devops.Region, error) {
	if kind == "classic" {
		return d.Regions.Classic(ctx)
	}
	return d.Regions.ListServerless(ctx)
}

// Region finds the region of a cloud in which databases of a type can be, of
// any serverless one if that is "". It need not be enabled: see EnabledRegion. A region
// of another cloud is an error that says so; chosen says what the cloud belongs to.
func (d *Directory) Region(ctx context.Context, kind, cloud, name, chosen string) (devops.Region, error) {
	all, err := Answer(ctx, d, Regions(kind))
	if err != nil {
		return devops.Region{}, err
	}
	var known, others []string
	for _, r := range all {
		if r.Name == name && !strings.EqualFold(r.Cloud, cloud) && !slices.Contains(others, CloudName(r.Cloud)) {
			others = append(others, CloudName(r.Cloud))
		}
		if kind != "" && r.Type != kind || !strings.EqualFold(r.Cloud, cloud) {
			continue
		}
		if r.Name == name {
			return r, nil
		}
		known = append(known, r.Name)
	}
	e := exit.NotFoundf("region", name, slices.Compact(slices.Sorted(slices.Values(known)))).WithNext(regionList(kind, cloud))
	if len(others) > 0 {
		article := "a"
		if strings.HasPrefix(others[0], "A") {
			article = "an"
		}
		e.Message = name + " is " + article + " " + strings.Join(others, " and ") + " region; " + chosen + " " + CloudName(cloud)
	}
	return devops.Region{}, e
}

// CloudName is what people call a cloud.
func CloudName(cloud string) string {
	if strings.EqualFold(cloud, "azure") {
		return "Azure"
	}
	return strings.ToUpper(cloud)
}

// EnabledRegion refuses a region in which the organization may have no database.
func EnabledRegion(r devops.Region) error {
	if r.Enabled {
		return nil
	}
	if r.Reserved {
		return exit.Usagef("region %s is reserved for some customers and not enabled for the organization", r.Name).WithNext(regionList(r.Type, r.Cloud) + " --filter enabled=true")
	}
	return exit.Usagef("region %s is not enabled for the organization", r.Name).WithNext(regionList(r.Type, r.Cloud) + " --filter enabled=true")
}

func regionList(kind, cloud string) string {
	words := []string{"astra", "region", "list"}
	if kind != "" {
		words = append(words, "--type", kind)
	}
	return shellword.Line(append(words, "--cloud", strings.ToLower(cloud))...)
}

// Endpoint returns the address of a database's data APIs: scheme and host of
// what the service calls its data endpoint. It is empty where there is none.
func Endpoint(d devops.Database) string {
	u, err := url.Parse(d.Endpoint)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return "https://" + u.Host
}

// CheckKeyspace refuses a name that no keyspace can have (exit 2).
func CheckKeyspace(name string) error {
	if odd := spelling.Foreign(name); odd != "" {
		return exit.Usagef("invalid keyspace name %q: it has %s", name, odd)
	}
	if !regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_]{0,47}$`).MatchString(name) {
		return exit.Usagef("invalid keyspace name %q: use 1-48 letters, digits or _, starting with a letter or digit", name)
	}
	return nil
}
