package devops

import (
	"fmt"
	"iter"
)

// pages turns a paged list into a sequence. Fetch returns the page after the
// element with the given key ("" for the first page) and the key of its last
// element, which is empty on the last page.
func pages[T any](fetch func(after string) (items []T, last string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		seen := map[string]bool{}
		for after := ""; ; {
			items, last, err := fetch(after)
			if err == nil && seen[last] {
				err = fmt.Errorf("%w: the list begins again instead of coming to its end", ErrAnswer)
			}
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if last == "" {
				return
			}
			seen[last] = true
			after = last
		}
	}
}

// Collect returns the elements of a sequence, or the first error in it.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	list := []T{}
	for item, err := range seq {
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, nil
}
