package onetime_test

import (
	"testing"

	"github.com/astra-admin/astra/pkg/onetime"
)

func TestSplitDescription(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"nightly report astra-cli/0123456789abcdef": {"nightly report", "0123456789abcdef"},
		"astra-cli/0123456789abcdef":                {"", "0123456789abcdef"},
		"a astra-cli/1 astra-cli/0123456789abcdef":  {"a astra-cli/1", "0123456789abcdef"},
		"nightly report":                            {"nightly report", ""},
		"":                                          {"", ""},
		"astra-cli/0123456789ABCDEF":                {"astra-cli/0123456789ABCDEF", ""},
		"astra-cli/0123456789abcdef and more":       {"astra-cli/0123456789abcdef and more", ""},
		"two\nlines  astra-cli/fedcba9876543210":    {"two\nlines ", "fedcba9876543210"},
	} {
		text, nonce := onetime.SplitDescription(in)
		if text != want[0] || nonce != want[1] {
			t.Errorf("%q: %q %q, want %q", in, text, nonce, want)
		}
	}
}
