package bulk

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseNetwork(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"203.0.113.0/24": "203.0.113.0/24", "203.0.113.7": "203.0.113.7/32", "0.0.0.0/0": "0.0.0.0/0", "2001:db8::/32": "2001:db8::/32",
		"2001:DB8::1": "2001:db8::1/128", "203.0.113.7/24": "", "203.0.113.7/33": "", "203.0.113.07": "", "300.1.1.1": "", "203.0.113": "",
		"example.com": "", "": "", "::ffff:203.0.113.7": "", "fe80::1%eth0": "", "203.0.113.0/255.255.255.0": "",
	} {
		got, err := ParseNetwork(text)
		if (err != nil) != (want == "") || err == nil && got.String() != want {
			t.Errorf("%q: %v, %v; want %q", text, got, err, want)
		}
	}
}

func TestMappedNetworks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"::ffff:203.0.113.7": "use 203.0.113.7", "::ffff:203.0.113.7/128": "use 203.0.113.7",
		"::ffff:203.0.113.0/120": "use 203.0.113.0/24", "::ffff:0.0.0.0/96": "use 0.0.0.0/0", "::ffff:0:0/90": "use an IPv4 network",
	} {
		if _, err := ParseNetwork(text); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

func TestReadNetworks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want, fault string }{
		{"192.0.2.1 192.0.2.2 # two\n\n198.51.100.0/24", "1 192.0.2.1/32 |1 192.0.2.2/32 |3 198.51.100.0/24 ", ""},
		{"description;address\n\"a; b\";192.0.2.1\n;192.0.2.2\n", "2 192.0.2.1/32 a; b|3 192.0.2.2/32 ", ""},
		{"Address\n192.0.2.1\n", "2 192.0.2.1/32 ", ""},
		{`{"address":"192.0.2.1","description":"a"}`, "1 192.0.2.1/32 a", ""},
		{"address,enabled\n192.0.2.1,false\n192.0.2.2,TRUE\n192.0.2.3,\n", "2 192.0.2.1/32  disabled|3 192.0.2.2/32 |4 192.0.2.3/32 ", ""},
		{"address,enabled\n192.0.2.1,no\n", "", `line 2: enabled is "no" instead of true or false`},
		{"{\"address\":\"192.0.2.1\",\"enabled\":false}\n{\"address\":\"192.0.2.2\",\"enabled\":true}", "1 192.0.2.1/32  disabled|2 192.0.2.2/32 ", ""},
		{`{"address":"192.0.2.1","enabled":"no"}`, "", `line 1: expected a JSON object with address and description: "enabled" has a string instead of true or false`},
		{"address,comment\n192.0.2.1,x\n", "2 192.0.2.1/32 ", `line 1: unknown column "comment" is ignored; expected address and description`},
		{"address,descriptions\n192.0.2.1,x\n", "", `line 1: unknown column "descriptions"; did you mean "description"?`},
		{"192.0.2.1\nx\n", "1 192.0.2.1/32 ", `line 2: "x" is not an address or network such as 203.0.113.7 or 203.0.113.0/24`},
		{`{"address":"","description":"a"}`, "", "line 1: no address"},
		{`{"ip":"192.0.2.1"}`, "", `line 1: expected a JSON object with address and description: unknown key "ip"`},
	} {
		networks, faults := ReadNetworks([]byte(test.text))
		var got, wrong []string
		for _, n := range networks {
			text := fmt.Sprintf("%d %s %s", n.Line, n.Prefix, n.Description)
			if n.Disabled {
				text += " disabled"
			}
			got = append(got, text)
		}
		for _, f := range faults {
			wrong = append(wrong, f.String())
		}
		if strings.Join(got, "|") != test.want || strings.Join(wrong, "|") != test.fault {
			t.Errorf("%q:\n%q, %q", test.text, got, wrong)
		}
	}
}

// An existing list may have entries that cannot be added.
func TestEntryNetworks(t *testing.T) {
	t.Parallel()
	networks, faults := EntryNetworks([]string{"203.0.113.7/24,192.0.2.1", "x"})
	if len(networks) != 2 || networks[0].Prefix.String() != "203.0.113.7/24" || networks[1].Prefix.String() != "192.0.2.1/32" {
		t.Errorf("%v", networks)
	}
	if len(faults) != 1 || !strings.HasPrefix(faults[0].Text, `"x" is not an address`) {
		t.Errorf("%v", faults)
	}
}
