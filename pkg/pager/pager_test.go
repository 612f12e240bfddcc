package pager

import "testing"

func TestCommand(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // without less
	for _, test := range []struct {
		environ []string
		want    string
	}{
		{[]string{"PAGER=more -s "}, "more -s"},
		{[]string{"PAGER=more", "PAGER=cat"}, "cat"},
		{[]string{"PAGER="}, ""},
		{[]string{"MANPAGER=more"}, ""},
	} {
		if got := Command(test.environ); got != test.want {
			t.Errorf("%q: %q, want %q", test.environ, got, test.want)
		}
	}
}

func TestIsLess(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]bool{"less": true, "/usr/bin/less -FRX": true, "less.exe": true, "more": false, "cat | less": false, "": false} {
		if got := (Pager{Command: command}).IsLess(); got != want {
			t.Errorf("%q: %t", command, got)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text  string
		width int
		want  int
	}{{"", 80, 0}, {"a\nb\n", 80, 2}, {"a\nb", 80, 2}, {"0123456789\n", 5, 2}, {"größer\n", 6, 1}, {"0123456789\n", 0, 1}} {
		if got := Lines(test.text, test.width); got != test.want {
			t.Errorf("%q in %d: %d, want %d", test.text, test.width, got, test.want)
		}
	}
}
