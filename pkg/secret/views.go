package secret

import (
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/failpoint"
)

const (
	// chunkSize is the size of parts that are decoded in other ways.
	chunkSize = 64 << 10
	// overlap is the overlap of chunks: more than any form of a secret.
	overlap = 4 << 10
	// longestSeparator is the maximum distance of two hexadecimal digits of a
	// secret: a line end with indentation and quotes.
	longestSeparator = 32
)

// hide replaces in s the matches of m: plain, escaped, and in separated
// hexadecimal digits.
func (m *matcher) hide(s string) string {
	if m == nil || len(s) < gramSize {
		return s
	}
	var found []span
	for start := 0; ; start += chunkSize - overlap {
		chunk := []byte(s[start:min(start+chunkSize, len(s))])
		for _, f := range m.inChunk(chunk) {
			found = append(found, span{start + f.from, start + f.to})
		}
		if start+len(chunk) == len(s) {
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

// inChunk returns the spans of secrets in a chunk. Offsets behind escapes are
// computed only for matches.
func (m *matcher) inChunk(chunk []byte) []span {
	found := m.find(chunk)
	layers := [][]byte{chunk}
	for {
		text := layers[len(layers)-1]
		found = append(found, mapToOriginal(layers, m.findSeparated(text))...)
		if len(layers) > escapeLayers {
			return found
		}
		plain, changed := unescape(text)
		if !changed || failpoint.Disabled("encoded-redaction") {
			return found
		}
		layers = append(layers, plain)
		found = append(found, mapToOriginal(layers, m.find(plain))...)
	}
}

// mapToOriginal maps spans of the last layer to the first; each layer is the
// unescaped previous one.
func mapToOriginal(layers [][]byte, spans []span) []span {
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

// findSeparated returns the spans of secrets in the hexadecimal digits of a text.
func (m *matcher) findSeparated(text []byte) []span {
	if !m.hasDigitGram(text) {
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

// hasDigitGram is a fast check whether a gram is among the hexadecimal digits of a
// text, with any separators.
func (m *matcher) hasDigitGram(text []byte) bool {
	var gram uint64
	for i, c := range text {
		switch hexKind(c) {
		case hexDigit:
			if c == '0' && i+1 < len(text) && text[i+1]|0x20 == 'x' {
				continue // 0x
			}
			gram = shiftGram(gram, lowerHex(c))
			if h := hashGram(gram); m.filter[h/bitsOfWord]&(1<<(h%bitsOfWord)) != 0 && m.grams[gram] != 0 {
				return true
			}
		case hexOther:
			gram = 0
		}
	}
	return false
}

// lowerHex returns a hexadecimal digit in lower case.
func lowerHex(c byte) byte {
	if c >= 'A' {
		return c | 0x20
	}
	return c
}

// hexDigits returns the hexadecimal digits of a text without separators:
// spaces, punctuation, 0x, \x and similar. Other letters end a sequence. The
// offset of each digit is appended to places, unless that is nil.
func hexDigits(text []byte, places *[]int) []byte {
	const end = 'z' // not a digit
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
			add(lowerHex(c), i)
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

// hexKind classifies a byte in a sequence of hexadecimal digits.
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

// containsFold reports whether s contains word, a lower-case text, in any case.
func containsFold(s, word string) bool {
	for at := 0; at+len(word) <= len(s); at++ {
		if s[at]|0x20 == word[0] && strings.EqualFold(s[at:at+len(word)], word) {
			return true
		}
	}
	return false
}
