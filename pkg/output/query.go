package output

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
)

// A query is what remains of the options once they are known to be right.
type query[T any] struct {
	columns    []Column[T]  // to print, in order
	by         []*Column[T] // to sort by, the first one first; none keeps the order
	descending bool         // by the first of them
	conditions []condition[T]
	program    program // nil unless --jq or --template
}

// A program makes the text from the JSON value of a sheet.
type program interface {
	run(ctx context.Context, s *dataset) ([]byte, error)
}

func compileList[T any](o Options, columns []Column[T]) (query[T], error) {
	columns = without(columns, func(c Column[T]) bool { return c.Detail })
	shown := stable(o, columns)
	if o.Format == Table || o.Format == "" || o.Format == TSV {
		shown = without(shown, func(c Column[T]) bool { return c.Wide || c.Data && o.Format != TSV })
	}
	if o.tabular() && o.Format != Wide && !o.Style.Now.IsZero() {
		shown = without(shown, func(c Column[T]) bool { return c.AgeOf != "" })
	}
	q, err := compile(o, columns, shown)
	if err != nil {
		return q, err
	}
	if o.Sort != "" {
		key, descending := strings.CutPrefix(o.Sort, "-")
		by, err := find("--sort", key, columns)
		if err != nil {
			return q, err
		}
		q.by, q.descending = append(q.by, by), descending
	}
	for _, wanted := range []func(Column[T]) bool{
		func(c Column[T]) bool { return c.Sorted },
		func(c Column[T]) bool { return c.Name && len(q.by) > 0 }, // several may have one name
	} {
		for i := range columns {
			if wanted(columns[i]) {
				q.by = append(q.by, &columns[i])
			}
		}
	}
	for _, f := range o.Filter {
		c, err := parseCondition(f, columns)
		if err != nil {
			return q, err
		}
		q.conditions = append(q.conditions, c)
	}
	return q, nil
}

func compileOne[T any](o Options, columns []Column[T]) (query[T], error) {
	if o.Sort != "" || len(o.Filter) > 0 {
		return query[T]{}, optionErrorf("--sort and --filter are for lists")
	}
	return compile(o, columns, without(stable(o, columns), func(c Column[T]) bool { return c.Data && o.tabular() }))
}

// stable leaves out what is for people only, unless people read it.
func stable[T any](o Options, columns []Column[T]) []Column[T] {
	return without(columns, func(c Column[T]) bool { return c.Human && !o.tabular() })
}

// tabular reports whether people read the output.
func (o Options) tabular() bool {
	return (o.Format == Table || o.Format == Wide || o.Format == "") && o.JQ == "" && o.Template == ""
}

// compile does what lists and single things have in common; shown are the
// columns to print where the user names none.
func compile[T any](o Options, columns, shown []Column[T]) (q query[T], err error) {
	if o.Format != "" {
		if _, err := ParseFormat(string(o.Format)); err != nil {
			return q, err
		}
	}
	switch {
	case o.JQ != "" && o.Template != "":
		return q, optionErrorf("--jq and --template exclude each other")
	case o.JQ != "":
		q.program, err = compileJQ(o.JQ)
	case o.Template != "":
		q.program, err = parseTemplate(o.Template)
	}
	if err != nil {
		return q, err
	}
	for _, key := range o.Columns {
		c, err := find("--columns", key, columns)
		if err != nil {
			return q, err
		}
		if slices.ContainsFunc(q.columns, func(other Column[T]) bool { return other.Key == c.Key }) {
			return q, optionErrorf("--columns: %s is there twice", c.Key)
		}
		q.columns = append(q.columns, *c)
	}
	switch {
	case len(o.Columns) > 0:
	case q.program != nil:
		q.columns = stable(o, columns) // the whole JSON value, whatever the format
	case o.Format == Name:
		i := max(0, slices.IndexFunc(columns, func(c Column[T]) bool { return c.Name }))
		named := columns[i]
		if named.Called != nil {
			named.Text = named.Called
		}
		q.columns = []Column[T]{named}
	default:
		q.columns = shown
	}
	return q, nil
}

