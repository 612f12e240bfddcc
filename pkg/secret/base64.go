package secret

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
)

// blobs calls search with every text that base64 in a text may encode. It skips
// everything between digits, including line ends and words, and accepts both
// alphabets. A blob may start at any digit, so there are four groupings; only
// long stretches of text in the results are searched.
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
		n, _ := base64.RawStdEncoding.Decode(decoded, group) // all are digits
		runs(decoded[:n], search)
	}
}

// base64Digits returns the base64 digits of a text, in the standard alphabet.
func base64Digits(text []byte) []byte {
	digits := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if hidden := invisibleSize(text[i:]); hidden > 0 {
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

// runs calls search with each stretch of text that is long enough for a token.
func runs(decoded []byte, search func([]byte)) {
	start := 0
	for i, c := range decoded {
		if isText(c) {
			continue
		}
		if i-start >= tokenSize {
			search(decoded[start:i])
		}
		start = i + 1
	}
	if len(decoded)-start >= tokenSize {
		search(decoded[start:])
	}
}

// isText reports whether c may be part of a text, including UTF-16 and terminal
// colors.
func isText(c byte) bool {
	return ' ' <= c && c <= '~' || '\t' <= c && c <= '\r' || c == 0 || c == 0x1b
}

// dumps calls search with every text in a long sequence of hexadecimal digits
// with any separators, or of base32, which may be wrapped.
func dumps(text []byte, search func([]byte)) {
	for row := range bytes.SplitSeq(hexDigits(text, nil), []byte("z")) {
		for offset := range 2 { // an unrelated digit may precede
			if len(row) < 2*tokenSize+offset {
				continue
			}
			decoded := make([]byte, (len(row)-offset)/2)
			_, _ = hex.Decode(decoded, row[offset:offset+2*len(decoded)]) // all are digits
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

// base32Rows calls decode with each sequence of base32 digits that is long
// enough for a token, in upper case.
func base32Rows(text []byte, decode func([]byte)) {
	const least = (tokenSize*bitsOfByte + bitsOfBase32 - 1) / bitsOfBase32
	row := []byte{}
	end := func() {
		if len(row) >= least {
			decode(append(row, "AAAAAAAA"...)) // completes the last group
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
