package secret

import "encoding/base64"

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
		stretches(decoded[:n], search)
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

// stretches calls search with each stretch of text that has room for a token.
func stretches(decoded []byte, search func([]byte)) {
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
