package cmd

import "testing"

func TestTopicsOnATerminal(t *testing.T) {
	t.Parallel()
	text := "Words that are long.\n\n| What | Where | How |\n|---|---|---|\n| pay | Billing | `astra open billing` |\n| wait | a letter | |\n\n    astra a very long line of code that stays\n\n- a point of a list"
	want := "Words that\n  are\n  long.\n\n- pay,\n  Billing:\n  `astra\n  open\n  billing`\n- wait: a\n  letter\n\n    astra a very long line of code that stays\n\n- a point\n  of a\n  list"
	if got := forTerminal(text, 10); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