func without[T any](columns []Column[T], drop func(Column[T]) bool) []Column[T] {
	return slices.DeleteFunc(slices.Clone(columns), drop)
}

func find[T any](flag, key string, columns []Column[T]) (*Column[T], error) {
	var known []string
	for i := range columns {
		if strings.EqualFold(columns[i].Key, key) {
			return &columns[i], nil
		}
		known = append(known, columns[i].Key)
	}
	return nil, optionErrorf("%s: there is no column %q: the columns are %s", flag, key, join(known))
}

// A condition holds for an item if a text of one of its values matches.
type condition[T any] struct {
	column  *Column[T]
	matches func(string) bool
}

func parseCondition[T any](s string, columns []Column[T]) (condition[T], error) {
	i := strings.IndexAny(s, "=~")
	if i < 0 {
		return condition[T]{}, optionErrorf("--filter: %q is neither key=value nor key~regexp", s)
	}
	column, err := find("--filter", s[:i], columns)
	if err != nil {
		return condition[T]{}, err
	}
	want := s[i+1:]
	if s[i] == '=' {
		folded := spelling.Fold(want)
		return condition[T]{column, func(text string) bool { return spelling.Fold(text) == folded }}, nil
	}
	re, err := regexp.Compile(want)
	if err != nil {
		return condition[T]{}, optionErrorf("--filter: %v", err)
	}
	return condition[T]{column, re.MatchString}, nil
}

func (q query[T]) filter(items []T) ([]T, error) {
	if len(q.conditions) == 0 {
		return items, nil
	}
	var kept []T
	var n normaliser
	for _, item := range items {
		holds := !slices.ContainsFunc(q.conditions, func(c condition[T]) bool {
			return !slices.ContainsFunc(texts(&n, c.column, item), c.matches)
		})
		if holds {
			kept = append(kept, item)
		}
	}
	return kept, n.err
}

// texts returns what a condition may match: the text of the cell, and of a
// list or a nested value that of everything in it.
func texts[T any](n *normaliser, c *Column[T], item T) []string {
	var all []string
	switch v := n.value(c.Value(item)).(type) {
	case []string:
		all = slices.Clone(v)
	case rawJSON:
		all = v.leaves()
	default:
		all = []string{text(v)}
	}
	if c.Text != nil {
		all = append(all, c.Text(item))
	}
	if len(all) == 0 {
		return []string{""} // so that key= finds empty lists
	}
	return all
}

// sort orders items as the user asks, else by the columns that a list is sorted by:
// a service may answer in another order each time. What is unset comes last in both
// directions, because nobody sorts by expiry to read the tokens without one.
//
// It returns the places of the items in their order, nil for the one that they have:
// a long list is not there twice.
func (q query[T]) sort(items []T) ([]int, error) {
	if len(q.by) == 0 {
		return nil, nil
	}
	type keyed struct {
		keys []sortKey
		at   int
	}
	var n normaliser
	all := make([]keyed, len(items))
	keys := make([]sortKey, 0, len(items)*len(q.by))
	for i, item := range items {
		for _, c := range q.by {
			keys = append(keys, c.sortKey(&n, item))
		}
		all[i] = keyed{keys[len(keys)-len(q.by):], i}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		for i, key := range a.keys {
			order := key.compare(b.keys[i])
			if i == 0 && q.descending && !key.unset() && !b.keys[i].unset() {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
	order := make([]int, len(all))
	for i := range all {
		order[i] = all[i].at
	}
	return order, n.err
}

// sortKey is what is compared of an item.
func (c *Column[T]) sortKey(n *normaliser, item T) sortKey {
	value := c.Value
	if c.Order != nil {
		value = c.Order
	}
	v := n.value(value(item))
	if _, nested := v.(rawJSON); nested && c.Text != nil {
		v = c.Text(item)
	}
	return newSortKey(v)
}
