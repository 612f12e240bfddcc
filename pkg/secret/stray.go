package secret

import (
	"fmt"
	"slices"
	"strings"
)

// tokenSigns are the characters of tokens.
const tokenSigns = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:"

// describeExtra describes the extra characters of a text that would otherwise be a
// token, or returns "". It shows one character and nothing else. For an extra
// digit in the last part, it cannot determine which.
func describeExtra(s string) string {
	first, others := -1, 0
	kept := strings.Map(func(r rune) rune {
		if strings.ContainsRune(tokenSigns, r) {
			return r
		}
		others++
		return -1
	}, s)
	if others > 0 && checkShape(kept) == nil {
		first = strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(tokenSigns, r) })
		if others == 1 {
			return "unexpected " + charAt(s, first)
		}
		return fmt.Sprintf("%d unexpected characters, first %s", others, charAt(s, first))
	}
	if len(s) != tokenSize+1 {
		return ""
	}
	var without string
	for i := range len(s) {
		rest := s[:i] + s[i+1:]
		if checkShape(rest) != nil {
			continue
		}
		if without != "" && without != rest {
			return ""
		}
		first, without = i, rest
	}
	if without == "" {
		return ""
	}
	return "unexpected " + charAt(s, first)
}

// charAt describes the character of an ASCII text at an index.
func charAt(s string, index int) string {
	c := s[index]
	name := string(rune(c))
	switch {
	case c == ' ':
		name = "space"
	case c == '\t':
		name = "tab"
	case c == '\n', c == '\r':
		name = "line break"
	case c < ' ', c == 0x7f:
		name = "control character"
	}
	return fmt.Sprintf("U+%04X (%s) at character %d", c, name, index+1)
}

// Only returns the only token of a text: a JSON, CSV or environment file, or a
// token alone. Without a delimited token it returns the whole text, which
// ParseToken will reject with a reason. count is the number of different
// tokens.
func Only(text string) (only string, count int) {
	bare := strings.TrimLeft(text, "\ufeff \t\r\n\"'`")
	if !strings.Contains(text, tokenPrefix) {
		return text, 0
	}
	if strings.HasPrefix(bare, tokenPrefix) && (!strings.ContainsAny(strings.TrimSpace(bare), "\r\n") || checkShape(strings.Join(strings.Fields(bare), "")) == nil) {
		return text, 0
	}
	var whole []string
	near := ""
	for at := 0; ; {
		next := strings.Index(text[at:], tokenPrefix)
		if next < 0 {
			break
		}
		at += next
		end := until(text, at, marks+" \t")
		apart := at == 0 || !isLetter(text[at-1]) && (text[at-1] < '0' || text[at-1] > '9')
		if apart {
			candidate := text[at:end]
			if _, err := ParseToken(candidate); err != nil {
				if line := text[at:until(text, at, marks)]; checkShape(strings.Join(strings.Fields(line), "")) == nil {
					candidate = line // with a space in it
				}
				near = longerOf(near, candidate)
			} else if !slices.Contains(whole, candidate) {
				whole = append(whole, candidate)
			}
		}
		at = end
	}
	switch {
	case len(whole) > 0:
		return whole[0], len(whole)
	case near != "":
		return near, 0
	}
	return text, 0
}

// marks are characters that end a token in a file.
const marks = "\r\n\"'`,}]"

// until returns the index of the first of some characters, starting at from.
func until(text string, from int, chars string) int {
	if stop := strings.IndexAny(text[from:], chars); stop >= 0 {
		return from + stop
	}
	return len(text)
}

func longerOf(a, b string) string {
	if len(b) > len(a) {
		return b
	}
	return a
}
