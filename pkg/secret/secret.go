// Package secret holds what the program knows about secrets in text: a type
// that cannot be printed by accident, the shape of an Astra application token,
// and a redactor for everything that is written for people.
package secret

import (
	"fmt"
	"log/slog"
)

// hidden is what a secret shows of itself wherever it is formatted.
const hidden = "[secret]"

// Text is a secret. Formatting, logging and encoding show a placeholder;
// Reveal is the one way to the value, so that a reader can search for it.
type Text string

// Reveal returns the secret itself.
func (t Text) Reveal() string { return string(t) }

// String returns a placeholder, or nothing for an empty secret.
func (t Text) String() string {
	if t == "" {
		return ""
	}
	return hidden
}

// Format writes the placeholder of String for every verb. Without it, a verb
// that does not fit a text (%d) would show the text with the complaint.
func (t Text) Format(f fmt.State, _ rune) { fmt.Fprint(f, t.String()) }

// LogValue returns the placeholder of String, for log/slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText returns the placeholder of String, for every encoder.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
