// Package secret handles secrets in text: a type that cannot be printed by
// accident, the format of an Astra application token, and a redactor for all
// output.
package secret

import (
	"fmt"
	"log/slog"
)

// hidden is the formatted form of a secret.
const hidden = "[secret]"

// Text is a secret. Formatting, logging and encoding show a placeholder; only
// Reveal returns the value.
type Text string

// Reveal returns the secret.
func (t Text) Reveal() string { return string(t) }

// String returns a placeholder, or an empty string for an empty secret.
func (t Text) String() string {
	if t == "" {
		return ""
	}
	return hidden
}

// Format writes the placeholder of String for every verb. Without it, an
// invalid verb (%d) would print the text.
func (t Text) Format(f fmt.State, _ rune) { fmt.Fprint(f, t.String()) }

// LogValue returns the placeholder of String, for log/slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText returns the placeholder of String, for every encoder.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
