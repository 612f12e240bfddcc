package spelling_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/astra-admin/astra/pkg/spelling"
)

// relation has the results of all comparisons of two texts.
type relation struct{ name, address, alike bool }

var (
	equal      = relation{name: true, address: true}
	folded     = relation{address: true} // they differ in case
	visualForm = relation{alike: true}
	nothing    = relation{}
)

func TestRelations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, a, b string
		want       relation
	}{
		{"the same", "Reader", "Reader", equal},
		{"case", "ada@Example.com", "ADA@example.COM", folded},
		{"case beyond ASCII", "Zoë@example.com", "ZOË@example.com", folded},
		{"case in Cyrillic", "ПРОДАЖИ", "продажи", folded},
		{"case in Greek, but for the final sigma", "ΝΙΚΟΣ", "νικοσ", folded},
		{"the final sigma is a letter of its own", "νικος", "νικοσ", nothing},

		{"composed and decomposed", "caf\u00e9", "cafe\u0301", equal},
		{"the same in another case", "CAF\u00c9", "cafe\u0301", folded},
		{"several accents in another order", "\u1e09", "c\u0301\u0327", equal},
		{"Hangul", "\ud55c", "\u1112\u1161\u11ab", equal},
		{"Vietnamese", "Ti\u1ebfng", "Tie\u0302\u0301ng", equal},
		{"an accent more is another name", "café", "cafe", nothing},

		{"Cyrillic а", "ada@ex\u0430mple.com", "ada@example.com", visualForm},
		{"Cyrillic capital", "\u0410dmin", "Admin", visualForm},
		{"a word of Cyrillic only", "\u0430\u0441\u0435", "ace", visualForm},
		{"Cyrillic capitals that have other small letters", "\u041d\u0415\u0422", "HET", visualForm},
		{"Greek o", "d\u03bfmain", "domain", visualForm},
		{"Armenian", "\u0585ffice", "office", visualForm},
		{"Cherokee", "\u13a0BA", "DBA", visualForm},
		{"phonetic a", "\u0251da", "ada", visualForm},
		{"full width", "\uff41da@example.com", "ada@example.com", visualForm},
		{"full-width at sign", "ada\uff20example.com", "ada@example.com", visualForm},
		{"a ligature and its letters", "\ufb01nance", "finance", visualForm},
		{"mathematical letters", "\U0001d41ada", "ada", visualForm},
		{"Kelvin sign", "\u212aim@example.com", "kim@example.com", visualForm},
		{"Kelvin sign and capital", "\u212aim", "Kim", visualForm},
		{"Angstrom sign", "\u212bngstrom", "\u00c5ngstrom", visualForm},
		{"Ohm sign", "\u2126", "\u03a9", visualForm},
		{"long s", "\u017fam@example.com", "sam@example.com", visualForm},
		{"dotless i", "\u0131da@example.com", "ida@example.com", visualForm},
		{"dotless i and the capital of i", "\u0131DA", "IDA", visualForm},
		{"dotted capital I", "\u0130DA@example.com", "ida@example.com", nothing},
		{"dotted capital I, taken apart", "I\u0307DA", "\u0130DA", equal},
		{"sharp s and ss", "stra\u00dfe", "strasse", nothing},
		{"sharp s and capital SS", "stra\u00dfe", "STRASSE", nothing},
		{"micro sign and mu", "\u00b5", "\u03bc", visualForm},

		{"zero width space", "eve@example.com\u200b", "eve@example.com", visualForm},
		{"zero width joiner", "ad\u200da", "ada", visualForm},
		{"word joiner", "ad\u2060a", "ada", visualForm},
		{"soft hyphen", "ad\u00ada", "ada", visualForm},
		{"byte order mark", "\ufeffada", "ada", visualForm},
		{"right-to-left mark", "ada\u200f", "ada", visualForm},
		{"text direction", "\u202eada", "ada", visualForm},
		{"variation selector", "ada\ufe0f", "ada", visualForm},
		{"tag", "ada\U000e0061", "ada", visualForm},
		{"Hangul filler", "ada\u3164", "ada", visualForm},
		{"a control character", "ad\x01a", "ada", visualForm},
		{"no-break space", "RO\u00a0User", "RO User", visualForm},
		{"two blanks", "RO  User", "RO User", visualForm},
		{"a blank at the end", "RO User ", "RO User", visualForm},
		{"a tab", "RO\tUser", "RO User", visualForm},
		{"invisible and another case", "ADMIN\u200b", "Admin", visualForm},
		{"a dash of another length", "read\u2010only", "read-only", visualForm},
		{"a trailing dot", "ada@example.com.", "ada@example.com", nothing},
		{"other letters", "ada", "eve", nothing},
	} {
		for _, pair := range [][2]string{{test.a, test.b}, {test.b, test.a}} {
			a, b := pair[0], pair[1]
			got := relation{spelling.SameName(a, b), spelling.SameAddress(a, b), spelling.Alike(a, b)}
			if got != test.want {
				t.Errorf("%s: %+q and %+q: %+v", test.name, a, b, got)
			}
		}
	}
}

