package output

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
)

// query is the validated form of the options.
type query[T any] struct {
	columns    []Column[T]  // to print, in order
	by         []*Column[T] // to sort by, in order; empty keeps the order
	descending bool         // for the first of them
	conditions []condition[T]
	program    program // nil without --jq or --template
}

// program computes the text from the JSON value of a dataset.
type program interface {
	run(ctx context.Context, s *dataset) ([]byte, error)
}

func compileList[T any](o Options, columns []Column[T]) (query[T], error) {
	columns = without(columns, func(c Column[T]) bool { return c.Detail })
	shown := columnsFor(o, columns)
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
		func(c Column[T]) bool { return c.Name && len(q.by) > 0 }, // names may not be unique
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
	return compile(o, columns, without(columnsFor(o, columns), func(c Column[T]) bool { return c.Data && o.tabular() }))
}

// columnsFor removes columns for people, unless the output is for people.
func columnsFor[T any](o Options, columns []Column[T]) []Column[T] {
	return without(columns, func(c Column[T]) bool { return c.Human && !o.tabular() })
}

// tabular reports whether the output is for people.
func (o Options) tabular() bool {
	return (o.Format == Table || o.Format == Wide || o.Format == "") && o.JQ == "" && o.Template == ""
}

// compile validates the options of lists and single items; shown are the
// default columns.
func compile[T any](o Options, columns, shown []Column[T]) (q query[T], err error) {
	if o.Format != "" {
		if _, err := ParseFormat(string(o.Format)); err != nil {
			return q, err
		}
	}
	switch {
	case o.JQ != "" && o.Template != "":
		return q, optionErrorf("--jq and --template cannot be combined")
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
			return q, optionErrorf("--columns: duplicate %s", c.Key)
		}
		q.columns = append(q.columns, *c)
	}
	switch {
	case len(o.Columns) > 0:
	case q.program != nil:
		q.columns = columnsFor(o, columns) // the JSON value always has all columns
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
	return nil, optionErrorf("%s: unknown column %q; use one of %s", flag, key, join(known))
}

// condition matches an item if a text of one of its values matches, or its unset value;
// with not, if none does.
type condition[T any] struct {
	column  *Column[T]
	matches func(string) bool
	null    bool // an unset value matches too
	not     bool
}

// null is the value of a condition that matches unset values.
const null = "null"

func parseCondition[T any](s string, columns []Column[T]) (condition[T], error) {
	i := strings.IndexAny(s, "=~")
	if i < 0 {
		return condition[T]{}, optionErrorf("--filter: %q is not key=value, key!=value or key~regexp", s)
	}
	key, not := s[:i], false
	if s[i] == '=' {
		key, not = strings.CutSuffix(key, "!")
	}
	column, err := find("--filter", key, columns)
	if err != nil {
		return condition[T]{}, err
	}
	want := s[i+1:]
	if s[i] == '=' {
		folded := spelling.Fold(want)
		return condition[T]{column, func(text string) bool { return spelling.Fold(text) == folded }, want == null, not}, nil
	}
	re, err := regexp.Compile(want)
	if err != nil {
		return condition[T]{}, optionErrorf("--filter: %v", err)
	}
	return condition[T]{column: column, matches: re.MatchString}, nil
}

// holds reports whether an item matches the condition.
func (c condition[T]) holds(n *normalizer, item T) bool {
	matches := c.null && n.value(c.column.Value(item)) == nil || slices.ContainsFunc(texts(n, c.column, item), c.matches)
	return matches != c.not
}

func (q query[T]) filter(items []T) ([]T, error) {
	if len(q.conditions) == 0 {
		return items, nil
	}
	var matching []T
	var n normalizer
	for _, item := range items {
		if !slices.ContainsFunc(q.conditions, func(c condition[T]) bool { return !c.holds(&n, item) }) {
			matching = append(matching, item)
		}
	}
	return matching, n.err
}

// texts returns the texts that a condition may match: that of the cell, and all
// in a list or a nested value.
func texts[T any](n *normalizer, c *Column[T], item T) []string {
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
		return []string{""} // key= matches empty lists
	}
	return all
}

// sort sorts items by the user's key, or else by the columns with Sorted, as
// the order of the service may vary. Unset values are last in both directions.
//
// It returns the indexes of items in order, or nil if they are already sorted,
// so that a long list is not copied.
func (q query[T]) sort(items []T) ([]int, error) {
	if len(q.by) == 0 {
		return nil, nil
	}
	type keyed struct {
		keys []sortKey
		at   int
	}
	var n normalizer
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

// sortKey returns the sort key of an item.
func (c *Column[T]) sortKey(n *normalizer, item T) sortKey {
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
