// Package spelling compares the addresses and names that people write, and finds
// the characters in them that are not seen or look like others.
package spelling

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// SameName reports whether two names are the same: letter by letter, however an
// accent is encoded. macOS takes letters apart (e and U+0301) that others write as
// one character, and people see one name.
func SameName(a, b string) bool {
	return a == b || (!ascii(a) || !ascii(b)) && Composed(a) == Composed(b)
}

// SameAddress reports whether two email addresses are the same, without regard to
// case, as the service compares them.
func SameAddress(a, b string) bool {
	for i := range min(len(a), len(b)) {
		switch {
		case a[i] >= utf8.RuneSelf || b[i] >= utf8.RuneSelf:
			return Fold(a) == Fold(b)
		case lower(a[i]) != lower(b[i]): // a list of thousands is searched for thousands
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

// Composed returns a text with its accents composed (Unicode's form C). Characters
// that are another one by their looks only, such as the Kelvin sign, stay: form C
// would silently replace them.
func Composed(s string) string {
	if ascii(s) || norm.NFC.IsNormalString(s) {
		return s
	}
	var out strings.Builder
	from := 0
	for i, r := range s {
		if replaced(r) {
			out.WriteString(norm.NFC.String(s[from:i]))
			out.WriteRune(r)
			from = i + utf8.RuneLen(r)
		}
	}
	out.WriteString(norm.NFC.String(s[from:]))
	return out.String()
}

// replaced reports whether form C has another character in the place of r.
func replaced(r rune) bool {
	if r < utf8.RuneSelf || r == utf8.RuneError {
		return false
	}
	composed := norm.NFC.String(string(r))
	other, size := utf8.DecodeRuneInString(composed)
	return size == len(composed) && other != r
}

// Fold returns the form in which texts are compared without regard to case. Only
// pairs of letters count: a letter with two capitals, or a capital with two letters,
// belongs to no pair beyond the usual one, so that neither the dotted and dotless i
// of Turkish nor the Kelvin sign become i and k.
func Fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	return Composed(strings.Map(func(r rune) rune {
		if lower := unicode.ToLower(r); unicode.ToUpper(lower) == r {
			return lower
		}
		return r
	}, Composed(s)))
}

// Alike reports whether two texts look the same on a screen and are not the same,
// in any case of letters: for letters of other scripts, characters that are not
// seen, and blanks.
func Alike(a, b string) bool {
	if a != "" && b != "" && visible(a[0]) && visible(b[0]) && lower(a[0]) != lower(b[0]) {
		return false // as nearly all names of a list
	}
	if ascii(a) && ascii(b) && !strings.ContainsFunc(a, blankOrHidden) && !strings.ContainsFunc(b, blankOrHidden) {
		return false
	}
	foldedA, foldedB := Fold(a), Fold(b)
	return foldedA != foldedB && (looks(a) == looks(b) || Fold(looks(foldedA)) == Fold(looks(foldedB)))
}

// visible reports whether an ASCII character is one that is seen.
func visible(c byte) bool { return c > ' ' && c < 0x7f }

func blankOrHidden(r rune) bool { return r == ' ' || invisible(r) }

// looks returns what a text looks like: other texts of the same looks are the same
// to the eye.
func looks(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Zs, r):
			return ' '
		case invisible(r):
			return -1
		}
		return unconfused(r)
	}, s)
	s = strings.Map(unconfused, norm.NFKC.String(s))
	return strings.Join(strings.Fields(s), " ")
}

// Unaccented returns a text with its letters taken apart and without the accents:
// Café as Cafe.
func Unaccented(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) || invisible(r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unconfused returns the ASCII letter that r looks like, and else r.
func unconfused(r rune) rune {
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

// confusables returns letters of other scripts, and rare Latin ones, with the ASCII
// letters that fonts draw in the same way.
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