func TestDeceptive(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"ada@example.com":                "",
		"o'brien+x@example.co.uk":        "",
		"zoë@exämple.com":                "",
		"zoe\u0308@example.com":          "",
		"иван@пример.рф":                 "",
		"田中たろう@例え.テスト":                   "",
		"भारत@भारत.भारत":                 "",
		"ada@ex\u0430mple.com":           "U+0430 (Cyrillic) at character 7 among Latin letters: the address mixes scripts",
		"\u0430da@example.com":           "U+0430 (Cyrillic) at character 1 among Latin letters: the address mixes scripts",
		"\u0430\u0441\u0435@example.com": "U+0430 (Cyrillic) at character 1 among Latin letters: the address mixes scripts",
		"ada@ex\u03b1mple.com":           "U+03B1 (Greek) at character 7 among Latin letters: the address mixes scripts",
		"a@пример.рф":                    "U+0061 (Latin) at character 1 among Cyrillic letters: the address mixes scripts",
		"\uff41da@example.com":           "U+FF41 (full-width a) at character 1 looks like another character",
		"ada@example\uff0ecom":           "U+FF0E (full-width .) at character 12 looks like another character",
		"\u212aim@example.com":           "U+212A (Kelvin sign) at character 1 looks like another character",
		"\ufb01n@example.com":            "U+FB01 (looks like fi) at character 1 looks like another character",
		"\u0251da@example.com":           "U+0251 (phonetic letter) at character 1 looks like another character",
		"\U0001d41ada@example.com":       "U+1D41A (looks like a) at character 1 looks like another character",
		"eve@example.com\u200b":          "U+200B (zero width space) at character 16 is invisible",
		"e\u200dve@example.com":          "U+200D (zero width joiner) at character 2 is invisible",
		"e\u00adve@example.com":          "U+00AD (soft hyphen) at character 2 is invisible",
		"\ufeffbob@example.com":          "U+FEFF (byte order mark) at character 1 is invisible",
		"\u202ebob@example.com":          "U+202E (text direction) at character 1 is invisible",
		"bob\u200f@example.com":          "U+200F (right-to-left mark) at character 4 is invisible",
		"bob\ufe0f@example.com":          "U+FE0F (variation selector) at character 4 is invisible",
		"bob\u00a0@example.com":          "U+00A0 (no-break space) at character 4 is not allowed in an address",
		"bob\u2024@example.com":          "U+2024 (looks like .) at character 4 looks like another character",
		"bo\u0338b@example.com":          "U+0338 (combining mark) at character 3 is not allowed in an address",
		"b\u0661@example.com":            "U+0661 (Arabic) at character 2 is not allowed in an address",
		"zoe\u0308\u200b@example.com":    "U+200B (zero width space) at character 4 is invisible",
	} {
		if got := spelling.Deceptive(address); got != want {
			t.Errorf("%+q: %q, want %q", address, got, want)
		}
	}
}

func TestNoAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"ada@example.com":           "",
		"ADA+team@Sub.Example.COM":  "",
		"o'brien@example.co.uk":     "",
		"zoë@exämple.com":           "",
		"भारत@भारत.भारत":            "",
		"a@1.example":               "",
		"a@xn--exmple-cua.com":      "",
		"ada@example.com.":          `"ada@example.com." is not an email address: it ends with a dot`,
		"ada@example..com":          `"ada@example..com" is not an email address`,
		".ada@example.com":          `".ada@example.com" is not an email address`,
		"ada.@example.com":          `"ada.@example.com" is not an email address`,
		"ada@.example.com":          `"ada@.example.com" is not an email address`,
		"ada@localhost":             `"ada@localhost" is not an email address`,
		"ada@-example.com":          `"ada@-example.com" is not an email address`,
		"ada@[127.0.0.1]":           `"ada@[127.0.0.1]" is not an email address`,
		"ada@example.com?subject=x": `"ada@example.com?subject=x" is not an email address`,
		"ada@example.com'":          `"ada@example.com'" is not an email address`,
		"ada@example.com/x":         `"ada@example.com/x" is not an email address`,
		"mailto:ada@example.com":    `"mailto:ada@example.com" is not an email address`,
		"<ada@example.com>":         `"<ada@example.com>" is not an email address`,
		"Ada <ada@example.com>":     `"Ada <ada@example.com>" is not an email address`,
		`"ada"@example.com`:         `"\"ada\"@example.com" is not an email address`,
		`"a b"@example.com`:         `"\"a b\"@example.com" is not an email address`,
		"ada@example.com ":          `"ada@example.com " is not an email address`,
		"ada(me)@example.com":       `"ada(me)@example.com" is not an email address`,
		"ada@@example.com":          `"ada@@example.com" is not an email address`,
		"ada":                       `"ada" is not an email address`,
		"@example.com":              `"@example.com" is not an email address`,
		"":                          `"" is not an email address`,
		"ada\uff20example.com":      `"ada＠example.com": U+FF20 (full-width @) at character 4 looks like another character`,
		"ada@ex\u00adample.com":     `"ada@ex\u00adample.com": U+00AD (soft hyphen) at character 7 is invisible`,
		"ada@example.com\u2028":     `"ada@example.com\u2028": U+2028 (line separator) at character 16 is invisible`,
		"ada@example.com\u0085":     `"ada@example.com\u0085": U+0085 (control character) at character 16 is invisible`,
		"ada@example.com\x00":       `"ada@example.com\x00": U+0000 (control character) at character 16 is invisible`,
		"ada@example\u3002com":      `"ada@example。com": U+3002 (symbol) at character 12 is not allowed in an address`,
	} {
		if got := spelling.NoAddress(address); got != want {
			t.Errorf("%+q: %q, want %q", address, got, want)
		}
	}
}

