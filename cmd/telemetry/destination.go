package telemetry

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/suggest"
)

// kind is a kind of destination: its settings by the names of the API, each with the
// flag of that name, and its secret.
type kind struct {
	required, optional []string
	hidden, alias      string // the name of the secret, and another one for it
	asked              string // the name in a prompt
	strategies         map[string]kind
}

// kinds returns the kinds of destinations by name.
func kinds() map[string]kind {
	return map[string]kind{
		"kafka": {
			required: []string{"bootstrap_servers", "topic", "sasl_mechanism", "sasl_username"}, optional: []string{"security_protocol"},
			hidden: "sasl_password", asked: "password of the Kafka user",
		},
		"prometheus_remote": {required: []string{"endpoint", "auth_strategy"}, strategies: map[string]kind{
			"basic":  {required: []string{"user"}, hidden: "password", asked: "password of the Prometheus user"},
			"bearer": {hidden: "token", asked: "Prometheus token"},
		}},
		"cloudwatch": {required: []string{"access_key", "region"}, hidden: "secret", alias: "secret_key", asked: "AWS secret access key"}, // the descriptions have both names
		"splunk":     {required: []string{"endpoint", "index"}, optional: []string{"source", "sourcetype"}, hidden: "token", asked: "Splunk token"},
		"pulsar": {required: []string{"endpoint", "topic", "auth_strategy"}, optional: []string{"auth_name"}, strategies: map[string]kind{
			"token":  {hidden: "token", asked: "Pulsar token"},
			"oauth2": {required: []string{"oauth2_issuer_url"}, optional: []string{"oauth2_audience", "oauth2_scope"}, hidden: "oauth2_credentials_url", asked: "URL of the OAuth 2 credentials"},
		}},
		"datadog": {optional: []string{"site"}, hidden: "api_key", asked: "Datadog API key"},
	}
}

// kindNames returns the names of kinds, in the order of help.
func kindNames() []string {
	return []string{"prometheus_remote", "kafka", "cloudwatch", "splunk", "pulsar", "datadog"}
}

