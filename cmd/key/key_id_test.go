package key

import (
	"strings"
	"testing"
)

func TestValidateKeyID(t *testing.T) {
	t.Parallel()
	const ring = "projects/p/locations/us-east1/keyRings/r/cryptoKeys/k"
	for _, test := range []struct{ cloud, region, id, want, fault string }{
		{"aws", "", "arn:aws:kms:us-east-1:111122223333:key/k", "us-east-1", ""},
		{"AWS", "us-east-1", "arn:aws:kms:us-east-1:111122223333:key/k", "us-east-1", ""},
		{"aws", "", "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1", "us-gov-west-1", ""},
		{"aws", "", "arn:aws:kms:us-east-1:1111:key/k", "", "--region is required"},
		{"aws", "us-east-1", "arn:aws:s3:us-east-1:111122223333:key/k", "", "not the ARN of a key"},
		{"aws", "", "arn:aws:kms:us-east-1:111122223333:key/", "", "not the ARN of a key"},
		{"gcp", "", ring, "us-east1", ""},
		{"gcp", "us-east4", ring, "", "the key is in us-east1"},
		{"gcp", "us-east1", "projects/p/locations//keyRings/r/cryptoKeys/k", "", "not the resource name"},
		{"gcp", "us-east1", "arn:aws:kms:us-east-1:111122223333:key/k", "", "not the resource name"},
		{"gcp", "US-East1", ring, "us-east1", ""},
		{"azure", "EastUS", "https://v.vault.azure.net/keys/k", "eastus", ""},
		{"azure", "eastus", "https://v.vault.azure.net/keys/k/0123", "", "one version of a key"},
		{"azure", "eastus", "https://v.vault.azure.net/keys/k?x=1", "", "not the URL of a key"},
		{"azure", "eastus", "https://v.vault.azure.net/keys/k#x", "", "not the URL of a key"},
		{"azure", "eastus", "https://v.vault.azure.net:8443/keys/k", "", "not the URL of a key"},
		{"azure", "eastus", "http://v.vault.azure.net/keys/k", "", "not the URL of a key"},
		{"azure", "eastus", "https://v.vault.azure.net/secrets/k", "", "not the URL of a key"},
		{"", "", ring, "", "--cloud is required"},
	} {
		in := create{location: location{cloud: test.cloud, region: test.region}, id: test.id}
		err := in.validateKeyID()
		switch {
		case test.fault == "" && (err != nil || in.region != test.want):
			t.Errorf("%+v: %q, %v", test, in.region, err)
		case test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)):
			t.Errorf("%+v: %v", test, err)
		}
	}
}
