package secret

import (
	"slices"
	"sort"
)

// LineIndex is a range of lines, numbered from 1.
type LineIndex struct{ First, Last int }

// Locate returns the lines of the tokens that Find returned: each line with a
// complete token, in any form, or else the first range of lines that contains
// it. Tokens over very many lines, or that are too expensive to locate, are
// omitted.
func Locate(text []byte, tokens []Token) map[Text][]LineIndex {
	l := locator{text: text, starts: []int{0}, found: map[Text][]LineIndex{}}
	for at, c := range text {
		if c == '\n' && at+1 < len(text) {
			l.starts = append(l.starts, at+1)
		}
	}
	l.missing = make(map[Text]bool, len(tokens))
	for _, t := range tokens {
		l.missing[t.Text] = true
	}
	l.searchLines()
	for _, size := range []int{8, 64, 512} {
		for at := 0; len(l.missing) > 0 && at < len(l.starts); at += size / 2 { // overlapping parts cover tokens at their boundaries
			l.searchRanges(at, min(at+size, len(l.starts)))
		}
	}
	return l.found
}

type locator struct {
	text    []byte
	starts  []int // offsets of lines
	missing map[Text]bool
	found   map[Text][]LineIndex
	cost    int // bytes searched
}

// maxCost limits the work for a maliciously constructed text.
const maxCost = 8 * MaxText

// search is Find for a part, until maxCost is reached.
func (l *locator) search(part []byte) []Token {
	if l.cost += len(part); len(part) < tokenSize || l.cost > maxCost { // no encoding of a token is shorter
		return nil
	}
	found, _ := Find(part) // never larger than the text
	return found.Tokens
}

// part returns lines from up to to, numbered from 0.
func (l *locator) part(from, to int) []byte {
	if to == len(l.starts) {
		return l.text[l.starts[from]:]
	}
	return l.text[l.starts[from]:l.starts[to]]
}

// missingTokens returns the missing tokens in a part.
func (l *locator) missingTokens(from, to int) []Text {
	var all []Text
	for _, t := range l.search(l.part(from, to)) {
		if l.missing[t.Text] {
			all = append(all, t.Text)
		}
	}
	return all
}

// searchLines searches each line.
func (l *locator) searchLines() {
	for at := range l.starts {
		for _, t := range l.missingTokens(at, at+1) {
			l.found[t] = append(l.found[t], LineIndex{at + 1, at + 1})
		}
	}
	for t := range l.found {
		delete(l.missing, t)
	}
}

// searchRanges searches for the shortest ranges of lines that contain missing tokens.
func (l *locator) searchRanges(from, to int) {
	for _, t := range l.missingTokens(from, to) {
		holds := func(from, to int) bool {
			return slices.ContainsFunc(l.search(l.part(from, to)), func(f Token) bool { return f.Text == t })
		}
		last := from + 1 + sort.Search(to-from-1, func(n int) bool { return holds(from, from+1+n) })
		first := last - 1 - sort.Search(last-from-1, func(n int) bool { return holds(last-1-n, last) })
		l.found[t] = []LineIndex{{first + 1, last}}
		delete(l.missing, t)
	}
}
