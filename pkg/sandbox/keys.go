package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func keyRoutes() []route {
	var all []route
	for _, base := range []string{"/v2/kms", "/v2/kms/classic"} {
		one := base + "/provider/{provider}/region/{region}"
		classic := base != "/v2/kms"
		all = append(all,
			route{method: "GET", path: base, action: "org-cmk-read", handle: func(c *request) (response, error) { return c.listKeys(classic) }},
			route{method: "POST", path: base, action: "org-cmk-write", handle: func(c *request) (response, error) { return c.createKey(classic) }},
			route{method: "GET", path: one, action: "org-cmk-read", handle: func(c *request) (response, error) { return c.getKey(classic) }},
			route{method: "GET", path: one + "/accounts", action: "org-cmk-read", handle: func(c *request) (response, error) { return c.keyAccounts(classic) }},
		)
	}
	return append(all, route{method: "POST", path: "/v2/kms/classic/provider/{provider}/accounts", action: "org-cmk-write", handle: assignAccount})
}

// customerKey is a registered key. Each kind of database, cloud and region has
// at most one. The API cannot delete keys.
type customerKey struct {
	Classic  bool   `json:"classic"`
	Provider string `json:"provider"`
	Region   string `json:"region"`
	KeyID    string `json:"keyId"`
}

func (k customerKey) location() string {
	return fmt.Sprint(k.Classic, " ", k.Provider, " ", strings.ToLower(k.Region))
}

func (k customerKey) needs() string {
	if checkKey(k) != nil {
		return "a provider, a region and a key ID"
	}
	return ""
}

func customerKeys() table[customerKey] {
	return table[customerKey]{"customerKeys", func(k customerKey) []string { return []string{k.location()} }}
}

// keyOut is a key in a list. The service spells the keys of this and the next two
// documents in three ways.
type keyOut struct{ OrganizationID, CloudProvider, KeyID, Region string }

type keyDetail struct {
	KeyID  string `json:"keyID"`
	Region string `json:"region"`
}

type accountOut struct {
	Organization string `json:"organization_id"`
	ID           string `json:"provider_id"`
	Provider     string `json:"provider"`
}

func (c *request) listKeys(classic bool) (response, error) {
	all, err := customerKeys().all(c.tx)
	if err != nil {
		return response{}, err
	}
	out := []keyOut{}
	for _, k := range all {
		if k.Classic == classic {
			out = append(out, keyOut{c.meta.OrgID, k.Provider, k.KeyID, k.Region})
		}
	}
	return reply(http.StatusOK, out)
}

func (c *request) getKey(classic bool) (response, error) {
	k := customerKey{Classic: classic, Provider: strings.ToLower(c.values["provider"]), Region: c.values["region"]}
	found, ok, err := customerKeys().find(c.tx, k.location())
	if err == nil && !ok {
		err = refuse(http.StatusNotFound, "no key for %s in %s", k.Provider, k.Region)
	}
	if err != nil {
		return response{}, err
	}
	return reply(http.StatusOK, map[string]any{"orgId": c.meta.OrgID, found.Provider: keyDetail{found.KeyID, found.Region}})
}

// keyAccounts returns invented accounts.
func (c *request) keyAccounts(classic bool) (response, error) {
	provider := strings.ToLower(c.values["provider"])
	ids := map[string]string{
		"aws": "000000000000", "gcp": "astra-sandbox@example.iam.gserviceaccount.com", "azure": "00000000-0000-4000-8000-000000000000",
	}
	if ids[provider] == "" || classic && provider == "azure" {
		return response{}, refuse(http.StatusBadRequest, "the provider %q has no customer keys", c.values["provider"])
	}
	return reply(http.StatusOK, []accountOut{{c.meta.OrgID, ids[provider], provider}})
}

func assignAccount(c *request) (response, error) {
	if p := strings.ToLower(c.values["provider"]); p != "aws" && p != "gcp" {
		return response{}, refuse(http.StatusBadRequest, "the provider %q has no customer keys", c.values["provider"])
	}
	return replyEmpty(http.StatusCreated)
}

func (c *request) createKey(classic bool) (response, error) {
	in, err := decode[struct {
		OrgID           string
		AWS, GCP, Azure *keyDetail
	}](c)
	if err != nil {
		return response{}, err
	}
	if in.OrgID != c.meta.OrgID {
		return response{}, refuse(http.StatusForbidden, "the token does not belong to organization %s", in.OrgID)
	}
	var specified []customerKey
	for provider, k := range map[string]*keyDetail{"aws": in.AWS, "gcp": in.GCP, "azure": in.Azure} {
		if k != nil {
			specified = append(specified, customerKey{classic, provider, k.Region, k.KeyID})
		}
	}
	if len(specified) != 1 || classic && specified[0].Provider == "azure" {
		return response{}, refuse(http.StatusBadRequest, "exactly one provider is required")
	}
	if err := checkKey(specified[0]); err != nil {
		return response{}, err
	}
	if _, found, err := customerKeys().find(c.tx, specified[0].location()); err != nil || found {
		if err == nil {
			err = refuse(http.StatusBadRequest, "a key for %s in %s already exists", specified[0].Provider, specified[0].Region)
		}
		return response{}, err
	}
	if err := customerKeys().put(c.tx, specified[0]); err != nil {
		return response{}, err
	}
	return replyEmpty(http.StatusCreated)
}

// checkKey validates the format of a key ID for its provider.
func checkKey(k customerKey) error {
	parts := strings.Split(k.KeyID, "/")
	ok := false
	switch k.Provider {
	case "aws":
		arn := strings.Split(k.KeyID, ":")
		ok = len(arn) == 6 && arn[0] == "arn" && arn[2] == "kms" && arn[3] == k.Region && strings.HasPrefix(arn[5], "key/")
	case "gcp":
		ok = len(parts) == 8 && slices.Equal([]string{parts[0], parts[2], parts[4], parts[6]}, []string{"projects", "locations", "keyRings", "cryptoKeys"})
	case "azure":
		ok = strings.HasPrefix(k.KeyID, "https://") && len(parts) == 5 && parts[3] == "keys" && parts[4] != "" && !strings.ContainsAny(parts[2]+parts[4], ":?#@")
	}
	if !ok || k.Region == "" {
		return refuse(http.StatusBadRequest, "%q in %q is not a valid key of %s", k.KeyID, k.Region, k.Provider)
	}
	return nil
}
