package secret

import (
	"bytes"
	"errors"
)

// MaxText is the maximum size of a text for Find.
const MaxText = 8 << 20

// ErrTextSize reports a text that is too large to search.
var ErrTextSize = errors.New("the text is larger than 8 MiB")

const (
	tokenSize = len(tokenPrefix) + clientIDSize + 1 + tailSize
	// escapeLayers is the maximum number of nested escapes: a URL in a JSON
	// string inside another one.
	escapeLayers = 3
	// blobLayers is the maximum depth of nested base64 and similar. A
	// Kubernetes pull secret has two.
	blobLayers = 3
)

// Found has the tokens of a text.
type Found struct {
	Tokens []Token // distinct
	// Pieces are client IDs of incomplete tokens: truncated, masked, or wrapped
	// in an unknown way.
	Pieces []string
}

// Find returns the application tokens of a text in any form: plain, escaped for
// URLs, JSON, HTML or a shell, in quoted-printable or UTF-16, in nested base64,
// in base32 or hexadecimal digits, and wrapped over several lines. Its time is
// proportional to the size of the text.
//
// Results have the format of a token, no more. A wrapped token may be joined
// with text that follows it, so only the service can confirm it.
func Find(text []byte) (Found, error) {
	if len(text) > MaxText {
		return Found{}, ErrTextSize
	}
	f := finder{tokens: map[Text]bool{}, complete: map[string]bool{}, incomplete: map[string]bool{}}
	f.search(text, 0)
	for _, clientID := range f.pieces {
		if !f.complete[clientID] {
			f.found.Pieces = append(f.found.Pieces, clientID)
		}
	}
	return f.found, nil
}

type finder struct {
	found      Found
	pieces     []string
	tokens     map[Text]bool   // already found
	complete   map[string]bool // client IDs of tokens
	incomplete map[string]bool // client IDs of incomplete tokens
}

// search scans a text, its unescaped form, and its decoded base64.
func (f *finder) search(text []byte, depth int) {
	written := text
	f.scan(unwrap(text))
	for range escapeLayers {
		plain, changed := unescape(text)
		if !changed {
			break
		}
		text = plain
		f.scan(unwrap(text))
	}
	if depth < blobLayers {
		inside := func(inner []byte) { f.search(inner, depth+1) }
		blobs(text, inside)
		dumps(written, inside)
	}
}

// scan finds the tokens of an unwrapped text.
func (f *finder) scan(text []byte) {
	for {
		at := bytes.Index(text, []byte(tokenPrefix))
		if at < 0 {
			return
		}
		text = text[at:]
		if len(text) >= tokenSize {
			if token, err := ParseToken(string(text[:tokenSize])); err == nil {
				f.add(token)
				text = text[tokenSize:]
				continue
			}
		}
		text = text[len(tokenPrefix):]
		f.fragment(text)
	}
}

func (f *finder) add(token Token) {
	if f.tokens[token.Text] {
		return
	}
	f.tokens[token.Text], f.complete[token.ClientID] = true, true
	f.found.Tokens = append(f.found.Tokens, token)
}

// fragment records the client ID at the start of a text, if any.
func (f *finder) fragment(text []byte) {
	if len(text) <= clientIDSize || text[clientIDSize] != ':' {
		return
	}
	id := string(text[:clientIDSize])
	if !all(id, isLetter) || f.incomplete[id] {
		return
	}
	f.incomplete[id] = true
	f.pieces = append(f.pieces, id)
}
