package secret

import (
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/failpoint"
)

const (
	// chunkSize is how much of a text is looked at in other ways at once.
	chunkSize = 64 << 10
	// overlap is how much of a chunk is looked at once more with the next one: more
	// than a secret takes in any way of writing it.
	overlap = 4 << 10
	// longestSeparator is how much may stand between two hexadecimal digits of a
	// secret: the end of a line with its indentation and quotes.
	longestSeparator = 32
)

// hide returns s with a placeholder instead of what m finds in it: as it is, behind
// escapes, and in hexadecimal digits that something stands between.
func (m *matcher) hide(s string) string {
	if m == nil || len(s) < gramSize {
		return s
	}
	var found []span
	for begin := 0; ; begin += chunkSize - overlap {
		chunk := []byte(s[begin:min(begin+chunkSize, len(s))])
		for _, f := range m.inChunk(chunk) {
			found = append(found, span{begin + f.from, begin + f.to})
		}
		if begin+len(chunk) == len(s) {
			break
		}
	}
	if len(found) == 0 {
		return s
	}
	slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	var out strings.Builder
	at := 0 // up to which s is in out, or hidden
	for i, f := range found {
		if i == 0 || f.from > at {
			out.WriteString(s[at:f.from])
			out.WriteString(hidden)
		}
		at = max(at, f.to)
	}
	out.WriteString(s[at:])
	return out.String()
}

// inChunk returns where the secrets are in a chunk. The places of what is found
// behind escapes are worked out only if there is something.
func (m *matcher) inChunk(chunk []byte) []span {
	found := m.find(chunk)
	layers := [][]byte{chunk}
	for {
		text := layers[len(layers)-1]
		found = append(found, original(layers, m.separated(text))...)
		if len(layers) > escapeLayers {
			return found
		}
		plain, changed := unescape(text)
		if !changed || failpoint.Disabled("encoded-redaction") {
			return found
		}
		layers = append(layers, plain)
		found = append(found, original(layers, m.find(plain))...)
	}
}

// original returns where the spans of the last of several layers are in the first
// one, of which each next one is what its escapes stand for.
func original(layers [][]byte, spans []span) []span {
	if len(spans) == 0 {
		return nil
	}
	for i := len(layers) - 2; i >= 0; i-- {
		var places []int
		unescapeTo(layers[i], &places)
		places = append(places, len(layers[i]))
		for j, s := range spans {
			spans[j] = span{places[s.from], places[s.to]}
		}
	}
	return spans
}

// separated returns where the secrets are in a text of which only the hexadecimal
// digits count.
func (m *matcher) separated(text []byte) []span {
	if !m.anyDigits(text) {
		return nil
	}
	found := m.find(hexDigits(text, nil))
	if len(found) == 0 {
		return nil
	}
	var places []int
	hexDigits(text, &places)
	for i, s := range found {
		found[i] = span{places[s.from], places[s.to-1] + 1}
	}
	return found
}

// anyDigits reports, fast, whether a gram is among the hexadecimal digits of a text,
// whatever else is between them.
func (m *matcher) anyDigits(text []byte) bool {
	var gram uint64
	for i, c := range text {
		switch hexKind(c) {
		case hexDigit:
			if c == '0' && i+1 < len(text) && text[i+1]|0x20 == 'x' {
				continue // 0x
			}
			gram = shifted(gram, small(c))
			if h := hashed(gram); m.filter[h/bitsOfWord]&(1<<(h%bitsOfWord)) != 0 && m.grams[gram] != 0 {
				return true
			}
		case hexOther:
			gram = 0
		}
	}
	return false
}

// small returns a hexadecimal digit in small letters.
func small(c byte) byte {
	if c >= 'A' {
		return c | 0x20
	}
	return c
}

// hexDigits returns the hexadecimal digits of a text, without what separates them:
// blanks, punctuation, 0x, \x and the like. Other letters end a row of them. The
// place of each is added to places, unless that is nil.
func hexDigits(text []byte, places *[]int) []byte {
	const end = 'z' // is no digit
	digits := make([]byte, 0, len(text))
	add := func(c byte, at int) {
		digits = append(digits, c)
		if places != nil {
			*places = append(*places, at)
		}
	}
	gap := 0
	for i, c := range text {
		kind := hexKind(c)
		switch {
		case kind == hexPrefix && i > 0 && text[i-1] == '0' && len(digits) > 0 && digits[len(digits)-1] == '0':
			digits = digits[:len(digits)-1] // of 0x
			if places != nil {
				*places = (*places)[:len(digits)]
			}
			continue
		case kind == hexDigit:
			add(small(c), i)
			gap = 0
			continue
		case kind == hexSeparator, kind == hexPrefix && i > 0 && hexKind(text[i-1]) == hexSeparator:
			gap++
			if gap <= longestSeparator {
				continue
			}
		}
		if len(digits) > 0 && digits[len(digits)-1] != end {
			add(end, i)
		}
		gap = 0
	}
	return digits
}

const (
	hexOther = iota
	hexDigit
	hexPrefix
	hexSeparator
)

// hexKind says what a byte is in a row of hexadecimal digits.
func hexKind(c byte) int {
	switch {
	case '0' <= c && c <= '9', 'a' <= c|0x20 && c|0x20 <= 'f':
		return hexDigit
	case !isLetter(c):
		return hexSeparator
	case c|0x20 == 'x', c|0x20 == 'u':
		return hexPrefix
	}
	return hexOther
}

// containsFold reports whether s holds word, which is in small letters, also in
// capitals.
func containsFold(s, word string) bool {
	for at := 0; at+len(word) <= len(s); at++ {
		if s[at]|0x20 == word[0] && strings.EqualFold(s[at:at+len(word)], word) {
			return true
		}
	}
	return false
}
