package key

import (
	"strings"
	"testing"
)

func TestSettle(t *testing.T) {
	t.Parallel()
	const ring = "projects/p/locations/us-east1/keyRings/r/cryptoKeys/k"
	for _, test := range []struct{ cloud, region, id, want, fault string }{
		{"aws", "", "arn:aws:kms:us-east-1:111122223333:key/k", "us-east-1", ""},
		{"AWS", "us-east-1", "arn:aws:kms:us-east-1:111122223333:key/k", "us-east-1", ""},
		{"aws", "", "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1", "us-gov-west-1", ""},
		{"aws", "", "arn:aws:kms:us-east-1:1111:key/k", "", "--region is missing"},
		{"aws", "us-east-1", "arn:aws:s3:us-east-1:111122223333:key/k", "", "no ARN of a key"},
		{"aws", "", "arn:aws:kms:us-east-1:111122223333:key/", "", "no ARN of a key"},
		{"gcp", "", ring, "us-east1", ""},
		{"gcp", "us-east4", ring, "", "the key is in us-east1"},
		{"gcp", "us-east1", "projects/p/locations//keyRings/r/cryptoKeys/k", "", "no resource name"},
		{"gcp", "us-east1", "arn:aws:kms:us-east-1:111122223333:key/k", "", "no resource name"},
		{"gcp", "US-East1", ring, "us-east1", ""},
		{"azure", "EastUS", "https://v.vault.azure.net/keys/k", "eastus", ""},
		{"azure", "eastus", "https://v.vault.azure.net/keys/k/0123", "", "one version of a key"},
		{"azure", "eastus", "https://v.vault.azure.net/keys/k?x=1", "", "no address of a key"},
		{"azure", "eastus", "https://v.vault.azure.net/keys/k#x", "", "no address of a key"},
		{"azure", "eastus", "https://v.vault.azure.net:8443/keys/k", "", "no address of a key"},
		{"azure", "eastus", "http://v.vault.azure.net/keys/k", "", "no address of a key"},
		{"azure", "eastus", "https://v.vault.azure.net/secrets/k", "", "no address of a key"},
		{"", "", ring, "", "--cloud is missing"},
	} {
		in := create{place: place{cloud: test.cloud, region: test.region}, id: test.id}
		err := in.validateKeyID()
		switch {
		case test.fault == "" && (err != nil || in.region != test.want):
			t.Errorf("%+v: %q, %v", test, in.region, err)
		case test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)):
			t.Errorf("%+v: %v", test, err)
		}
	}
}
