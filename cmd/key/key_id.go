package key

import (
	"net/url"
	"strings"

	"github.com/astra-admin/astra/pkg/exit"
)

// validateKeyID checks the format of the key ID, and sets a missing region from
// it.
func (in *create) validateKeyID() error {
	if in.id == "" {
		return exit.Usagef("--key-id is required").WithHint("it is the name of the key at the cloud provider; for the preparation see: astra key --help")
	}
	in.cloud = strings.ToLower(in.cloud)
	var region, fault string
	switch in.cloud {
	case "aws":
		region, fault = parseARN(in.id)
	case "gcp":
		region, fault = parseResourceName(in.id)
	case "azure":
		fault = checkVaultURL(in.id)
	}
	if in.region == "" {
		in.region = region
	}
	if err := in.check(); err != nil {
		return err
	}
	switch {
	case fault != "":
		return exit.Usagef("--key-id %q %s", in.id, fault)
	case region != "" && !strings.EqualFold(region, in.region):
		return exit.Usagef("the key is in %s, not in --region %s", region, in.region)
	}
	return nil
}

// parseARN parses the ARN of a key at AWS.
func parseARN(id string) (region, fault string) {
	parts := strings.Split(id, ":")
	if len(parts) != 6 || parts[0] != "arn" || !strings.HasPrefix(parts[1], "aws") || parts[2] != "kms" || parts[3] == "" || len(strings.Trim(parts[4], "0123456789")) > 0 || len(parts[4]) != 12 {
		return "", "is not the ARN of a key, such as arn:aws:kms:us-east-1:111122223333:key/0123abcd-0000-4000-8000-000000000000"
	}
	if strings.HasPrefix(parts[5], "alias/") {
		return parts[3], "is the ARN of an alias, which can change; use the ARN of the key"
	}
	if name, found := strings.CutPrefix(parts[5], "key/"); !found || name == "" {
		return parts[3], "is not the ARN of a key"
	}
	return parts[3], ""
}

// parseResourceName parses the resource name of a key at Google Cloud.
func parseResourceName(id string) (region, fault string) {
	parts := strings.Split(id, "/")
	if len(parts) == 10 && parts[8] == "cryptoKeyVersions" {
		return parts[3], "is one version of a key; omit everything after the name of the key"
	}
	if len(parts) != 8 || parts[0] != "projects" || parts[2] != "locations" || parts[4] != "keyRings" || parts[6] != "cryptoKeys" ||
		parts[1] == "" || parts[3] == "" || parts[5] == "" || parts[7] == "" {
		return "", "is not the resource name of a key, such as projects/P/locations/us-east1/keyRings/R/cryptoKeys/K"
	}
	return parts[3], ""
}

// checkVaultURL checks the URL of a key at Azure, which does not include the region.
func checkVaultURL(id string) (fault string) {
	u, err := url.Parse(id)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.Host != u.Hostname() || u.User != nil || strings.ContainsAny(id, "?#") {
		return notVault
	}
	switch parts := strings.Split(u.Path, "/"); {
	case len(parts) == 4 && parts[1] == "keys" && parts[2] != "":
		return "is one version of a key; omit everything after the name of the key"
	case len(parts) != 3 || parts[1] != "keys" || parts[2] == "":
		return notVault
	}
	return ""
}

const notVault = "is not the URL of a key, such as https://VAULT.vault.azure.net/keys/NAME"
