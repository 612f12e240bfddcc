package spelling

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// at names a character of a text, such as U+200B (zero width space) at character 5. The
// character may be invisible, but a code point can be looked up.
func at(r rune, position int) string {
	return fmt.Sprintf("U+%04X (%s) at character %d", r, called(r), position)
}

// called returns the name or kind of a character.
func called(r rune) string {
	known := map[rune]string{
		0xa0: "no-break space", 0xad: "soft hyphen", 0x34f: "combining grapheme joiner", 0x61c: "Arabic letter mark",
		0x115f: "Hangul filler", 0x1160: "Hangul filler", 0x3164: "Hangul filler", 0xffa0: "Hangul filler",
		0x180e: "Mongolian vowel separator", 0x200b: "zero width space", 0x200c: "zero width non-joiner",
		0x200d: "zero width joiner", 0x200e: "left-to-right mark", 0x200f: "right-to-left mark", 0x202f: "narrow no-break space",
		0x2028: "line separator", 0x2029: "paragraph separator", 0x2060: "word joiner", 0x2800: "blank Braille pattern",
		0x3000: "ideographic space", 0xfeff: "byte order mark", 0x212a: "Kelvin sign", 0x131: "dotless i", 0x130: "dotted I",
		0x17f: "long s", 0xfffd: "replacement character",
	}
	switch name, found := known[r]; {
	case found:
		return name
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return "text direction"
	case unicode.Is(unicode.Variation_Selector, r):
		return "variation selector"
	case r >= 0xe0000 && r <= 0xe007f:
		return "tag"
	case unicode.IsControl(r):
		return "control character"
	case unicode.IsSpace(r), unicode.Is(unicode.Zs, r):
		return "space"
	case invisible(r):
		return "invisible"
	case r >= 0xff01 && r <= 0xff5e:
		return "full-width " + string(r-0xfee0)
	case unicode.Is(unicode.M, r):
		return "combining mark"
	case phonetic(r):
		return "phonetic letter"
	}
	if other := norm.NFKC.String(string(r)); other != string(r) && ascii(other) {
		return "looks like " + other
	}
	if name := script(r); name != "" {
		return name
	}
	return "symbol"
}

// invisible reports whether r shows nothing of itself, or acts on the characters
// around it. Blanks on a line are not meant.
func invisible(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7f
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		r == 0x2800 // a blank that counts as a symbol
}

// phonetic reports whether r is a Latin letter of phonetic notation, which no
// language writes and which looks like an ordinary one.
func phonetic(r rune) bool {
	return r >= 0x250 && r <= 0x2af || r >= 0x1d00 && r <= 0x1dbf || r >= 0xa720 && r <= 0xa7ff
}

// script returns the script that a letter belongs to, "" for what belongs to none.
// Chinese, Japanese and Korean count as one: they are written together.
func script(r rune) string {
	switch {
	case r < utf8.RuneSelf && unicode.IsLetter(r):
		return "Latin"
	case r < utf8.RuneSelf:
		return ""
	case unicode.In(r, unicode.Latin):
		return "Latin"
	case unicode.In(r, unicode.Common, unicode.Inherited):
		return ""
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
		return "East Asian"
	}
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return name
		}
	}
	return ""
}

// foreign returns the first letter of another script than most letters of a text,
// its position, and the script of most.
func foreign(s string) (r rune, position int, most string) {
	counts := map[string]int{}
	for _, r := range s {
		if name := script(r); name != "" {
			counts[name]++
			if most == "" || counts[name] > counts[most] {
				most = name
			}
		}
	}
	position = 0
	for _, r := range s {
		position++
		if name := script(r); name != "" && name != most {
			return r, position, most
		}
	}
	return 0, 0, most
}