func TestUnseen(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Sales, EMEA":      "",
		"Société Générale": "",
		"\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645": "", // Persian uses this joiner
		"\u0915\u094d\u200d\u0937":                               "", // Hindi uses this one
		"❤\ufe0f team":                                           "",
		"👩\u200d💻 developers":                                    "",
		"株式会社\u3000山田":                                           "",
		"Admin\u200b":                                            "U+200B (zero width space) at character 6",
		"Ad\u200dmin":                                            "U+200D (zero width joiner) at character 3",
		"Ad\u00admin":                                            "U+00AD (soft hyphen) at character 3",
		"\ufeffAdmin":                                            "U+FEFF (byte order mark) at character 1",
		"RO\u00a0User":                                           "U+00A0 (no-break space) at character 3",
		"RO\u2003User":                                           "U+2003 (space) at character 3",
		"Admin\u202e":                                            "U+202E (text direction) at character 6",
		"Admin\ufe0f":                                            "U+FE0F (variation selector) at character 6",
		"Ad\nmin":                                                "U+000A (control character) at character 3",
		"Admin\u2800":                                            "U+2800 (blank Braille pattern) at character 6",
		" Admin":                                                 "U+0020 (space) at character 1",
		"Admin ":                                                 "U+0020 (space) at character 6",
	} {
		if got := spelling.Unseen(name); got != want {
			t.Errorf("%+q: %q, want %q", name, got, want)
		}
	}
}

func TestMixedWord(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Team продажи":      "",
		"Sales 2026":        "",
		"データ team":          "",
		"データベース管理":          "",
		"\u0410dmin":        "U+0410 (Cyrillic) at character 1 among Latin letters",
		"RO Us\u0435r":      "U+0435 (Cyrillic) at character 6 among Latin letters",
		"Team-пр\u006fдажи": "U+006F (Latin) at character 8 among Cyrillic letters",
	} {
		if got := spelling.MixedWord(name); got != want {
			t.Errorf("%+q: %q, want %q", name, got, want)
		}
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ given, other, want string }{
		{"\u0410dmin", "Admin", `"Аdmin" has U+0410 (Cyrillic) at character 1`},
		{"Admin", "Admin\u200b", `"Admin\u200b" has U+200B (zero width space) at character 6`},
		{"RO\u00a0User", "RO User", `"RO\u00a0User" has U+00A0 (no-break space) at character 3`},
		{"\u212aim", "kim", `"Kim" has U+212A (Kelvin sign) at character 1`},
		{"RO User ", "RO User", "they differ in spaces"},
	} {
		if got := spelling.Difference(test.given, test.other); got != test.want {
			t.Errorf("%+q: %q, want %q", test.given, got, test.want)
		}
	}
}

// FuzzRelations checks that comparisons are symmetric, and the same for folded
// texts.
func FuzzRelations(f *testing.F) {
	for _, seed := range [][2]string{{"Admin", "\u0410dmin"}, {"é", "e\u0301"}, {"K", "\u212a"}, {"I\u0307", "\u0130"}, {"\u01f0", "J\u030c"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			return
		}
		if spelling.SameName(a, b) != spelling.SameName(b, a) || spelling.SameAddress(a, b) != spelling.SameAddress(b, a) || spelling.Alike(a, b) != spelling.Alike(b, a) {
			t.Errorf("%+q and %+q are not the same backwards", a, b)
		}
		if spelling.SameName(a, b) != (spelling.Compose(a) == spelling.Compose(b)) || spelling.SameAddress(a, b) != (spelling.Fold(a) == spelling.Fold(b)) {
			t.Errorf("%+q and %+q are compared in two ways", a, b)
		}
		if spelling.SameName(a, b) && !spelling.SameAddress(a, b) || spelling.SameAddress(a, b) && spelling.Alike(a, b) {
			t.Errorf("%+q and %+q are two things", a, b)
		}
		if once := spelling.Fold(a); spelling.Fold(once) != once {
			t.Errorf("%+q: %+q, then %+q", a, once, spelling.Fold(once))
		}
		if composed := spelling.Compose(a); !spelling.SameName(a, composed) || spelling.Compose(composed) != composed {
			t.Errorf("%+q: %+q", a, composed)
		}
		if strings.ContainsRune(a, 0x200b) && spelling.Deceptive(a) == "" {
			t.Errorf("%+q is not deceptive", a)
		}
	})
}
