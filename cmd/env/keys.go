package env

import (
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/envfile"
	"github.com/astra-admin/astra/pkg/suggest"
)

// key is one variable that can be exported, under the name that it has in the
// documents and the name that the user wants.
type key struct{ source, name string }

// defaultKeys are exported when nothing else is asked for.
func defaultKeys() []string {
	return []string{
		"ASTRA_DB_ID", "ASTRA_DB_REGION", "ASTRA_DB_KEYSPACE", "ASTRA_DB_APPLICATION_TOKEN", "ASTRA_DB_API_ENDPOINT",
	}
}

// allKeys are everything that can be exported.
func allKeys() []string {
	return append(defaultKeys(), "ASTRA_DB_CLIENT_ID", "ASTRA_DB_CLIENT_SECRET", "ASTRA_DB_NAME", "ASTRA_ORG_ID", "ASTRA_ORG_NAME")
}

// parseKeys reads --keys: names with commas, each KEY or KEY=NAME, or all.
func parseKeys(lists []string) ([]key, error) {
	if len(lists) == 0 {
		return named(defaultKeys()), nil
	}
	var keys []key
	seen := map[string]bool{}
	for word := range strings.SplitSeq(strings.Join(lists, ","), ",") {
		word = strings.TrimSpace(word)
		if word == "all" {
			keys = append(keys, named(allKeys())...)
			continue
		}
		source, name, renamed := strings.Cut(word, "=")
		if !renamed {
			name = source
		}
		if !known(source) {
			e := cli.Usagef("--keys: there is no variable %q", source).WithHint("known are %s", strings.Join(allKeys(), ", "))
			if near := suggest.Nearest(source, allKeys()); len(near) > 0 {
				e.Hint = "did you mean " + near[0] + "?"
			}
			return nil, e
		}
		keys = append(keys, key{source, name})
	}
	for _, k := range keys {
		if err := envfile.CheckName(k.name); err != nil {
			return nil, err
		}
		if seen[k.name] {
			return nil, cli.Usagef("--keys: %s is given twice", k.name)
		}
		seen[k.name] = true
	}
	return keys, nil
}

func named(sources []string) []key {
	keys := make([]key, len(sources))
	for i, s := range sources {
		keys[i] = key{s, s}
	}
	return keys
}

func known(source string) bool {
	return slices.Contains(allKeys(), source)
}
