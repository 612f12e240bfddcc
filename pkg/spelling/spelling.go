// Package spelling compares addresses and names as people write them, and finds
// invisible and lookalike characters.
package spelling

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// SameName reports whether two names are equal regardless of the encoding of
// accents. macOS decomposes letters (e and U+0301) that others encode as one
// character.
func SameName(a, b string) bool {
	return a == b || (!isASCII(a) || !isASCII(b)) && Compose(a) == Compose(b)
}

// SameAddress reports whether two email addresses are equal, ignoring case like
// the service.
func SameAddress(a, b string) bool {
	for i := range min(len(a), len(b)) {
		switch {
		case a[i] >= utf8.RuneSelf || b[i] >= utf8.RuneSelf:
			return Fold(a) == Fold(b)
		case lower(a[i]) != lower(b[i]): // fast, since long lists are searched for many addresses
			return false
		}
	}
	return len(a) == len(b) || Fold(a) == Fold(b)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// Compose returns a text with composed accents (Unicode form C). Characters
// that form C would replace by a lookalike, such as the Kelvin sign, are kept.
func Compose(s string) string {
	if isASCII(s) || norm.NFC.IsNormalString(s) {
		return s
	}
	var out strings.Builder
	from := 0
	for i, r := range s {
		if isReplaced(r) {
			out.WriteString(norm.NFC.String(s[from:i]))
			out.WriteRune(r)
			from = i + utf8.RuneLen(r)
		}
	}
	out.WriteString(norm.NFC.String(s[from:]))
	return out.String()
}

// isReplaced reports whether form C replaces r by another character.
func isReplaced(r rune) bool {
	if r < utf8.RuneSelf || r == utf8.RuneError {
		return false
	}
	composed := norm.NFC.String(string(r))
	other, size := utf8.DecodeRuneInString(composed)
	return size == len(composed) && other != r
}

// Fold returns the form for comparisons that ignore case. Only simple pairs of
// letters are folded, so that the dotted and dotless i of Turkish and the
// Kelvin sign do not become i and k.
func Fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return Compose(strings.Map(func(r rune) rune {
		if lower := unicode.ToLower(r); unicode.ToUpper(lower) == r {
			return lower
		}
		return r
	}, Compose(s)))
}

// Alike reports whether two different texts look the same on a screen, in any
// case: because of lookalikes in other scripts, invisible characters, or
// spaces.
func Alike(a, b string) bool {
	if a != "" && b != "" && isVisible(a[0]) && isVisible(b[0]) && lower(a[0]) != lower(b[0]) {
		return false // the common case in a list
	}
	if isASCII(a) && isASCII(b) && !strings.ContainsFunc(a, blankOrHidden) && !strings.ContainsFunc(b, blankOrHidden) {
		return false
	}
	foldedA, foldedB := Fold(a), Fold(b)
	return foldedA != foldedB && (visualForm(a) == visualForm(b) || Fold(visualForm(foldedA)) == Fold(visualForm(foldedB)))
}

// isVisible reports whether an ASCII character is visible.
func isVisible(c byte) bool { return c > ' ' && c < 0x7f }

func blankOrHidden(r rune) bool { return r == ' ' || isInvisible(r) }

// visualForm returns the visual form of a text: texts with the same form look the
// same.
func visualForm(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Zs, r):
			return ' '
		case isInvisible(r):
			return -1
		}
		return asciiLookalike(r)
	}, s)
	s = strings.Map(asciiLookalike, norm.NFKC.String(s))
	return strings.Join(strings.Fields(s), " ")
}

// StripAccents returns a text without accents: Café as Cafe.
func StripAccents(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) || isInvisible(r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// asciiLookalike returns the ASCII lookalike of r, or r.
func asciiLookalike(r rune) rune {
	if r < utf8.RuneSelf {
		return r
	}
	for _, pair := range confusables() {
		if at := strings.IndexRune(pair.others, r); at >= 0 {
			n := utf8.RuneCountInString(pair.others[:at])
			return rune(pair.letters[n])
		}
	}
	return r
}

// confusables returns letters of other scripts, and rare Latin ones, with the
// ASCII letters that look the same.
func confusables() []struct{ others, letters string } {
	return []struct{ others, letters string }{
		{"АВЕЅІЈКМНОРСТУХҮԌԜԚ", "ABESIJKMHOPCTYXYGWQ"}, // Cyrillic capitals
		{"аеѕіјкорсухԁԛԝһҽӏ", "aesijkopcyxdqwhel"},     // Cyrillic letters
		{"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"},           // Greek capitals
		{"αικνορυχγ", "aikvopuxy"},                     // Greek letters
		{"ՕՏԼԱհոսօցքզյ", "OSLUhnuogpqj"},               // Armenian
		{"ᎪᏴᏟᎠᎬᎻᎫᎫᏦᏞᎷᏢᏒᏚᎢᏙᏔᏃ", "ABCDEHJJKLMPRSTVWZ"},   // Cherokee
		{"ıɑɡɩʏʋᴀᴄᴏᴛᴜᴠᴡᴢꜱ", "iagiyvacotuvwzs"},         // Latin, dotless and phonetic
		{"‐‑‒–—―−∕⁄․", "-------//."},                   // dashes, slashes and a dot
	}
}
