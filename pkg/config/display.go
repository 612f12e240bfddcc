package config

import (
	"strings"
	"unicode"

	"github.com/astra-admin/astra/pkg/secret"
)

const (
	// maxName is how many characters of a name that the service gave are kept. The
	// service's own names have at most 50.
	maxName = 128
	// maxText is the size of the largest text that is written.
	maxText = 4 << 10
)

// DisplayName returns a name that the service gave as the file can hold it. An
// organization or a database may be named by others, and what they chose must
// neither keep the file from being written nor from being read: control and
// invisible characters become blanks, a token is taken out, and what is too long is
// cut.
func DisplayName(name string) string {
	const enough = maxName * 64 // with room for what disappears
	cut := len(name) > enough
	if cut {
		name = name[:enough]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\u200c' || r == '\u200d' { // the latter join characters
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
