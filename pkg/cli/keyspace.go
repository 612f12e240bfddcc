package cli

import (
	"regexp"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/spelling"
)

// CheckKeyspace refuses a name that no keyspace can have (exit 2).
func CheckKeyspace(name string) error {
	if odd := spelling.Foreign(name); odd != "" {
		return exit.Usagef("%q cannot be the name of a keyspace: it has %s", name, odd)
	}
	if !regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_]{0,47}$`).MatchString(name) {
		return exit.Usagef("%q cannot be the name of a keyspace: letters, digits and underscores, at most 48, the first one no underscore", name)
	}
	return nil
}