// values returns the accepted values of some settings.
func values(setting, kind string) []string {
	switch setting {
	case "sasl_mechanism":
		return []string{"GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}
	case "security_protocol":
		return []string{"SASL_PLAINTEXT", "SASL_SSL"}
	case "auth_strategy":
		if kind == "pulsar" {
			return []string{"token", "oauth2"}
		}
		return []string{"basic", "bearer"}
	}
	return nil
}

// destination is the flags of a destination.
type destination struct {
	kind, secretFile string
	servers          []string
	texts            map[string]*string // by the name of the setting
}

// flagOf returns the name of the flag of a setting.
func flagOf(setting string) string { return strings.ReplaceAll(setting, "_", "-") }

func (d *destination) add(cmd *cobra.Command) {
	f := cmd.Flags()
	flags.Enum(f, &d.kind, "destination", "", kindNames(), "`kind` of the destination")
	f.StringArrayVar(&d.servers, "bootstrap-servers", nil, "`HOST:PORT` of a server (Kafka); repeatable")
	d.texts = map[string]*string{}
	for _, s := range []struct{ name, usage string }{
		{"endpoint", "`URL` that receives the data (Prometheus, Splunk, Pulsar)"},
		{"topic", "`name` of the topic (Kafka, Pulsar)"},
		{"sasl_mechanism", "`mechanism` of authentication (Kafka)"},
		{"sasl_username", "`name` of the user (Kafka)"},
		{"security_protocol", "`protocol` of the connection (Kafka)"},
		{"auth_strategy", "`method` of authentication (Prometheus, Pulsar)"},
		{"user", "`name` of the user (Prometheus with basic)"},
		{"access_key", "`ID` of the AWS access key (CloudWatch)"},
		{"region", "AWS `region` (CloudWatch)"},
		{"index", "`name` of the index (Splunk)"},
		{"source", "`text` for the source (Splunk)"},
		{"sourcetype", "`text` for the source type (Splunk)"},
		{"site", "`name` of the site, such as datadoghq.eu (Datadog)"},
		{"auth_name", "`name` of the authentication (Pulsar)"},
		{"oauth2_issuer_url", "`URL` of the issuer (Pulsar with oauth2)"},
		{"oauth2_audience", "`text` for the audience (Pulsar with oauth2)"},
		{"oauth2_scope", "`text` for the scope (Pulsar with oauth2)"},
	} {
		value := new(string)
		d.texts[s.name] = value
		f.StringVar(value, flagOf(s.name), "", s.usage)
		if s.name == "auth_strategy" {
			flags.Values(f, flagOf(s.name), []string{"basic", "bearer", "token", "oauth2"})
		} else if all := values(s.name, ""); all != nil {
			flags.Values(f, flagOf(s.name), all)
		}
	}
	f.StringVar(&d.secretFile, "secret-file", "", "read the password, key or token from a `file`; - reads standard input")
	completion.Flags(f, completion.Files, "secret-file")
}

// settings checks the flags and returns the settings without the secret.
func (d destination) settings(cmd *cobra.Command) (map[string]any, kind, error) {
	if d.kind == "" {
		return nil, kind{}, exit.Usagef("--destination is required").WithHint("kinds: %s", strings.Join(kindNames(), ", "))
	}
	k, known := kinds()[d.kind]
	if !known {
		e := exit.Usagef("unknown destination %q; expected one of %s", d.kind, strings.Join(kindNames(), ", "))
		if near := suggest.Nearest(d.kind, kindNames()); len(near) > 0 {
			e = e.WithHint("did you mean %s?", near[0])
		}
		return nil, k, e
	}
	if k.strategies != nil {
		name := *d.texts["auth_strategy"]
		if err := checkValue("auth_strategy", d.kind, name); err != nil {
			return nil, k, err
		}
		s := k.strategies[name]
		k.required, k.optional = append(k.required, s.required...), append(k.optional, s.optional...)
		k.hidden, k.asked = s.hidden, s.asked
	}
	settings := map[string]any{}
	if servers := splitServers(d.servers); len(servers) > 0 {
		settings["bootstrap_servers"] = servers
	}
	for name, text := range d.texts {
		if *text != "" {
			settings[name] = *text
		}
	}
	for _, name := range k.required {
		if settings[name] == nil {
			return nil, k, exit.Usagef("--%s is required for %s", flagOf(name), d.kind)
		}
	}
	var wrong error
	for _, name := range append([]string{"bootstrap_servers"}, sortedNames(d.texts)...) {
		if !cmd.Flags().Changed(flagOf(name)) || wrong != nil {
			continue
		}
		switch text, _ := settings[name].(string); {
		case !slices.Contains(k.required, name) && !slices.Contains(k.optional, name):
			method := ""
			if k.strategies != nil {
				method = " with --auth-strategy " + *d.texts["auth_strategy"]
			}
			wrong = exit.Usagef("--%s does not apply to %s%s", flagOf(name), d.kind, method)
		case settings[name] == nil:
			wrong = exit.Usagef("--%s is empty", flagOf(name))
		case values(name, d.kind) != nil:
			wrong = checkValue(name, d.kind, text)
		default:
			wrong = checkText(name, word(settings[name]))
		}
	}
	if wrong == nil {
		wrong = checkEncryption(settings)
	}
	return settings, k, wrong
}

// splitServers splits the values of --bootstrap-servers at commas.
func splitServers(given []string) []any {
	var all []any
	for _, text := range given {
		for server := range strings.SplitSeq(text, ",") {
			if server = strings.TrimSpace(server); server != "" {
				all = append(all, server)
			}
		}
	}
	return all
}

func sortedNames(texts map[string]*string) []string {
	var all []string
	for name := range texts {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// checkValue checks a setting that has a fixed set of values.
func checkValue(setting, kind, text string) error {
	all := values(setting, kind)
	switch {
	case slices.Contains(all, text):
		return nil
	case text == "":
		return exit.Usagef("--%s is required for %s: %s", flagOf(setting), kind, strings.Join(all, " or "))
	}
	return exit.Usagef("--%s %q is not one of %s", flagOf(setting), text, strings.Join(all, ", "))
}

// checkText refuses what the service cannot use as a setting, and a password in it, which
// the command line would show to other users.
func checkText(setting, text string) error {
	switch {
	case output.Sanitize(text) != text:
		return exit.Usagef("--%s contains a control character", flagOf(setting))
	case setting == "endpoint", strings.HasSuffix(setting, "_url"), setting == "site" && strings.Contains(text, "://"):
		return checkURL(setting, text)
	case (setting == "site" || setting == "bootstrap_servers") && strings.Contains(text, "@"):
		return errCredential(setting)
	}
	return nil
}

// checkURL refuses what is no URL, one that would carry the secret unencrypted, and one
// with credentials.
func checkURL(setting, text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme == "" {
		return exit.Usagef("--%s is not a URL such as https://HOST/PATH", flagOf(setting))
	}
	query, err := url.ParseQuery(u.RawQuery)
	switch {
	case u.Scheme == "http":
		return errUnencrypted(setting, "https")
	case u.Scheme == "pulsar":
		return errUnencrypted(setting, "pulsar+ssl")
	case err != nil:
		return exit.Usagef("--%s has an invalid query", flagOf(setting))
	case u.User != nil, slices.ContainsFunc(slices.Collect(maps.Keys(query)), isCredential):
		return errCredential(setting)
	}
	return nil
}

// checkEncryption refuses a connection to Kafka that would carry the password
// unencrypted. With the other mechanisms, the password is not sent.
func checkEncryption(settings map[string]any) error {
	if settings["sasl_mechanism"] == "PLAIN" && settings["security_protocol"] == "SASL_PLAINTEXT" {
		return errUnencrypted("security_protocol", "SASL_SSL")
	}
	return nil
}

func errUnencrypted(setting, instead string) error {
	return exit.Usagef("--%s: the secret would be sent unencrypted; use %s", flagOf(setting), instead)
}

// isCredential reports whether the key of a query has a word for a credential.
func isCredential(key string) bool {
	words := []string{"auth", "credential", "key", "passwd", "password", "pwd", "secret", "sig", "token"}
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(strings.ToLower(key), word) })
}

func errCredential(setting string) error {
	return exit.Usagef("--%s contains a user name, password or token", flagOf(setting)).WithHint("pass the secret with --secret-file")
}

// readSecret reads the secret of a destination. A dry run does not need it.
func (d destination) readSecret(ctx context.Context, app *cli.App, k kind) (secret.Text, error) {
	if app.Globals.DryRun {
		return "not read", nil
	}
	return app.ReadSecretInput(ctx, "--secret-file", d.secretFile, k.asked)
}

// firstDifference returns the name of the first setting that an export lacks or has with another
// value.
func firstDifference(want, got devops.Export) string {
	for _, name := range differences(got, want) {
		if want.Settings[name] != nil {
			return name
		}
	}
	return ""
}

// differences returns the names of the settings that differ, sorted. Secrets are not
// compared: the service may hide them, and what looks like one by its name.
func differences(a, b devops.Export) []string {
	var names []string
	for _, name := range slices.Compact(slices.Sorted(slices.Values(append(sortedKeys(a.Settings), sortedKeys(b.Settings)...)))) {
		_, hidden := a.Settings[name].(secret.Text)
		_, given := b.Settings[name].(secret.Text)
		if !hidden && !given && word(a.Settings[name]) != word(b.Settings[name]) {
			names = append(names, name)
		}
	}
	return names
}
