package devops

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// KeyService has the calls about customer keys: keys of a cloud provider's own
// service with which databases are encrypted. There is no call that removes one.
type KeyService service

// A Key is the registration of a key for a cloud provider and region.
type Key struct {
	Cloud, Region string // the cloud in small letters: "aws", "gcp" or "azure"
	ID            string // in the words of the cloud: an ARN, a resource name, an address
	Classic       bool   // for classic databases, which have keys of their own
}

// A CloudAccount is an account of the service at a cloud provider, which has to
// be allowed to use a key.
type CloudAccount struct{ Cloud, ID string }

// List returns the keys of the organization for serverless databases, or those
// for classic ones. It needs org-cmk-read.
//
//	GET /v2/kms
//	GET /v2/kms/classic
func (s *KeyService) List(ctx context.Context, classic bool) ([]Key, error) {
	keys, err := fetch[wireKeys](ctx, s.client, call{
		method: http.MethodGet, path: keyPath(classic), permission: "org-cmk-read", class: read,
	})
	for i := range keys {
		keys[i].Classic = classic
	}
	return keys, err
}

func keyPath(classic bool) string {
	if classic {
		return "/v2/kms/classic"
	}
	return "/v2/kms"
}

// Get returns the key for a cloud and region. It needs org-cmk-read.
//
//	GET /v2/kms/provider/{provider}/region/{region}
//	GET /v2/kms/classic/provider/{provider}/region/{region}
func (s *KeyService) Get(ctx context.Context, cloud, region string, classic bool) (Key, error) {
	key, err := fetch[wireKey](ctx, s.client, call{
		method: http.MethodGet, path: keyPath(classic) + "/provider/" + url.PathEscape(cloud) + "/region/{id}", id: region,
		permission: "org-cmk-read", class: read,
	})
	key.Classic = classic
	return key, err
}

// Accounts returns the accounts that must be allowed to use a key for a cloud
// and region. It needs org-cmk-read.
//
//	GET /v2/kms/provider/{provider}/region/{region}/accounts
//	GET /v2/kms/classic/provider/{provider}/region/{region}/accounts
func (s *KeyService) Accounts(ctx context.Context, cloud, region string, classic bool) ([]CloudAccount, error) {
	return fetch[wireCloudAccounts](ctx, s.client, call{
		method: http.MethodGet, path: keyPath(classic) + "/provider/" + url.PathEscape(cloud) + "/region/{id}/accounts", id: region,
		permission: "org-cmk-read", class: read,
	})
}

// Create registers a key. What a second one for the same cloud and region does
// is not known, so that it is not sent twice. It needs org-cmk-write.
//
//	POST /v2/kms
//	POST /v2/kms/classic
func (s *KeyService) Create(ctx context.Context, orgID string, key Key) error {
	body := map[string]any{"orgId": orgID, key.Cloud: map[string]string{"keyID": key.ID, "region": key.Region}}
	_, err := s.client.do(ctx, call{
		method: http.MethodPost, path: keyPath(key.Classic), body: body, permission: "org-cmk-write", class: once,
	})
	return err
}

type wireKeys = rows[wireListedKey, Key]

type wireListedKey struct {
	CloudProvider, KeyID string
	Region               id
}

func (w wireListedKey) value() (Key, bool) {
	return Key{Cloud: strings.ToLower(w.CloudProvider), Region: string(w.Region), ID: w.KeyID}, true
}

type wireKey struct {
	AWS, GCP, Azure struct {
		KeyID  string
		Region id
	}
}

func (w wireKey) value() (Key, bool) {
	switch {
	case w.AWS.KeyID != "":
		return Key{Cloud: "aws", Region: string(w.AWS.Region), ID: w.AWS.KeyID}, true
	case w.GCP.KeyID != "":
		return Key{Cloud: "gcp", Region: string(w.GCP.Region), ID: w.GCP.KeyID}, true
	}
	return Key{Cloud: "azure", Region: string(w.Azure.Region), ID: w.Azure.KeyID}, w.Azure.KeyID != ""
}

type wireCloudAccounts = rows[wireCloudAccount, CloudAccount]

type wireCloudAccount struct {
	ProviderID string `json:"provider_id"`
	Provider   string
}

func (w wireCloudAccount) value() (CloudAccount, bool) {
	return CloudAccount{strings.ToLower(w.Provider), w.ProviderID}, true
}
