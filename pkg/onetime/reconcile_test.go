package onetime

import "testing"

// TestSameRoles compares the roles of a response with those of the request.
func TestSameRoles(t *testing.T) {
	const reader, writer = "d2cfcd63-055c-4a58-b957-8916d4a007a5", "b73e44b2-b9e9-43b8-a7c1-c6a2fe2dab50"
	for name, test := range map[string]struct {
		got  []string
		want bool
	}{
		"the same":             {[]string{reader, writer}, true},
		"in another order":     {[]string{writer, reader}, true},
		"in capitals, twice":   {[]string{"D2CFCD63-055C-4A58-B957-8916D4A007A5", writer, writer}, true},
		"one is missing":       {[]string{reader}, false},
		"one too many":         {[]string{reader, writer, "21ef3576-0197-415a-b167-d510af12ecf0"}, false},
		"another one":          {[]string{reader, "21ef3576-0197-415a-b167-d510af12ecf0"}, false},
		"omitted":              {nil, true},
		"names instead of IDs": {[]string{"RO User", "r/w user"}, true},
		"a name and an ID":     {[]string{"RO User", writer}, true},
		"a name is missing":    {[]string{"RO User"}, false},
		"another name":         {[]string{"RO User", "R/W User", "Organization Administrator"}, false},
		"a name, another ID":   {[]string{"RO User", "21ef3576-0197-415a-b167-d510af12ecf0"}, false},
	} {
		if sameRoles(test.got, []string{reader, writer}, map[string]string{reader: "RO User", writer: "R/W User"}) != test.want {
			t.Errorf("%s: %v", name, !test.want)
		}
	}
	for name, test := range map[string]struct {
		got  []string
		want bool
	}{
		"an unknown name":                 {[]string{"RO User"}, true},
		"an unknown name, and another ID": {[]string{"RO User", "21ef3576-0197-415a-b167-d510af12ecf0"}, false},
	} {
		if sameRoles(test.got, []string{reader, writer}, nil) != test.want {
			t.Errorf("%s: %v", name, !test.want)
		}
	}
}
