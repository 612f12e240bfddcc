package secret

import (
	"slices"
	"sort"
)

// LineIndex are lines of a text that follow each other, counted from 1.
type LineIndex struct{ First, Last int }

// Locate returns where in a text the tokens stand that Find found in it: each
// line that holds the whole token, however it is written there, or else the
// first lines that it is spread over. One that is spread over very many, or costs
// too much to look for, is left out.
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
	l.single()
	for _, size := range []int{8, 64, 512} {
		for at := 0; len(l.missing) > 0 && at < len(l.starts); at += size / 2 { // what lies across two of them is in one between
			l.spread(at, min(at+size, len(l.starts)))
		}
	}
	return l.found
}

type locator struct {
	text    []byte
	starts  []int // of the lines
	missing map[Text]bool
	found   map[Text][]LineIndex
	cost    int // bytes that were searched
}

// maxCost bounds the work for a text that was made to cause much of it.
const maxCost = 8 * MaxText

// search is Find for a part, until that has cost too much.
func (l *locator) search(part []byte) []Token {
	if l.cost += len(part); len(part) < tokenSize || l.cost > maxCost { // no way to write a token is shorter
		return nil
	}
	found, _ := Find(part) // which is no larger than the text
	return found.Tokens
}

// part returns the lines from one up to another, which are counted from 0.
func (l *locator) part(from, to int) []byte {
	if to == len(l.starts) {
		return l.text[l.starts[from]:]
	}
	return l.text[l.starts[from]:l.starts[to]]
}

// wanted returns the tokens of a part that are looked for.
func (l *locator) wanted(from, to int) []Text {
	var all []Text
	for _, t := range l.search(l.part(from, to)) {
		if l.missing[t.Text] {
			all = append(all, t.Text)
		}
	}
	return all
}

// single looks at each line by itself.
func (l *locator) single() {
	for at := range l.starts {
		for _, t := range l.wanted(at, at+1) {
			l.found[t] = append(l.found[t], LineIndex{at + 1, at + 1})
		}
	}
	for t := range l.found {
		delete(l.missing, t)
	}
}

// spread looks at several lines, and for the fewest of them that do.
func (l *locator) spread(from, to int) {
	for _, t := range l.wanted(from, to) {
		holds := func(from, to int) bool {
			return slices.ContainsFunc(l.search(l.part(from, to)), func(f Token) bool { return f.Text == t })
		}
		last := from + 1 + sort.Search(to-from-1, func(n int) bool { return holds(from, from+1+n) })
		first := last - 1 - sort.Search(last-from-1, func(n int) bool { return holds(last-1-n, last) })
		l.found[t] = []LineIndex{{first + 1, last}}
		delete(l.missing, t)
	}
}
