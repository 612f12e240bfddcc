package onetime_test

import (
	"testing"

	"github.com/astra-admin/astra/pkg/onetime"
)

func TestSplitDescription(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"nightly report astra-cli/0123456789abcdef":   {"nightly report", "0123456789abcdef"},
		"astra-cli/0123456789abcdef":                  {"", "0123456789abcdef"},
		"a astra-cli/1 astra-cli/0123456789abcdef":    {"a astra-cli/1", "0123456789abcdef"},
		"nightly report":                              {"nightly report", ""},
		"":                                            {"", ""},
		"astra-cli/0123456789ABCDEF":                  {"", "0123456789abcdef"},
		"astra-cli/0123456789abcdef and more":         {"", "0123456789abcdef"},
		"REPORT ASTRA-CLI/0123456789ABCDEF (VIA API)": {"REPORT", "0123456789abcdef"},
		"report astra-cli&#x2F;0123456789abcdef":      {"report", "0123456789abcdef"},
		`report astra-cli\/0123456789abcdef`:          {"report", "0123456789abcdef"},
		"report astra-cli%2F0123456789abcdef":         {"report", "0123456789abcdef"},
		"astra-cli/0123456789abcdef0":                 {"astra-cli/0123456789abcdef0", ""},
		"report astra-cli/0123":                       {"report astra-cli/0123", ""},
		"\u0130 astra-cli/0123456789abcdef":           {"\u0130 astra-cli/0123456789abcdef", ""},
		"orders astra-cli/0123456789abcdef replaces kHYCabcdefghijklmnopqrst": {"orders", "0123456789abcdef"},
		"two\nlines  astra-cli/fedcba9876543210":                              {"two\nlines ", "fedcba9876543210"},
	} {
		text, mark := onetime.SplitDescription(in)
		if text != want[0] || mark != want[1] {
			t.Errorf("%q: %q %q, want %q", in, text, mark, want)
		}
	}
}

func TestReplaces(t *testing.T) {
	t.Parallel()
	const old = "kHYCabcdefghijklmnopqrst"
	for in, want := range map[string]string{
		"orders astra-cli/0123456789abcdef replaces " + old:           old,
		"astra-cli/0123456789abcdef replaces " + old + " (via API)":   old,
		"ORDERS ASTRA-CLI/0123456789ABCDEF REPLACES KHYCABC":          "KHYCABC",
		"orders astra-cli%2F0123456789abcdef replaces " + old:         old,
		"0123456789abcdef astra-cli/0123456789abcdef replaces " + old: old,
		"orders replaces " + old:                                      "",
		"orders replaces " + old + " astra-cli/0123456789abcdef":      "",
		"orders astra-cli/0123456789abcdef":                           "",
		"orders astra-cli/0123456789abcdef replaces ":                 "",
		"orders astra-cli/0123456789abcdef or replaces " + old:        "",
		"\u0130 astra-cli/0123456789abcdef replaces " + old:           "",
		"": "",
	} {
		if got := onetime.Replaces(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
