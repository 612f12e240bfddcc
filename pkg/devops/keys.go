package devops

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// KeyService manages customer keys: keys of a cloud provider's key service that
// encrypt databases. The API cannot remove one.
type KeyService service

// Key is the registration of a key for a cloud provider and region.
type Key struct {
	Cloud, Region string // the cloud in lower case: "aws", "gcp" or "azure"
	ID            string // in the format of the cloud: an ARN, a resource name or a URL
	Classic       bool   // for classic databases, which have separate keys
}

// CloudAccount is an account of the service at a cloud provider that needs
// access to a key.
type CloudAccount struct{ Cloud, ID string }

// List returns the keys of the organization for serverless or classic
// databases. It needs org-cmk-read.
//
//	GET /v2/kms
//	GET /v2/kms/classic
func (s *KeyService) List(ctx context.Context, classic bool) ([]Key, error) {
	keys, err := fetch[keysResponse](ctx, s.client, call{
		method: http.MethodGet, path: keyPath(classic), permission: "org-cmk-read", retry: safe,
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
	key, err := fetch[keyResponse](ctx, s.client, call{
		method: http.MethodGet, path: keyPath(classic) + "/provider/" + url.PathEscape(cloud) + "/region/{id}", id: region,
		permission: "org-cmk-read", retry: safe,
	})
	key.Classic = classic
	return key, err
}

// Accounts returns the accounts that need access to a key in a cloud and
// region. It needs org-cmk-read.
//
//	GET /v2/kms/provider/{provider}/region/{region}/accounts
//	GET /v2/kms/classic/provider/{provider}/region/{region}/accounts
func (s *KeyService) Accounts(ctx context.Context, cloud, region string, classic bool) ([]CloudAccount, error) {
	return fetch[cloudAccountsResponse](ctx, s.client, call{
		method: http.MethodGet, path: keyPath(classic) + "/provider/" + url.PathEscape(cloud) + "/region/{id}/accounts", id: region,
		permission: "org-cmk-read", retry: safe,
	})
}

// Create registers a key. The effect of a second one for the same cloud and
// region is not known, so the request is never repeated. It needs
// org-cmk-write.
//
//	POST /v2/kms
//	POST /v2/kms/classic
func (s *KeyService) Create(ctx context.Context, orgID string, key Key) error {
	body := map[string]any{"orgId": orgID, key.Cloud: map[string]string{"keyID": key.ID, "region": key.Region}}
	_, err := s.client.do(ctx, call{
		method: http.MethodPost, path: keyPath(key.Classic), body: body, permission: "org-cmk-write", retry: atMostOnce,
	})
	return err
}

type keysResponse = rows[listedKeyResponse, Key]

type listedKeyResponse struct {
	CloudProvider, KeyID string
	Region               id
}

func (w listedKeyResponse) value() (Key, bool) {
	return Key{Cloud: strings.ToLower(w.CloudProvider), Region: string(w.Region), ID: w.KeyID}, true
}

type keyResponse struct {
	AWS, GCP, Azure struct {
		KeyID  string
		Region id
	}
}

func (w keyResponse) value() (Key, bool) {
	switch {
	case w.AWS.KeyID != "":
		return Key{Cloud: "aws", Region: string(w.AWS.Region), ID: w.AWS.KeyID}, true
	case w.GCP.KeyID != "":
		return Key{Cloud: "gcp", Region: string(w.GCP.Region), ID: w.GCP.KeyID}, true
	}
	return Key{Cloud: "azure", Region: string(w.Azure.Region), ID: w.Azure.KeyID}, w.Azure.KeyID != ""
}

type cloudAccountsResponse = rows[cloudAccountResponse, CloudAccount]

type cloudAccountResponse struct {
	ProviderID string `json:"provider_id"`
	Provider   string
}

func (w cloudAccountResponse) value() (CloudAccount, bool) {
	return CloudAccount{strings.ToLower(w.Provider), w.ProviderID}, true
}
