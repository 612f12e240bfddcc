// Package suggest finds the names that somebody may have meant.
package suggest

import (
	"cmp"
	"slices"
	"strings"
)

// most is how many names are worth showing in one message.
const most = 3

// Nearest returns up to three of names that are close to want, nearest first:
// the same in another case, one a part of the other, or a few typing slips
// away. It returns nothing rather than something far-fetched.
func Nearest(want string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	lower := strings.ToLower(want)
	limit := max(1, len([]rune(lower))/3)
	var near []candidate
	for _, name := range names {
		if name == "" { // a token that has no name
			continue
		}
		other := strings.ToLower(name)
		d := distance(lower, other)
		if d > limit && len(lower) >= 3 && (strings.Contains(other, lower) || strings.Contains(lower, other) && len(other) >= 3) {
			d = limit
		}
		if d <= limit {
			near = append(near, candidate{name, d})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	var found []string
	for _, c := range near {
		if !slices.Contains(found, c.name) {
			found = append(found, c.name)
		}
	}
	return found[:min(most, len(found))]
}

// distance is the number of insertions, deletions, replacements and swaps of
// neighbours between a and b (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, above, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(t)]
}
