package prompt

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
)

// pickPlain shows a numbered list and asks for numbers or names. Enter alone
// accepts an existing selection.
func (p *prompter) pickPlain(ctx context.Context, q Question, options []Option, multiple bool) ([]int, error) {
	p.out.ctx = ctx
	p.printNumbers(strings.Join(p.fold(q.Text), "\n"), options)
	ask := "Number or name: "
	if multiple {
		ask = "Numbers or names, separated by commas: "
	}
	if multiple && len(q.Selected) > 0 {
		ask = fmt.Sprintf("Numbers or names, separated by commas (Enter keeps %s): ", labels(options, q.Selected))
	}
	for {
		answer, err := p.lineOf(ctx, ask, true)
		if err != nil {
			return nil, err
		}
		selected, fault := q.Selected, ""
		if strings.TrimSpace(answer) != "" {
			selected, fault = parseChoice(answer, options, multiple)
		}
		switch {
		case fault != "":
			fmt.Fprintln(p.out, fault)
		case len(selected) == 0:
			fmt.Fprintf(p.out, "Nothing selected. Enter a number from 1 to %d, or a name.\n", len(options))
		default:
			fmt.Fprintf(p.out, "Selected: %s\n", labels(options, selected))
			return selected, nil
		}
	}
}

func (p *prompter) printNumbers(text string, options []Option) {
	var list strings.Builder
	fmt.Fprintln(&list, text)
	width := len(strconv.Itoa(len(options)))
	for i, o := range options {
		fmt.Fprintf(&list, "  %*d) %s", width, i+1, o.label())
		if o.Description != "" {
			fmt.Fprintf(&list, " - %s", o.Description)
		}
		fmt.Fprintln(&list)
	}
	fmt.Fprint(p.out, list.String())
}

// parseChoice parses numbers and names. It returns indexes or an error text.
// Names may contain commas.
func parseChoice(answer string, options []Option, multiple bool) (indexes []int, fault string) {
	parts := []string{answer}
	if multiple && len(bestMatches(answer, options, inName)) == 0 {
		parts = strings.Split(answer, ",")
	}
	for _, part := range parts {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		numbers, ok := parseNumbers(part, len(options))
		if !ok {
			numbers = bestMatches(part, options, inText)
		}
		if len(numbers) == 0 && isNumeric(part) {
			return nil, fmt.Sprintf("%s is not a number from 1 to %d.", part, len(options))
		}
		if len(numbers) == 0 {
			return nil, fmt.Sprintf("No option is named %s.", part)
		}
		if !ok && len(numbers) > 1 {
			return nil, fmt.Sprintf("%s matches several: %s. Enter a number or a full name.", part, labels(options, numbers))
		}
		indexes = append(indexes, numbers...)
	}
	slices.Sort(indexes)
	if indexes = slices.Compact(indexes); !multiple && len(indexes) > 1 {
		return nil, "Enter one number or name."
	}
	return indexes, ""
}

// bestMatches returns the options with the best rank for a name, if it is
// better than limit.
func bestMatches(name string, options []Option, limit int) []int {
	for rank := range limit {
		var found []int
		for i, o := range options {
			if o.rank(name) == rank {
				found = append(found, i)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// isNumeric reports whether a text has only numbers.
func isNumeric(s string) bool {
	return !strings.ContainsFunc(spelling.Fold(s), func(r rune) bool { return !strings.ContainsRune("0123456789 -", r) })
}

// parseNumbers parses numbers and ranges up to most, and returns indexes.
func parseNumbers(s string, most int) (indexes []int, ok bool) {
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
