package output_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/output"
)

func TestMoment(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	for want, d := range map[string]time.Duration{
		"now":            0,
		"1 second ago":   -time.Second,
		"59 seconds ago": -time.Minute + time.Nanosecond,
		"1 minute ago":   -time.Minute,
		"23 hours ago":   -day + time.Second,
		"1 day ago":      -2*day + time.Second,
		"91 days ago":    -91*day - 23*time.Hour,
		"in 30 seconds":  30 * time.Second,
		"in 1 minute":    time.Minute - time.Millisecond,
		"in 2 hours":     2*time.Hour - time.Minute,
		"in 1 day":       day - time.Second,
		"in 12 days":     12*day - 3*time.Second,
		"in 365 days":    365 * day,
		"in 3650 days":   3650 * day,
	} {
		if got := output.Moment(now, now.Add(d)); got != want {
			t.Errorf("%s: want %q, got %q", d, want, got)
		}
	}
}

type server struct {
	id, status, note string
	made, ends       time.Time
	current          bool
}

func servers() []output.Column[server] {
	return []output.Column[server]{
		{Key: "id", Value: func(s server) any { return s.id }, Name: true},
		{Key: "status", Value: func(s server) any { return s.status }, State: true},
		{Key: "note", Value: func(s server) any { return s.note }, Wrap: true},
		{Key: "madeAt", Value: func(s server) any { return s.made }},
		{Key: "age", Value: func(server) any { return "91d" }, Human: true, AgeOf: "madeAt"},
		{Key: "endsAt", Value: func(s server) any { return s.ends }, Unset: func(server) string { return "never" }},
		{Key: "current", Value: func(s server) any { return s.current }, Mark: true},
	}
}

// TestStyle checks a styled table of both renderers.
func TestStyle(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	items := []server{
		{"a", "active", "", now.AddDate(0, 0, -91), now.AddDate(0, 0, 12), true},
		{"b", "PENDING", "", now.AddDate(0, 0, -1), time.Time{}, false},
		{"c", "error", "two \x1b[31mwords", now, now.AddDate(0, 0, -2), false},
		{"d", "", "日本語", now, time.Time{}, false},
	}
	o := output.Options{Width: 80, Terminal: true, Style: output.Style{Color: true, Now: now, Mark: "✓"}}
	show := func(o output.Options, items []server) string {
		return render(t, func(w *counter) error { return output.List(w, o, servers(), items) })
	}
	const bold, green, yellow, red, end = "\x1b[1m", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[0m"
	heads := func(words ...string) string {
		for i, word := range words {
			text := strings.TrimRight(word, " ")
			words[i] = bold + text + end + word[len(text):]
		}
		return strings.Join(words, "")
	}
	want := heads("ID  ", "STATUS   ", "NOTE                 ", "MADE AT      ", "ENDS AT     ", "CURRENT") + "\n" +
		"a   " + green + "active" + end + "                        91 days ago  in 12 days  ✓\n" +
		"b   " + yellow + "PENDING" + end + "                       1 day ago    never\n" +
		"c   " + red + "error" + end + "    two \\u{1b}[31mwords  now          2 days ago\n" +
		"d            日本語               now          never\n"
	got := show(o, items)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var many []server
	for range 300 {
		many = append(many, items...)
	}
	long := strings.SplitAfter(show(o, many), "\n")
	if diff := cmp.Diff(want, strings.Join(long[:5], "")); diff != "" {
		t.Errorf("of many rows: %s", diff)
	}
	plain := o
	plain.Style.Color = false
	if diff := cmp.Diff(show(plain, items), output.StripStyles(got)); diff != "" {
		t.Errorf("without styles: %s", diff)
	}

	// Exact times on a wide terminal, and no styles without one.
	o.Format = output.Wide
	if got := show(o, items[:1]); !strings.Contains(got, "2026-08-30T12:00:00Z  91d  2026-12-11T12:00:00Z  ✓") {
		t.Errorf("wide: %q", got)
	}
	for _, format := range []output.Format{output.JSON, output.YAML, output.CSV, output.TSV, output.Name} {
		styled, bare := o, output.Options{Format: format, Terminal: true}
		styled.Format = format
		if diff := cmp.Diff(show(bare, items), show(styled, items)); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
	}
	var one bytes.Buffer
	o.Format = output.Table
	if err := output.One(&one, o, servers(), items[0]); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{heads("STATUS   ") + green + "active" + end + "\n", "2026-12-11T12:00:00Z (in 12 days)\n"} {
		if !strings.Contains(one.String(), want) {
			t.Errorf("want %q:\n%q", want, one.String())
		}
	}
}

// TestFitEmpty hides empty columns before it cuts others, and cuts names last.
func TestFitEmpty(t *testing.T) {
	t.Parallel()
	columns := []output.Column[server]{
		{Key: "id", Value: func(s server) any { return s.id }, Name: true},
		{Key: "status", Value: func(s server) any { return s.status }},
		{Key: "note", Value: func(s server) any { return s.note }},
		{Key: "ends", Value: func(server) any { return "next year" }, Spare: -1},
		{Key: "zone", Value: func(server) any { return "emea" }, Spare: 1},
	}
	items := []server{{id: "0123456789abcdef", note: "deployment of the shop"}}
	for _, c := range []struct {
		width   int
		want    string
		leftOut []string
	}{
		{67, "ID                STATUS  NOTE                    ENDS       ZONE\n0123456789abcdef          deployment of the shop  next year  emea\n", nil},
		{60, "ID                NOTE                    ENDS       ZONE\n0123456789abcdef  deployment of the shop  next year  emea\n", []string{"STATUS"}},
		{52, "ID                NOTE                    ENDS\n0123456789abcdef  deployment of the shop  next year\n", []string{"STATUS", "ZONE"}},
		{42, "ID                NOTE           ENDS\n0123456789abcdef  deployment o…  next year\n", []string{"STATUS", "ZONE"}},
		{35, "ID                NOTE\n0123456789abcdef  deployment of th…\n", []string{"STATUS", "ENDS", "ZONE"}},
	} {
		var got bytes.Buffer
		var leftOut []string
		o := output.Options{Width: c.width, LeftOut: func(headings []string) { leftOut = headings }}
		if err := output.List(&got, o, columns, items); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got.String()); diff != "" {
			t.Errorf("%d columns: %s", c.width, diff)
		}
		if diff := cmp.Diff(c.leftOut, leftOut); diff != "" {
			t.Errorf("%d columns: %s", c.width, diff)
		}
	}
}

// TestFitOne continues a value below its label, and leaves words whole, which people copy.
func TestFitOne(t *testing.T) {
	t.Parallel()
	columns := []output.Column[server]{
		{Key: "token", Value: func(s server) any { return s.id }},
		{Key: "note", Value: func(s server) any { return s.note }},
	}
	item := server{id: "0123456789abcdef0123 of ci", note: "0123456789abcdef0123456789abcdef or so"}
	for width, want := range map[int]string{
		0:  "TOKEN  0123456789abcdef0123 of ci\nNOTE   0123456789abcdef0123456789abcdef or so\n",
		30: "TOKEN  0123456789abcdef0123 of\n       ci\nNOTE   0123456789abcdef0123456789abcdef or so\n",
		5:  "TOKEN  0123456789abcdef0123 of ci\nNOTE   0123456789abcdef0123456789abcdef or so\n",
	} {
		got := render(t, func(w *counter) error { return output.One(w, output.Options{Width: width}, columns, item) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d columns: %s", width, diff)
		}
	}
}
