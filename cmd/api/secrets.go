package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/astra-admin/astra/pkg/secret"
)

const hiddenText = "[secret]"

// hideSecrets replaces the texts and numbers of secret keys, and everything below
// such a key, in one or more JSON documents, and in any text what secret.HideInText
// recognizes. It removes a byte order mark, with which no parser accepts JSON, and
// leaves all other bytes unchanged. It returns how many it replaced.
func hideSecrets(document []byte) (shown []byte, hidden int) {
	document = bytes.TrimPrefix(document, []byte("\ufeff"))
	type level struct{ isObject, isValue, isSecret, isBelow bool }
	levels := []level{{}} // the first is that of whole documents
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	copied := 0
	replace := func(before int, first, text string) { // the value behind before, which begins with one of first
		end := int(d.InputOffset())
		start := before + bytes.IndexAny(document[before:end], first)
		quoted, _ := json.Marshal(text) // of a string
		shown = append(append(shown, document[copied:start]...), quoted...)
		copied, hidden = end, hidden+1
	}
	for {
		before := int(d.InputOffset())
		token, err := d.Token()
		inside := len(levels) - 1
		at := &levels[inside]
		if err != nil {
			shown = append(shown, document[copied:before]...)
			rest := string(document[before:])
			plain := secret.HideInText(rest, hiddenText)
			if at.isSecret && !errors.Is(err, io.EOF) { // a secret that was cut off
				plain = hiddenText
			}
			if plain != rest {
				hidden++
			}
			return append(shown, plain...), hidden
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '}' || token == ']' {
				levels = levels[:len(levels)-1]
				continue
			}
			levels = append(levels, level{isObject: token == '{', isSecret: at.isSecret, isBelow: at.isSecret})
		case string:
			plain := secret.HideInText(token, hiddenText)
			isKey := at.isObject && !at.isValue
			if at.isSecret && !isKey && token != "" {
				plain = hiddenText
			}
			if plain != token {
				replace(before, `"`, plain)
			}
			if isKey {
				at.isValue, at.isSecret = true, at.isBelow || secret.IsName(token)
				continue
			}
		case json.Number:
			if at.isSecret {
				replace(before, "-0123456789", hiddenText)
			}
		}
		levels[inside].isValue, levels[inside].isSecret = false, at.isBelow
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
