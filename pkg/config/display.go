package config

import (
	"strings"
	"unicode"

	"github.com/astra-admin/astra/pkg/secret"
)

const (
	// maxName is the maximum length of a stored name from the service, in
	// characters. The service's own names have at most 50.
	maxName = 128
	// maxText is the maximum size of a stored text.
	maxText = 4 << 10
)

// DisplayName returns a name from the service in a form that is valid in the
// file. Names of organizations and databases are chosen by others and must not
// prevent the file from being written or read: control and invisible characters
// become spaces, tokens are removed, and long names are cut.
func DisplayName(name string) string {
	const enough = maxName * 64 // enough after the removals below
	cut := len(name) > enough
	if cut {
		name = name[:enough]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\u200c' || r == '\u200d' { // the last two join characters
			return r
		}
		return ' '
	}, strings.ToValidUTF8(name, "\ufffd"))
	name = strings.Join(strings.Fields(name), " ")
	if runes := []rune(name); cut || len(runes) > maxName {
		name = string(runes[:min(len(runes), maxName-1)]) + "…"
	}
	if secret.LooksLikeToken(name) {
		return "[secret]"
	}
	return name
}
