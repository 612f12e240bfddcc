package devops

import (
	"fmt"
	"iter"
)

// Limits for paged lists, so that an endless one is not read forever. They
// exceed the databases of any organization.
const (
	maxPages = 1000
	maxList  = 32 << 20 // bytes of all responses
)

// pages turns a paged list into a sequence. fetch returns the page after the
// element with the given key ("" for the first page), the key of its last
// element, which is empty on the last page, and the size of the response.
func pages[T any](fetch func(after string) (items []T, last string, size int, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		seen := map[string]bool{}
		count, bytes := 0, 0
		for after := ""; ; {
			items, last, size, err := fetch(after)
			count += len(items)
			bytes += size
			switch {
			case err != nil:
			case seen[last]:
				err = fmt.Errorf("%w: the list repeats instead of ending", ErrInvalidResponse)
			case len(seen) == maxPages, count > maxRows, bytes > maxList:
				err = fmt.Errorf("%w: the list does not end after %d rows on %d pages", ErrInvalidResponse, count, len(seen)+1)
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

// Collect returns the elements of a sequence, or its first error.
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
