package secret

import (
	"regexp"
	"slices"
	"strings"
)

// IsName reports whether the name of a setting or of a JSON key says that its
// value is a secret: it has a word for one, in any spelling. Unknown names with
// such a word are included; a keyspace, the ID of a key and the expiration of a
// token are none.
func IsName(name string) bool {
	name = strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(name))
	switch name {
	case "key", "primarykey", "partitionkey", "clusteringkey", "publickey", "tokenexpiry", "tokenexpiration", "tokenid", "tokentype":
		return false
	case "authorization":
		return true
	}
	return slices.ContainsFunc([]string{"password", "passwd", "passphrase", "secret", "token", "credential"}, func(word string) bool { return strings.Contains(name, word) }) ||
		slices.ContainsFunc([]string{"jwt", "jwts", "key", "apikeys", "accesskeys", "privatekeys"}, func(word string) bool { return strings.HasSuffix(name, word) })
}

// HideInText replaces the secrets that a text shows by its form with a
// placeholder: signed tokens (JWT), and the user and password of a URL. Tokens of
// Astra are left to a Redactor.
func HideInText(text, placeholder string) string {
	if strings.Contains(text, "eyJ") {
		text = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{4,}(\.[A-Za-z0-9_-]*)+`).ReplaceAllLiteralString(text, placeholder)
	}
	return ReplaceUserinfo(text, placeholder+"@")
}

// ReplaceUserinfo replaces the user and password of each URL in a text, and the @
// after them. The last @ before the path ends them: a password may contain one that
// is not escaped. Quotes and angle brackets end a URL in JSON and HTML.
func ReplaceUserinfo(text, replacement string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	return regexp.MustCompile(`://[^/?#\s"<>]*@`).ReplaceAllLiteralString(text, "://"+replacement)
}
