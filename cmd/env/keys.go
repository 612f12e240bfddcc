package env

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/suggest"
)

const (
	// bundleKey is the variable whose value is a file that may not be there.
	bundleKey = "ASTRA_DB_SECURE_BUNDLE_PATH"
	// sessionKey is the variable whose value a session has, together with its user.
	sessionKey = "ASTRA_AUTHORIZATION_TOKEN"
)

// key is one variable that can be exported, under the name that it has in the
// documents and the name that the user wants.
type key struct {
	source, name string
	optional     bool // one of many, and may be missing
}

// defaultKeys are exported when nothing else is asked for.
func defaultKeys() []string {
	return []string{
		"ASTRA_DB_ID", "ASTRA_DB_REGION", "ASTRA_DB_KEYSPACE", "ASTRA_DB_APPLICATION_TOKEN", "ASTRA_DB_API_ENDPOINT",
	}
}

// allKeys are everything that can be exported at any time.
func allKeys() []string {
	return append(defaultKeys(), "ASTRA_DB_CLIENT_ID", "ASTRA_DB_CLIENT_SECRET", "ASTRA_DB_USERNAME", "ASTRA_DB_PASSWORD",
		"ASTRA_DB_NAME", bundleKey, "ASTRA_ORG_ID", "ASTRA_ORG_NAME")
}

// classicKeys are what the documents of classic databases use.
func classicKeys() []string {
	return []string{
		"ASTRA_CLUSTER_ID", "ASTRA_CLUSTER_REGION", "ASTRA_DB_USERNAME", "ASTRA_DB_KEYSPACE", "ASTRA_DB_PASSWORD", sessionKey,
	}
}

// knownKeys are all that --keys takes.
func knownKeys() []string {
	known := allKeys()
	for _, k := range classicKeys() {
		if !slices.Contains(known, k) {
			known = append(known, k)
		}
	}
	return known
}

// variableFlags is which variables the user wants.
type variableFlags struct {
	lists   []string
	classic bool
}

func (s *variableFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&s.lists, "keys", nil, "export these variables, a comma-separated `list` of KEY or KEY=NAME, or all; repeatable")
	cmd.Flags().BoolVar(&s.classic, "classic", false, "use the variables of classic databases, with the token of astra auth session")
	cmd.MarkFlagsMutuallyExclusive("keys", "classic")
}

// flags are the words by which a command line makes the same choice.
func (s variableFlags) flags() []string {
	if s.classic {
		return []string{"--classic"}
	}
	var words []string
	for _, list := range s.lists {
		words = append(words, "--keys", list)
	}
	return words
}

// includes reports whether a variable is among those that are wanted.
func (s variableFlags) includes(source string) bool {
	keys, err := s.keys()
	return err == nil && slices.ContainsFunc(keys, func(k key) bool { return k.source == source })
}

// keys reads the choice: names with commas, each KEY or KEY=NAME, or all.
func (s variableFlags) keys() ([]key, error) {
	if s.classic {
		keys := variableName(classicKeys())
		for i := range keys {
			keys[i].optional = true
		}
		return keys, nil
	}
	if len(s.lists) == 0 {
		return variableName(defaultKeys()), nil
	}
	var keys []key
	for word := range strings.SplitSeq(strings.Join(s.lists, ","), ",") {
		word = strings.TrimSpace(word)
		if word == "all" {
			for _, source := range allKeys() {
				keys = append(keys, key{source, source, true})
			}
			continue
		}
		source, name, renamed := strings.Cut(word, "=")
		if !renamed {
			name = source
		}
		if !slices.Contains(knownKeys(), source) {
			return nil, unknown(source)
		}
		keys = append(keys, key{source, name, false})
	}
	return keys, check(keys)
}

func unknown(source string) error {
	e := exit.Usagef("--keys: unknown variable %q", source).WithHint("expected %s", strings.Join(knownKeys(), ", "))
	if near := suggest.Nearest(source, knownKeys()); len(near) > 0 {
		e.Hint = "did you mean " + near[0] + "?"
	}
	return e
}

func check(keys []key) error {
	seen := map[string]bool{}
	for _, k := range keys {
		if err := envfile.CheckName(k.name); err != nil {
			return err
		}
		if seen[k.name] {
			return exit.Usagef("--keys: duplicate %s", k.name)
		}
		seen[k.name] = true
	}
	return nil
}

func variableName(sources []string) []key {
	keys := make([]key, len(sources))
	for i, s := range sources {
		keys[i] = key{source: s, name: s}
	}
	return keys
}

func namesOf(keys []key) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}
