package secret

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
)

// blobs calls search with every text that base64 in a text may hold. Whatever
// stands between the digits is left out, line ends as well as words, and both
// alphabets are read as one. A blob may begin at any of the digits, so there
// are four ways to group them; of the bytes that result, only long stretches of
// text are worth a look.
func blobs(text []byte, search func([]byte)) {
	digits := base64Digits(text)
	if base64.RawStdEncoding.DecodedLen(len(digits)) < tokenSize {
		return
	}
	decoded := make([]byte, base64.RawStdEncoding.DecodedLen(len(digits)))
	for offset := range 4 {
		group := digits[offset:]
		if len(group)%4 == 1 {
			group = group[:len(group)-1]
		}
		n, _ := base64.RawStdEncoding.Decode(decoded, group) // they are all digits
		runs(decoded[:n], search)
	}
}

// base64Digits returns the base64 digits of a text, in the standard alphabet.
func base64Digits(text []byte) []byte {
	digits := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if hidden := invisible(text[i:]); hidden > 0 {
			i += hidden
			continue
		}
		switch c := text[i]; {
		case isLetter(c), '0' <= c && c <= '9', c == '+', c == '/':
			digits = append(digits, c)
		case c == '-':
			digits = append(digits, '+')
		case c == '_':
			digits = append(digits, '/')
		}
		i++
	}
	return digits
}

// runs calls search with each stretch of text that has room for a token.
func runs(decoded []byte, search func([]byte)) {
	begin := 0
	for i, c := range decoded {
		if isText(c) {
			continue
		}
		if i-begin >= tokenSize {
			search(decoded[begin:i])
		}
		begin = i + 1
	}
	if len(decoded)-begin >= tokenSize {
		search(decoded[begin:])
	}
}

// isText reports whether c may be part of a text: also of one in UTF-16, or with
// colours.
func isText(c byte) bool {
	return ' ' <= c && c <= '~' || '\t' <= c && c <= '\r' || c == 0 || c == 0x1b
}

// dumps calls search with every text that a long row of hexadecimal digits may hold,
// whatever separates them, or one of base32, which may be wrapped.
func dumps(text []byte, search func([]byte)) {
	for row := range bytes.SplitSeq(hexDigits(text, nil), []byte("z")) {
		for offset := range 2 { // a digit of something else may stand in front
			if len(row) < 2*tokenSize+offset {
				continue
			}
			decoded := make([]byte, (len(row)-offset)/2)
			_, _ = hex.Decode(decoded, row[offset:offset+2*len(decoded)]) // they are all digits
			runs(decoded, search)
		}
	}
	base32Rows(text, func(row []byte) {
		decoded := make([]byte, len(row)*bitsOfBase32/bitsOfByte)
		for offset := range bitsOfByte {
			group := row[offset:]
			group = group[:len(group)/bitsOfByte*bitsOfByte]
			n, _ := base32.StdEncoding.Decode(decoded, group)
			runs(decoded[:n], search)
		}
	})
}

// base32Rows calls decode with each row of base32 digits that has room for a token, in
// capitals.
func base32Rows(text []byte, decode func([]byte)) {
	const least = (tokenSize*bitsOfByte + bitsOfBase32 - 1) / bitsOfBase32
	row := []byte{}
	end := func() {
		if len(row) >= least {
			decode(append(row, "AAAAAAAA"...)) // fills the last group
		}
		row = row[:0]
	}
	for _, c := range text {
		switch {
		case isLetter(c):
			row = append(row, c&^0x20)
		case '2' <= c && c <= '7':
			row = append(row, c)
		case c != '\n' && c != '\r':
			end()
		}
	}
	end()
}
