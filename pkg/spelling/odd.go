package spelling

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// describeCharacter describes a character of a text, such as U+200B (zero width space) at
// character 5. The character may be invisible, but its code point can be looked
// up.
func describeCharacter(r rune, position int) string {
	return fmt.Sprintf("U+%04X (%s) at character %d", r, characterName(r), position)
}

// characterName returns the name or kind of a character.
func characterName(r rune) string {
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
	case isInvisible(r):
		return "invisible"
	case r >= 0xff01 && r <= 0xff5e:
		return "full-width " + string(r-0xfee0)
	case unicode.Is(unicode.M, r):
		return "combining mark"
	case isPhonetic(r):
		return "phonetic letter"
	}
	if other := norm.NFKC.String(string(r)); other != string(r) && isASCII(other) {
		return "looks like " + other
	}
	if name := script(r); name != "" {
		return name
	}
	return "symbol"
}

// isInvisible reports whether r is invisible or acts on adjacent characters.
// Spaces on a line are excluded.
func isInvisible(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7f
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		r == 0x2800 // a blank symbol
}

// isPhonetic reports whether r is a Latin letter of phonetic notation, which no
// language uses and which looks like an ordinary one.
func isPhonetic(r rune) bool {
	return r >= 0x250 && r <= 0x2af || r >= 0x1d00 && r <= 0x1dbf || r >= 0xa720 && r <= 0xa7ff
}

// script returns the script of a letter, "" without one. Chinese, Japanese and
// Korean count as one, since they are mixed.
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

// foreignLetter returns the first letter outside of the dominant script of a text,
// its position, and the dominant script.
func foreignLetter(s string) (r rune, position int, most string) {
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

// Unseen describes the first character of a name that is invisible or an
// unusual space, or returns "". Joiners in scripts with joiners, variation
// selectors of emoji and the wide space of East Asia are usual.
func Unseen(name string) string {
	const wideBlank = 0x3000
	position := 0
	before := ' '
	for _, r := range name {
		position++
		switch {
		case isInvisible(r) && !isJoined(before, r), r != ' ' && r != wideBlank && unicode.Is(unicode.Zs, r):
			return describeCharacter(r, position)
		}
		before = r
	}
	switch {
	case strings.HasPrefix(name, " "):
		return describeCharacter(' ', 1)
	case strings.HasSuffix(name, " "):
		return describeCharacter(' ', position)
	}
	return ""
}

// isJoined reports whether r belongs to the previous character: a joiner or a
// selector after a character that takes one.
func isJoined(before, r rune) bool {
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

// MixedWord describes a letter of a different script than the rest of its word,
// or returns "". Names may have words of several scripts; several scripts in
// one word are rarely intended.
func MixedWord(s string) string {
	position := 0
	for word := range strings.SplitAfterSeq(wordsOnly(s), " ") {
		if r, within, most := foreignLetter(word); r != 0 {
			return describeCharacter(r, position+within) + " among " + most + " letters"
		}
		position += utf8.RuneCountInString(word)
	}
	return ""
}

// wordsOnly replaces characters outside of words with spaces.
func wordsOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.Is(unicode.M, r) || isInvisible(r) {
			return r
		}
		return ' '
	}, s)
}

// Deceptive describes a deceptive character of an address, or returns "": an
// invisible character, a lookalike, or a mix of scripts. Mail to such an
// address reaches another person than intended.
func Deceptive(address string) string {
	position := 0
	before := '@'
	for _, r := range Compose(address) {
		position++
		last := before
		before = r
		switch {
		case r < utf8.RuneSelf && !isInvisible(r):
		case isInvisible(r):
			return describeCharacter(r, position) + " is invisible"
		case unicode.IsSpace(r), unicode.Is(unicode.Zs, r):
			return describeCharacter(r, position) + " is not allowed in an address"
		case isReplaced(r), norm.NFKC.String(string(r)) != string(r), isPhonetic(r):
			return describeCharacter(r, position) + " looks like another character"
		case unicode.Is(unicode.M, r) && script(last) != "" && script(last) != "Latin":
		case !unicode.IsLetter(r):
			return describeCharacter(r, position) + " is not allowed in an address"
		}
	}
	if r, position, most := foreignLetter(Compose(address)); r != 0 {
		return describeCharacter(r, position) + " among " + most + " letters: the address mixes scripts"
	}
	return ""
}

// Odd describes a deceptive character of a text, or returns "".
func Odd(s string) string {
	position := 0
	for _, r := range s {
		position++
		if isInvisible(r) || r != ' ' && unicode.IsSpace(r) || r >= utf8.RuneSelf && (asciiLookalike(r) != r || isReplaced(r) || norm.NFKC.String(string(r)) != norm.NFC.String(string(r))) {
			return describeCharacter(r, position)
		}
	}
	return ""
}

// Difference describes how two texts that look the same differ.
func Difference(a, b string) string {
	switch inA, inB := Odd(a), Odd(b); {
	case inA != "" && inA != inB:
		return fmt.Sprintf("%q has %s", a, inA)
	case inB != "":
		return fmt.Sprintf("%q has %s", b, inB)
	}
	return "they differ in spaces"
}

// Foreign describes the first character of a text that is not visible ASCII, or
// returns "". Tokens, IDs and names of this program are ASCII.
func Foreign(s string) string {
	position := 0
	for _, r := range s {
		position++
		if r >= utf8.RuneSelf || isInvisible(r) && !unicode.IsSpace(r) {
			return describeCharacter(r, position)
		}
	}
	return ""
}
