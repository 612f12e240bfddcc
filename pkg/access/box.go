package access

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/iam"
)

// box is the set of tables in a place, existing or not: database, keyspace, table. Each
// segment is a name or iam.Wildcard.
//
// Names are unlimited and a role lists finitely many resources. So a union of boxes
// contains another box only if one of them does alone: the one that contains a table
// whose name nothing else mentions. For the same reason a set of places has exactly
// one list of largest boxes.
type box [3]string

func newBox(database, keyspace, table string) box {
	return box{cmp.Or(database, iam.Wildcard), cmp.Or(keyspace, iam.Wildcard), cmp.Or(table, iam.Wildcard)}
}

// cut returns the smallest box around b that ends at a level.
func (b box) cut(level iam.ResourceLevel) box {
	for i := max(0, int(level-iam.DepthOrganization)); i < len(b); i++ {
		b[i] = iam.Wildcard
	}
	return b
}

func (b box) covers(other box) bool {
	for i, segment := range b {
		if segment != iam.Wildcard && segment != other[i] {
			return false
		}
	}
	return true
}

// intersect returns the common part of two boxes, and whether they have one.
func (b box) intersect(other box) (box, bool) {
	for i, segment := range other {
		switch {
		case b[i] == iam.Wildcard:
			b[i] = segment
		case segment != iam.Wildcard && segment != b[i]:
			return box{}, false
		}
	}
	return b, true
}

func compareBoxes(a, b box) int { return slices.Compare(a[:], b[:]) }

// A set is a list of boxes, sorted by database, so that those that can meet a box are
// found by search: a large organization has thousands of them.

// meeting returns the boxes of a set that may meet b: those of its database, and those of
// all databases.
func meeting(set []box, b box) iter.Seq[box] {
	return func(yield func(box) bool) {
		parts := [][]box{set}
		if b[0] != iam.Wildcard && len(set) > 1 {
			parts = [][]box{ofDatabase(set, iam.Wildcard), ofDatabase(set, b[0])}
		}
		for _, part := range parts {
			for _, other := range part {
				if !yield(other) {
					return
				}
			}
		}
	}
}

func ofDatabase(set []box, database string) []box {
	start, found := slices.BinarySearchFunc(set, database, func(b box, d string) int { return strings.Compare(b[0], d) })
	if !found {
		return nil
	}
	end := start
	for end < len(set) && set[end][0] == database {
		end++
	}
	return set[start:end]
}

// anyCovers reports whether a box of the set contains all of q.
func anyCovers(q box, set []box) bool {
	for b := range meeting(set, q) {
		if b.covers(q) {
			return true
		}
	}
	return false
}

// meets reports whether a box of the set has a part in common with b.
func meets(set []box, b box) bool {
	for s := range meeting(set, b) {
		if _, ok := s.intersect(b); ok {
			return true
		}
	}
	return false
}

// keepLargest returns the boxes that no other one covers, as a set.
func keepLargest(boxes []box) []box {
	if len(boxes) < 2 {
		return boxes
	}
	slices.SortFunc(boxes, compareBoxes)
	set := slices.Compact(boxes)
	largest := make([]box, 0, len(set))
	for _, b := range set {
		kept := true
		for other := range meeting(set, b) {
			kept = kept && (other == b || !other.covers(b))
		}
		if kept {
			largest = append(largest, b)
		}
	}
	return largest
}

// clip returns the parts of a set within b.
func clip(set []box, b box) []box {
	var parts []box
	for s := range meeting(set, b) {
		if part, meets := s.intersect(b); meets {
			parts = append(parts, part)
		}
	}
	return parts
}

// intersectSets returns the common part of two sets.
func intersectSets(a, b []box) []box {
	var common []box
	for _, x := range a {
		common = append(common, clip(b, x)...)
	}
	return keepLargest(common)
}
