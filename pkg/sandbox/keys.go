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
			route{method: "GET", path: base, action: "org-cmk-read", handle: func(c *request) (answer, error) { return c.listKeys(classic) }},
			route{method: "POST", path: base, action: "org-cmk-write", handle: func(c *request) (answer, error) { return c.createKey(classic) }},
			route{method: "GET", path: one, action: "org-cmk-read", handle: func(c *request) (answer, error) { return c.getKey(classic) }},
			route{method: "GET", path: one + "/accounts", action: "org-cmk-read", handle: func(c *request) (answer, error) { return c.keyAccounts(classic) }},
		)
	}
	return append(all, route{method: "POST", path: "/v2/kms/classic/provider/{provider}/accounts", action: "org-cmk-write", handle: assignAccount})
}

// customerKey is a key that was registered. There is one for each kind of
// database, cloud and region, and none is ever removed.
type customerKey struct {
	Classic  bool   `json:"classic"`
	Provider string `json:"provider"`
	Region   string `json:"region"`
	KeyID    string `json:"keyId"`
}

func (k customerKey) place() string {
	return fmt.Sprint(k.Classic, " ", k.Provider, " ", strings.ToLower(k.Region))
}

func (k customerKey) needs() string {
	if checkKey(k) != nil {
		return "a provider, a region and the id of a key there"
	}
	return ""
}

func customerKeys() table[customerKey] {
	return table[customerKey]{"customerKeys", func(k customerKey) []string { return []string{k.place()} }}
}

// The service spells the keys of these three documents in three ways.
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

func (c *request) listKeys(classic bool) (answer, error) {
	all, err := customerKeys().all(c.tx)
	if err != nil {
		return answer{}, err
	}
	out := []keyOut{}
	for _, k := range all {
		if k.Classic == classic {
			out = append(out, keyOut{c.meta.OrgID, k.Provider, k.KeyID, k.Region})
		}
	}
	return reply(http.StatusOK, out)
}

func (c *request) getKey(classic bool) (answer, error) {
	k := customerKey{Classic: classic, Provider: strings.ToLower(c.values["provider"]), Region: c.values["region"]}
	found, ok, err := customerKeys().find(c.tx, k.place())
	if err == nil && !ok {
		err = refuse(http.StatusNotFound, "there is no key for %s in %s", k.Provider, k.Region)
	}
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, map[string]any{"orgId": c.meta.OrgID, found.Provider: keyDetail{found.KeyID, found.Region}})
}

// keyAccounts names accounts that belong to nobody.
func (c *request) keyAccounts(classic bool) (answer, error) {
	provider := strings.ToLower(c.values["provider"])
	ids := map[string]string{
		"aws": "000000000000", "gcp": "astra-sandbox@example.iam.gserviceaccount.com", "azure": "00000000-0000-4000-8000-000000000000",
	}
	if ids[provider] == "" || classic && provider == "azure" {
		return answer{}, refuse(http.StatusBadRequest, "there are no customer keys at the provider %q", c.values["provider"])
	}
	return reply(http.StatusOK, []accountOut{{c.meta.OrgID, ids[provider], provider}})
}

func assignAccount(c *request) (answer, error) {
	if p := strings.ToLower(c.values["provider"]); p != "aws" && p != "gcp" {
		return answer{}, refuse(http.StatusBadRequest, "there are no customer keys at the provider %q", c.values["provider"])
	}
	return done(http.StatusCreated)
}

func (c *request) createKey(classic bool) (answer, error) {
	in, err := decode[struct {
		OrgID           string
		AWS, GCP, Azure *keyDetail
	}](c)
	if err != nil {
		return answer{}, err
	}
	if in.OrgID != c.meta.OrgID {
		return answer{}, refuse(http.StatusForbidden, "the token is not of the organization %s", in.OrgID)
	}
	var given []customerKey
	for provider, k := range map[string]*keyDetail{"aws": in.AWS, "gcp": in.GCP, "azure": in.Azure} {
		if k != nil {
			given = append(given, customerKey{classic, provider, k.Region, k.KeyID})
		}
	}
	if len(given) != 1 || classic && given[0].Provider == "azure" {
		return answer{}, refuse(http.StatusBadRequest, "exactly one provider is required")
	}
	if err := checkKey(given[0]); err != nil {
		return answer{}, err
	}
	if _, found, err := customerKeys().find(c.tx, given[0].place()); err != nil || found {
		if err == nil {
			err = refuse(http.StatusBadRequest, "a key for %s in %s already exists", given[0].Provider, given[0].Region)
		}
		return answer{}, err
	}
	if err := customerKeys().put(c.tx, given[0]); err != nil {
		return answer{}, err
	}
	return done(http.StatusCreated)
}

// checkKey refuses what is no key of its provider.
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
		return refuse(http.StatusBadRequest, "%q in %q is no key of %s", k.KeyID, k.Region, k.Provider)
	}
	return nil
}
