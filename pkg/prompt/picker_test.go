package prompt

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/AlecAivazis/survey/v2/terminal"
)

// kinds has options with common words, and one with wide characters.
func kinds() []Option {
	var all []Option
	for _, group := range []string{"", "Database, keyspace, table", "API access"} {
		for _, name := range []string{"Admin User|Administrator User", "RO User|Read Only User", "API RO User|API Read Only User", "漢字 役割|", "A, B|", "User|"} {
			label, alias, _ := strings.Cut(name, "|")
			all = append(all, Option{Label: label, Alias: alias, Group: group, Description: fmt.Sprint(len(all), " permissions")})
		}
	}
	return all
}

// A list fits every terminal, shows the cursor's row, counts hidden rows, and
// selects with one key only.
func FuzzPicker(f *testing.F) {
	f.Add("ro user\t\x0e\x0e\t", 80, 24)
	f.Add("   \x10\x7f\x17\x18\t", 20, 5)
	f.Add("\x11\x01\x02\x06 zzz\t\r", 10, 2)
	f.Fuzz(func(t *testing.T, keys string, width, height int) {
		width, height = 10+abs(width)%200, 2+abs(height)%60
		p := newPicker(Question{Text: "Roles for ada@example.com", Selected: []int{1}}, kinds(), true)
		for _, key := range keys {
			before := p.answer()
			p.press(key)
			if key != terminal.KeyTab && !slices.Equal(before, p.answer()) {
				t.Fatalf("%q changed what is selected", key)
			}
			lines := p.screen(width, height)
			if len(lines) > height {
				t.Fatalf("%d lines of %d", len(lines), height)
			}
			rows, hidden, cursor := 0, 0, false
			for _, line := range lines {
				if columns(line.Text) > width {
					t.Fatalf("%q in %d columns", line.Text, width)
				}
				cursor = cursor || strings.HasPrefix(line.Text, "> ")
				if strings.Contains(line.Text, "[ ]") || strings.Contains(line.Text, "[x]") {
					rows++
				}
				var n int
				if _, err := fmt.Sscanf(line.Text, "    %d more ", &n); err == nil {
					hidden += n
				}
			}
			if cursor != (len(p.shown) > 0) {
				t.Fatalf("the cursor is on the screen: %v\n%v", cursor, lines)
			}
			if height > 6 && width > 20 && rows+hidden != len(p.shown) {
				t.Fatalf("%d rows and %d more are not %d\n%v", rows, hidden, len(p.shown), lines)
			}
		}
	})
}

func abs(n int) int { return max(n, -(n + 1)) }

// A full name moves the cursor to the option of that name, even if others
// contain its words.
func TestCursorIsOnTheName(t *testing.T) {
	for _, several := range []bool{false, true} {
		options := kinds()[6:12]
		for want, o := range options {
			for _, name := range []string{o.Label, o.Alias, strings.ToUpper(o.Label), strings.ToLower(o.Alias)} {
				if name == "" {
					continue
				}
				p := newPicker(Question{}, options, several)
				for _, r := range name {
					p.press(r)
				}
				if several {
					p.press(terminal.KeyTab)
				}
				if got := p.answer(); !slices.Equal(got, []int{want}) || !p.press('\r') {
					t.Errorf("%s: %v", name, got)
				}
			}
		}
	}
}

func TestParseChoice(t *testing.T) {
	options := []Option{
		{Label: "RO User", Alias: "Read Only User"},
		{Label: "API RO User"},
		{Label: "Sales, EMEA"},
		{Label: "Billing Admin", Alias: "Billing Administrator", Group: "Organization"},
		{Label: "twin"},
		{Label: "twin"},
	}
	for _, c := range []struct {
		answer string
		want   []int
		says   string
	}{
		{"1", []int{0}, ""},
		{"2-3, 1", []int{0, 1, 2}, ""},
		{"ro user", []int{0}, ""},
		{"User RO", []int{0}, ""},
		{"read only user", []int{0}, ""},
		{"api user", []int{1}, ""},
		{"Sales, EMEA", []int{2}, ""},
		{"emea, bill", []int{2, 3}, ""},
		{"RO User, API RO User", []int{0, 1}, ""},
		{"user", nil, "user matches several: RO User, API RO User"},
		{"twin", nil, "twin matches several"},
		{"organization", nil, "No option is named organization."},
		{"7", nil, "7 is not a number from 1 to 6."},
		{"0-2", nil, "0-2 is not a number"},
		{"1, nosuch", nil, "No option is named nosuch."},
		{",", nil, ""},
	} {
		got, fault := parseChoice(c.answer, options, true)
		if !slices.Equal(got, c.want) || !strings.Contains(fault, c.says) || fault == "" && c.says != "" {
			t.Errorf("%q: %v %q", c.answer, got, fault)
		}
	}
	if got, fault := parseChoice("1 2", options, false); fault == "" {
		t.Errorf("two for one: %v", got)
	}
	if got, _ := parseChoice("Sales, EMEA", options, false); !slices.Equal(got, []int{2}) {
		t.Errorf("a comma: %v", got)
	}
}
