package secret

import (
	"bytes"
	"errors"
)

// MaxText is the size of the largest text that Find takes.
const MaxText = 8 << 20

// ErrTextSize says that a text is too large to be searched.
var ErrTextSize = errors.New("the text is larger than 8 MiB")

const (
	tokenSize = len(tokenPrefix) + clientIDSize + 1 + tailSize
	// escapeLayers is how often a text is taken to be escaped: a URL in a string
	// of a JSON document that is itself a string of one.
	escapeLayers = 3
	// blobLayers is how deep base64 and the like are looked into. The pull secret of a
	// Kubernetes manifest is two.
	blobLayers = 3
)

// Found is what a text holds of tokens.
type Found struct {
	Tokens []Token // each once
	// Pieces are the client ids of what begins as a token and has no end: it was
	// cut off or masked, or is wrapped in a way that is not known here.
	Pieces []string
}

// Find returns the application tokens of any text, however they are written in
// it: plain, escaped for URLs, JSON, HTML or a shell, in quoted-printable or
// UTF-16, in base64 among other things and at any depth that occurs, in base32 or
// hexadecimal digits, and wrapped over several lines. Its time is proportional to the size of the text.
//
// What it returns has the shape of a token and no more. A token that is torn
// apart may be joined with what follows it, so the service has the last word.
func Find(text []byte) (Found, error) {
	if len(text) > MaxText {
		return Found{}, ErrTextSize
	}
	f := finder{tokens: map[Text]bool{}, whole: map[string]bool{}, torn: map[string]bool{}}
	f.search(text, 0)
	for _, clientID := range f.pieces {
		if !f.whole[clientID] {
			f.found.Pieces = append(f.found.Pieces, clientID)
		}
	}
	return f.found, nil
}

type finder struct {
	found  Found
	pieces []string
	tokens map[Text]bool   // found already
	whole  map[string]bool // client ids of them
	torn   map[string]bool // client ids of pieces
}

// search looks at a text as it is, at the text that its escapes stand for, and
// into its base64.
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

// scan takes the tokens out of a text that was unwrapped.
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
	f.tokens[token.Text], f.whole[token.ClientID] = true, true
	f.found.Tokens = append(f.found.Tokens, token)
}

// fragment notes the client id that a text begins with, if that is one.
func (f *finder) fragment(text []byte) {
	if len(text) <= clientIDSize || text[clientIDSize] != ':' {
		return
	}
	id := string(text[:clientIDSize])
	if !all(id, isLetter) || f.torn[id] {
		return
	}
	f.torn[id] = true
	f.pieces = append(f.pieces, id)
}
