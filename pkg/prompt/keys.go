package prompt

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	ctrlC     = 0x03
	ctrlD     = 0x04
	tab       = 0x09
	ctrlU     = 0x15
	ctrlW     = 0x17
	ctrlX     = 0x18
	backspace = 0x7f
	escape    = 0x1b

	// escapeDelay is the maximum time for the rest of an escape sequence, after
	// which an escape is a key.
	escapeDelay = 50 * time.Millisecond
	// longest is the maximum size of an incomplete sequence; a longer one is
	// noise.
	longest = 4 << 10
)

// errResized reports a change of the terminal's size.
var errResized = errors.New("the size of the terminal has changed")

// keys returns one key with each Read, so that keys typed ahead remain for the
// next question. Unknown keys, and messages of the terminal, are dropped as a
// whole: readers would take the end of an unknown sequence for text.
type keys struct {
	ctx    context.Context
	input  *input
	cooked bool // the terminal edits the line
	list   bool // for a list instead of a line
	back   bool // Esc goes back
	cr     bool // the last key was a carriage return
	err    error
	asked  atomic.Pointer[string]
}

// question returns the printed text before the answer.
func (k *keys) question() string {
	if text := k.asked.Load(); text != nil {
		return *text
	}
	return ""
}

// Fd lets a library find the terminal.
func (k *keys) Fd() uintptr { return k.input.file.Fd() }

// Read returns one key. After Ctrl-C it always fails with ErrInterrupted.
func (k *keys) Read(p []byte) (int, error) {
	for k.err == nil {
		key, err := k.next()
		if errors.Is(err, errResized) {
			return copy(p, []byte{0}), nil // no key, but redraws the list
		}
		if err != nil {
			k.err = err
			break
		}
		translated, err := k.translate(key)
		if err != nil {
			k.err = err
			break
		}
		if len(translated) > 0 {
			return copy(p, translated), nil
		}
	}
	return 0, k.err
}

// next removes one key, known or not, from the input.
func (k *keys) next() ([]byte, error) {
	for {
		pending := k.input.pending
		if size := keySize(pending); size > 0 {
			k.input.pending = pending[size:]
			return pending[:size], nil
		}
		var patience time.Duration
		if len(pending) > 0 {
			patience = escapeDelay
		}
		more, err := k.input.fill(k.ctx, patience)
		if err != nil {
			return nil, err
		}
		if k.back && !more && len(pending) == 1 && pending[0] == escape {
			k.input.pending = nil
			return pending, nil
		}
		if !more || len(k.input.pending) > longest {
			k.input.pending = nil // a lone escape, or an incomplete sequence
		}
	}
}

// keySize returns the length of the first key in b, 0 if it is incomplete.
func keySize(b []byte) int {
	if len(b) == 0 || b[0] != escape {
		if !utf8.FullRune(b) {
			return 0
		}
		_, size := utf8.DecodeRune(b)
		return size
	}
	if len(b) == 1 {
		return 0
	}
	switch c := b[1]; {
	case c == '[' || c == 'O':
		return controlSize(b)
	case c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_':
		return stringSize(b)
	case c <= escape || c == backspace:
		return 1 // the next key is separate
	}
	if !utf8.FullRune(b[1:]) {
		return 0
	}
	_, size := utf8.DecodeRune(b[1:])
	return 1 + size
}

// controlSize returns the length of ESC [ … and ESC O …: parameters and one
// final byte.
func controlSize(b []byte) int {
	i := 2
	if i < len(b) && b[1] == '[' && b[i] == '[' {
		i++ // function keys of the Linux console
	}
	for i < len(b) && 0x20 <= b[i] && b[i] <= 0x3f {
		i++
	}
	switch {
	case i == len(b):
		return 0
	case b[i] < 0x20 || b[i] >= backspace:
		return i // interrupted by another key
	}
	return i + 1
}

// stringSize returns the length of a message of the terminal: up to BEL or ESC
// \.
func stringSize(b []byte) int {
	for i := 2; i < len(b); i++ {
		switch {
		case b[i] == '\a':
			return i + 1
		case b[i] == ctrlC || b[i] == ctrlD:
			return i // Alt and a capital letter, then Ctrl-C
		case b[i] == escape && i+1 == len(b):
			return 0
		case b[i] == escape && b[i+1] == '\\':
			return i + 2
		case b[i] == escape:
			return i
		}
	}
	return 0
}

// translate converts a key to one that the readers of this package know, or to
// nothing.
func (k *keys) translate(key []byte) ([]byte, error) {
	afterCR := k.cr
	k.cr = false
	if k.back && len(key) == 1 && key[0] == escape {
		if bytes.IndexByte(k.input.pending, ctrlC) == 0 {
			return nil, nil // exit instead of back
		}
		if k.list {
			return key, nil // it may clear the filter
		}
		return nil, ErrBack
	}
	if key[0] == escape {
		return knownSequence(key), nil
	}
	switch c := key[0]; {
	case c == ctrlC:
		return nil, ErrInterrupted
	case c == ctrlD && (k.list || k.cooked):
		return nil, io.EOF
	case c == '\r':
		k.cr = true
		return []byte{'\r'}, nil
	case c == '\n' && afterCR:
		return nil, nil // the second half of a line end
	case c == '\n':
		return []byte{'\r'}, nil
	case c == 0x08 || c == backspace:
		return []byte{backspace}, nil
	case c < 0x20:
		return control(c, k.list), nil
	}
	if r, _ := utf8.DecodeRune(key); r == utf8.RuneError || unicode.IsControl(r) {
		return nil, nil
	}
	return key, nil
}

// control returns the control characters that edit a line or the filter of a
// list.
func control(c byte, list bool) []byte {
	if list {
		switch c {
		case tab, ctrlW, ctrlX:
			return []byte{c}
		case ctrlU:
			return []byte{ctrlX}
		}
		return nil
	}
	switch c {
	case 0x01, 0x02, ctrlD, 0x05, 0x06, 0x0b, ctrlU, ctrlW: // start, back, delete, end, forward, kill, …
		return []byte{c}
	}
	return nil
}

// knownSequence returns the canonical form of known keys.
func knownSequence(key []byte) []byte {
	switch text := string(key[1:]); text {
	case "[A", "[B", "[C", "[D", "[H", "[F", "[3~":
		return key
	case "OA", "OB", "OC", "OD", "OH", "OF":
		return []byte{escape, '[', text[1]}
	case "[1~", "[7~":
		return []byte("\x1b[H")
	case "[4~", "[8~":
		return []byte("\x1b[F")
	}
	return nil
}