// Unseen names the first character of a name that is invisible or no ordinary blank,
// or returns "". Joiners between letters of scripts with joiners, the selector behind
// an emoji and the wide blank of East Asia are ordinary.
func Unseen(name string) string {
	const wideBlank = 0x3000
	position := 0
	before := ' '
	for _, r := range name {
		position++
		switch {
		case invisible(r) && !joins(before, r), r != ' ' && r != wideBlank && unicode.Is(unicode.Zs, r):
			return at(r, position)
		}
		before = r
	}
	switch {
	case strings.HasPrefix(name, " "):
		return at(' ', 1)
	case strings.HasSuffix(name, " "):
		return at(' ', position)
	}
	return ""
}

// joins reports whether r belongs to the character before it: a joiner or a
// selector behind what is written with one.
func joins(before, r rune) bool {
	switch {
	case r == 0x200c || r == 0x200d:
		name := script(before)
		return unicode.Is(unicode.So, before) || unicode.Is(unicode.Sk, before) || unicode.Is(unicode.Variation_Selector, before) ||
			unicode.Is(unicode.M, before) && before != 0x34f || name != "" && name != "Latin" && name != "Cyrillic" && name != "Greek" && name != "Armenian" && name != "East Asian"
	case unicode.Is(unicode.Variation_Selector, r):
		return before >= utf8.RuneSelf && unicode.In(before, unicode.So, unicode.Sm, unicode.Po, unicode.Han, unicode.Mongolian)
	}
	return false
}

// MixedWord says which letter of a name is of another script than the rest of its
// word, or returns "". Words of several scripts make a name; letters of several
// scripts in one word are seldom meant.
func MixedWord(s string) string {
	position := 0
	for word := range strings.SplitAfterSeq(blanked(s), " ") {
		if r, within, most := foreign(word); r != 0 {
			return at(r, position+within) + " among " + most + " letters"
		}
		position += utf8.RuneCountInString(word)
	}
	return ""
}

// blanked returns a text with a blank for each character that is no part of a word.
func blanked(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.Is(unicode.M, r) || invisible(r) {
			return r
		}
		return ' '
	}, s)
}

// Deceptive says what in an address is not what it looks like, or returns "": a
// invisible character, one in the place of another, or letters of several scripts.
// Mail to such an address goes to another person than its reader expects.
func Deceptive(address string) string {
	position := 0
	before := '@'
	for _, r := range Composed(address) {
		position++
		last := before
		before = r
		switch {
		case r < utf8.RuneSelf && !invisible(r):
		case invisible(r):
			return at(r, position) + " is invisible"
		case unicode.IsSpace(r), unicode.Is(unicode.Zs, r):
			return at(r, position) + " is not allowed in an address"
		case replaced(r), norm.NFKC.String(string(r)) != string(r), phonetic(r):
			return at(r, position) + " looks like another character"
		case unicode.Is(unicode.M, r) && script(last) != "" && script(last) != "Latin":
		case !unicode.IsLetter(r):
			return at(r, position) + " is not allowed in an address"
		}
	}
	if r, position, most := foreign(Composed(address)); r != 0 {
		return at(r, position) + " among " + most + " letters: the address mixes scripts"
	}
	return ""
}

// Odd says which character of a text is not what it looks like, or returns "".
func Odd(s string) string {
	position := 0
	for _, r := range s {
		position++
		if invisible(r) || r != ' ' && unicode.IsSpace(r) || r >= utf8.RuneSelf && (unconfused(r) != r || replaced(r) || norm.NFKC.String(string(r)) != norm.NFC.String(string(r))) {
			return at(r, position)
		}
	}
	return ""
}

// Difference says in what two texts differ that look the same.
func Difference(a, b string) string {
	switch inA, inB := Odd(a), Odd(b); {
	case inA != "" && inA != inB:
		return fmt.Sprintf("%q has %s", a, inA)
	case inB != "":
		return fmt.Sprintf("%q has %s", b, inB)
	}
	return "they differ in spaces"
}

// Foreign says which character of a text is none that can be seen of ASCII, or
// returns "". Tokens, ids and the names that this program gives are of ASCII.
func Foreign(s string) string {
	position := 0
	for _, r := range s {
		position++
		if r >= utf8.RuneSelf || invisible(r) && !unicode.IsSpace(r) {
			return at(r, position)
		}
	}
	return ""
}
