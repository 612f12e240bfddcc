package iam

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDRN(t *testing.T) {
	for _, test := range []struct {
		text string
		want DRN
	}{
		{"drn:astra:org:o", DRN{Org: "o"}},
		{"drn:astra:org:__ORG_ID__", DRN{Org: OrgPlaceholder}},
		{"drn:astra:org:o:db:*", DRN{Org: "o", Database: "*"}},
		{"drn:astra:org:o:db:d:keyspace:k", DRN{Org: "o", Database: "d", Keyspace: "k"}},
		{"drn:astra:org:o:db:d:keyspace:*:table:t", DRN{Org: "o", Database: "d", Keyspace: "*", Table: "t"}},
		{"drn:astra:org:o:db:{astra_database.x.id}", DRN{Org: "o", Database: "{astra_database.x.id}"}},
		{"drn:astra:org:o:stream:*", DRN{Org: "o", Stream: "*"}},
		{"drn:astra:org:o:role:*", DRN{Org: "o", Role: "*"}},
		{"drn:astra:org:db:db:db", DRN{Org: "db", Database: "db"}},
	} {
		got, err := ParseDRN(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.text, diff)
		}
		if got.String() != test.text {
			t.Errorf("%s is printed as %s", test.text, got)
		}
	}
}

func TestParseDRNRefuses(t *testing.T) {
	for _, test := range []struct{ text, why string }{
		{"", "start"},
		{"drn:astra:org", "start"},
		{"DRN:astra:org:o", "start"},
		{" drn:astra:org:o", "start"},
		{"drn:astra:org:", "empty"},
		{"drn:astra:org:o:", "empty"},
		{"drn:astra:org:o:db", "after the organization"},
		{"drn:astra:org:o:db:", "empty"},
		{"drn:astra:org:o:db::keyspace:k", "empty"},
		{"drn:astra:org:o:keyspace:k", "after the organization"},
		{"drn:astra:org:o:db:d:table:t", "after the organization"},
		{"drn:astra:org:o:db:d:keyspace:k:table:t:x:y", "after the organization"},
		{"drn:astra:org:o:stream:s:db:d", "after the organization"},
		{"drn:astra:org:o:db keyspace:k", "space"},
		{"drn:astra:org:o\n", "space"},
		{"drn:astra:org:o\u202e", "invisible"},
		{"drn:astra:org:\xff", "UTF-8"},
	} {
		d, err := ParseDRN(test.text)
		if !errors.Is(err, ErrDRN) || !strings.Contains(err.Error(), test.why) {
			t.Errorf("%q: want an error with %q, got %v and %v", test.text, test.why, d, err)
		}
	}
}

func TestCovers(t *testing.T) {
	for _, test := range []struct {
		on, target string
		want       bool
	}{
		{"o", "o", true},
		{"o", "O", false},
		{"o", "other", false},
		{"*", "o", true},
		{"__ORG_ID__", "o", true},
		{"o", "__ORG_ID__", false},
		{"o", "o:db:d", false},
		{"o:db:d", "o", false},
		{"o:db:*", "o:db:d", true},
		{"o:db:d", "o:db:*", false},
		{"o:db:d*", "o:db:d1", false},
		{"o:db:d", "o:db:d:keyspace:k", false},
		{"o:db:*:keyspace:*", "o:db:d:keyspace:k", true},
		{"o:db:*:keyspace:*", "o:db:d:keyspace:k:table:t", false},
		{"o:db:d:keyspace:k:table:*", "o:db:d:keyspace:k:table:t", true},
		{"o:db:d:keyspace:k:table:*", "o:db:e:keyspace:k:table:t", false},
		{"o:db:*", "o:stream:s", false},
		{"o:stream:*", "o:stream:s", true},
		{"o:role:*", "o:stream:s", false},
		{"o:role:*", "o", false},
	} {
		if got := drn(t, test.on).Covers(drn(t, test.target)); got != test.want {
			t.Errorf("%s covers %s: want %t", test.on, test.target, test.want)
		}
	}
	if (DRN{}).Covers(DRN{}) {
		t.Error("nothing covers nothing")
	}
}

func TestDescribeResource(t *testing.T) {
	if d, ok := DescribeResource("drn:astra:org:o:db:d"); !ok || d.Database != "d" {
		t.Errorf("got %v, %t", d, ok)
	}
	if d, ok := DescribeResource("arn:aws:iam"); ok || d != (DRN{}) {
		t.Errorf("got %v, %t", d, ok)
	}
}

// drn parses a name without its prefix.
func drn(t *testing.T, s string) DRN {
	t.Helper()
	d, err := ParseDRN(drnPrefix + s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func FuzzDRN(f *testing.F) {
	for _, end := range []string{"", "o", "o:db:*", "o:db:d:keyspace:k:table:*", "o:stream:*", "o:role:r", "o:db::table", "\x00", "o:db:\xc3"} {
		f.Add(drnPrefix + end)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDRN(s)
		if err != nil {
			if !errors.Is(err, ErrDRN) || d != (DRN{}) {
				t.Errorf("%q: %v and %v", s, d, err)
			}
			return
		}
		if d.String() != s {
			t.Errorf("%q is printed as %q", s, d)
		}
		if !d.Covers(d) {
			t.Errorf("%q does not cover itself", s)
		}
	})
}

func TestSubtractResources(t *testing.T) {
	t.Parallel()
	const o = "drn:astra:org:o"
	for _, test := range []struct{ others, resources, want string }{
		{o, o, ""},
		{o + ":db:*", o + ":db:d", ""},
		{o + ":db:d", o + ":db:*", o + ":db:*"},
		{o + ":db:*", o + ":db:d:keyspace:k", o + ":db:d:keyspace:k"},
		{o + ":db:* " + o + ":db:*:keyspace:*", o + ":db:d:keyspace:k " + o + ":db:e", ""},
		{"", "garbage", "garbage"},
		{"garbage", "garbage", ""},
	} {
		got := strings.Join(SubtractResources(strings.Fields(test.resources), strings.Fields(test.others)), " ")
		if got != test.want {
			t.Errorf("%s without %s: want %q, got %q", test.resources, test.others, test.want, got)
		}
	}
}
