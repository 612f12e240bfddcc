package api

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

const hiddenText = "[secret]"

// isSecretKey reports whether the value of a JSON key is a secret. Only whole names
// count: keyspace, keyId and tokenExpiry are none.
func isSecretKey(key string) bool {
	key = strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(key))
	return slices.Contains([]string{
		"secret", "clientsecret", "secretkey", "accesskey", "apikey", "privatekey", "token", "accesstoken", "refreshtoken", "authtoken", "password", "saslpassword",
		"kafkasaslpassword", "promtoken", "prompassword",
	}, key)
}

// hideSecrets replaces the texts and numbers of secret keys in a JSON document and leaves all
// other bytes unchanged. It returns how many it replaced.
func hideSecrets(document []byte) (shown []byte, hidden int) {
	if !json.Valid(document) {
		return document, 0
	}
	type level struct{ isObject, isValue, isSecret bool }
	var levels []level
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	copied := 0
	replace := func(before int, first string) { // the value behind before, which begins with one of first
		end := int(d.InputOffset())
		start := before + bytes.IndexAny(document[before:end], first)
		shown = append(append(shown, document[copied:start]...), `"`+hiddenText+`"`...)
		copied, hidden = end, hidden+1
	}
	for {
		before := int(d.InputOffset())
		token, err := d.Token()
		if err != nil {
			return append(shown, document[copied:]...), hidden
		}
		var at *level
		if len(levels) > 0 {
			at = &levels[len(levels)-1]
		}
		switch token := token.(type) {
		case json.Delim:
			switch token {
			case '{', '[':
				inherited := token == '[' && at != nil && at.isSecret // a list of secrets
				if at != nil && at.isObject {
					at.isValue = false
				}
				levels = append(levels, level{isObject: token == '{', isSecret: inherited})
			default:
				levels = levels[:len(levels)-1]
			}
			continue
		case string:
			if at != nil && at.isObject && !at.isValue {
				at.isValue, at.isSecret = true, isSecretKey(token)
				continue
			}
			if at != nil && at.isSecret && token != "" {
				replace(before, `"`)
			}
		case json.Number:
			if at != nil && at.isSecret {
				replace(before, "-0123456789")
			}
		}
		if at != nil && at.isObject {
			at.isValue = false
		}
	}
}

// redactedBody returns a body for messages: a document, or else the tree of fields.
func redactedBody(document json.RawMessage, tree map[string]any) any {
	if tree != nil {
		text, err := json.Marshal(tree)
		if err != nil {
			return hiddenText
		}
		document = text
	}
	if document == nil {
		return nil
	}
	shown, _ := hideSecrets(document)
	return json.RawMessage(shown)
}
