package sandbox

import (
	"fmt"
	"maps"
	"slices"
)

// destination lists the settings of a kind of destination. Values are strings,
// except the list of servers.
type destination struct {
	required, optional []string
	aliases            map[string]string      // other names of settings
	allowed            map[string][]string    // valid values by setting
	strategies         map[string]destination // further settings by auth_strategy
}

// destinations returns the destinations by kind. The names are the service's;
// one has a capital letter.
func destinations() map[string]destination {
	return map[string]destination{
		"kafka": {
			required: []string{servers, "topic", "sasl_mechanism", "sasl_username", "sasl_password"},
			optional: []string{"security_protocol"},
			allowed: map[string][]string{
				"sasl_mechanism":    {"GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"},
				"security_protocol": {"SASL_PLAINTEXT", "SASL_SSL"},
			},
		},
		"prometheus_remote": {required: []string{"endpoint", strategy}, strategies: map[string]destination{
			"basic":  {required: []string{"user", "password"}},
			"bearer": {required: []string{"token"}},
		}},
		"cloudwatch": { // described as secret, required as secret_key
			required: []string{"access_key", "secret", "region"}, optional: []string{"secret_key"}, aliases: map[string]string{"secret": "secret_key"},
		},
		"splunk": {required: []string{"endpoint", "index", "token"}, optional: []string{"source", "sourcetype"}},
		"pulsar": {required: []string{"endpoint", "topic", strategy}, optional: []string{"auth_name"}, strategies: map[string]destination{
			"token":  {required: []string{"token"}},
			"oauth2": {required: []string{"oauth2_credentials_url", "oauth2_issuer_url"}, optional: []string{"oauth2_audience", "oauth2_scope"}},
		}},
		"Datadog": {required: []string{"api_key"}, optional: []string{"site"}},
	}
}

const (
	servers  = "bootstrap_servers"
	strategy = "auth_strategy"
)

// check returns the first invalid setting as an error.
func (d destination) check(settings map[string]any) error {
	if d.strategies != nil {
		name, _ := settings[strategy].(string)
		s, found := d.strategies[name]
		if !found {
			return fmt.Errorf("%s must be one of %v", strategy, slices.Sorted(maps.Keys(d.strategies)))
		}
		d.required, d.optional = append(d.required, s.required...), append(d.optional, s.optional...)
		for _, other := range d.strategies { // the template of the documentation has them all
			d.optional = append(append(d.optional, other.required...), other.optional...)
		}
	}
	for _, name := range d.required {
		other := d.aliases[name]
		if isUnset(settings[name]) && (other == "" || isUnset(settings[other])) {
			return fmt.Errorf("%s is required", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		text, isText := settings[name].(string)
		_, isList := settings[name].([]any)
		switch {
		case !slices.Contains(d.required, name) && !slices.Contains(d.optional, name):
			return fmt.Errorf("%s is unknown", name)
		case name == servers && !isList || name != servers && !isText:
			return fmt.Errorf("%s has the wrong type", name)
		case d.allowed[name] != nil && !slices.Contains(d.allowed[name], text):
			return fmt.Errorf("%s must be one of %v", name, d.allowed[name])
		}
	}
	return nil
}

func isUnset(v any) bool { return v == nil || v == "" }
