package prompt

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// plainSelect asks with a numbered list.
func (p *prompter) plainSelect(ctx context.Context, q Question, options []Option) (int, error) {
	p.out.ctx = ctx
	p.numbered(q.Text, options)
	for {
		answer, err := p.line(ctx, fmt.Sprintf("Number (%d): ", q.Default+1))
		if err != nil {
			return 0, err
		}
		if answer = strings.TrimSpace(answer); answer == "" {
			return q.Default, nil
		}
		if n, err := strconv.Atoi(answer); err == nil && 1 <= n && n <= len(options) {
			return n - 1, nil
		}
		fmt.Fprintf(p.out, "Please give a number from 1 to %d.\n", len(options))
	}
}

// plainMultiSelect asks with a numbered list for several numbers.
func (p *prompter) plainMultiSelect(ctx context.Context, q Question, options []Option) ([]int, error) {
	p.out.ctx = ctx
	p.numbered(q.Text, options)
	given := "none"
	if len(q.Selected) > 0 {
		slices.Sort(q.Selected)
		var numbers []string
		for _, i := range q.Selected {
			numbers = append(numbers, strconv.Itoa(i+1))
		}
		given = strings.Join(numbers, " ")
	}
	for {
		answer, err := p.line(ctx, fmt.Sprintf("Numbers, such as 1 3-5, or none (%s): ", given))
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(answer) == "" {
			return q.Selected, nil
		}
		if chosen, ok := parseNumbers(answer, len(options)); ok {
			return chosen, nil
		}
		fmt.Fprintf(p.out, "Please give numbers from 1 to %d.\n", len(options))
	}
}

func (p *prompter) numbered(text string, options []Option) {
	var list strings.Builder
	fmt.Fprintln(&list, text)
	width := len(strconv.Itoa(len(options)))
	for i, o := range options {
		fmt.Fprintf(&list, "  %*d) %s", width, i+1, o.words())
		if o.Description != "" {
			fmt.Fprintf(&list, " - %s", o.Description)
		}
		fmt.Fprintln(&list)
	}
	fmt.Fprint(p.out, list.String())
}

// parseNumbers reads numbers and ranges up to most, and gives indexes.
func parseNumbers(s string, most int) (indexes []int, ok bool) {
	s = strings.TrimSpace(s)
	if strings.EqualFold(s, "none") {
		return nil, true
	}
	for _, field := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		first, last, isRange := strings.Cut(field, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		if err != nil {
			return nil, false
		}
		to, err := strconv.Atoi(last)
		if err != nil || from < 1 || to < from || to > most {
			return nil, false
		}
		for n := from; n <= to; n++ {
			indexes = append(indexes, n-1)
		}
	}
	slices.Sort(indexes)
	return slices.Compact(indexes), len(indexes) > 0
}
