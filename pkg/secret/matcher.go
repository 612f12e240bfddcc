package secret

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/failpoint"
)

const (
	// gramSize is the number of bytes of a pattern compared at once.
	gramSize = 8
	// leastPart is the minimum length of a part of a random secret that is
	// hidden.
	leastPart = 16
	// filterBits is the size of the filter that excludes most positions.
	filterBits = 15
	bitsOfWord = 64
)

// matcher finds secrets in a text, and long parts of random ones. Every eighth
// byte of a pattern starts a gram, so that a part of 15 bytes contains a whole
// gram at any offset. One pass finds any number of patterns.
type matcher struct {
	patterns []pattern
	places   []place
	grams    map[uint64]int // index of the last place of a gram
	filter   [1 << filterBits / bitsOfWord]uint64
}

type pattern struct {
	text  string
	least int // minimum length of a part
}

// place is the position of a gram in a pattern. next is another place of the
// same gram, or 0.
type place struct{ pattern, at, next int }

// span is a range of bytes in a text.
type span struct{ from, to int }

// add adds a secret, plain and in encodings other than escapes.
func (m *matcher) add(s string) {
	if token, err := ParseToken(s); err == nil {
		s = string(token.Text[len(token.Text)-tailSize:]) // lists contain the client ID anyway
	}
	digits := hex.EncodeToString([]byte(s))
	wide := strings.Join(strings.Split(s, ""), "\x00") // UTF-16
	all := []string{s, strings.ToUpper(s), reverse(s), digits, strings.ToUpper(digits), wide, hex.EncodeToString([]byte(wide))}
	for before := range 3 {
		all = append(all, alignedDigits(base64.RawStdEncoding, bitsOfBase64, s, before), alignedDigits(base64.RawURLEncoding, bitsOfBase64, s, before))
	}
	for before := range 5 {
		for _, encoding := range []*base32.Encoding{base32.StdEncoding, base32.HexEncoding} {
			text := alignedDigits(encoding.WithPadding(base32.NoPadding), bitsOfBase32, s, before)
			all = append(all, text, strings.ToLower(text))
		}
	}
	if failpoint.Disabled("encoded-redaction") {
		all = all[:1]
	}
	random := len(s) >= 2*leastPart && !strings.ContainsAny(s, "/ ")
	for _, text := range all {
		p := pattern{text, len(text)}
		if random {
			p.least = min(leastPart, len(text))
		}
		if slices.Contains(m.patterns, p) || len(text) < gramSize {
			continue
		}
		m.patterns = append(m.patterns, p)
		m.index(len(m.patterns) - 1)
	}
}

// clone returns a copy of m, which may be nil.
func (m *matcher) clone() *matcher {
	if m == nil {
		const usual = 512 // for the grams of a token
		return &matcher{places: make([]place, 1, usual), grams: make(map[uint64]int, usual)}
	}
	return &matcher{slices.Clone(m.patterns), slices.Clone(m.places), maps.Clone(m.grams), m.filter}
}

func (m *matcher) index(i int) {
	text := m.patterns[i].text
	for at := 0; at+gramSize <= len(text); at += gramSize {
		gram := gramOf(text[at:])
		m.places = append(m.places, place{i, at, m.grams[gram]})
		m.grams[gram] = len(m.places) - 1
		m.filter[hashGram(gram)/bitsOfWord] |= 1 << (hashGram(gram) % bitsOfWord)
	}
}

// gramOf returns the first bytes of s as a number, the last one highest.
func gramOf(s string) uint64 {
	var gram uint64
	for i := range gramSize {
		gram = shiftGram(gram, s[i])
	}
	return gram
}

func shiftGram(gram uint64, c byte) uint64 { return gram>>8 | uint64(c)<<56 }

func hashGram(gram uint64) uint64 { return gram * 0x9e3779b97f4a7c15 >> (64 - filterBits) }

// find returns the spans of secrets in a text, in order.
func (m *matcher) find(text []byte) []span {
	var found []span
	var gram uint64
	for i := 0; i < len(text); i++ {
		gram = shiftGram(gram, text[i])
		if h := hashGram(gram); m.filter[h/bitsOfWord]&(1<<(h%bitsOfWord)) == 0 || i+1 < gramSize {
			continue
		}
		if s, ok := m.longestPart(text, i+1-gramSize, m.grams[gram]); ok {
			if n := len(found); n > 0 && s.from <= found[n-1].to {
				s.from = min(s.from, found[n-1].from)
				found = found[:n-1]
			}
			found = append(found, s)
			i = max(i, s.to-1)
			gram = 0
		}
	}
	return found
}

// longestPart returns the longest part of a pattern around a gram in the text.
func (m *matcher) longestPart(text []byte, at, last int) (longest span, ok bool) {
	for next := last; next != 0; next = m.places[next].next {
		place := m.places[next]
		p := m.patterns[place.pattern]
		from, in := at, place.at
		for from > 0 && in > 0 && text[from-1] == p.text[in-1] {
			from, in = from-1, in-1
		}
		to, in := at+gramSize, place.at+gramSize
		for to < len(text) && in < len(p.text) && text[to] == p.text[in] {
			to, in = to+1, in+1
		}
		if to-from >= p.least && to-from > longest.to-longest.from {
			longest, ok = span{from, to}, true
		}
	}
	return longest, ok
}
