package access

import (
	"cmp"
	"slices"

	"github.com/astra-admin/astra/pkg/iam"
)

// box is the set of tables, existing or not, that a place stands for: database,
// keyspace, table. Each segment is a name or iam.Wildcard.
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

func covered(q box, set []box) bool {
	return slices.ContainsFunc(set, func(b box) bool { return b.covers(q) })
}

// maximal returns the boxes of a set that no other box of it covers, sorted.
func maximal(set []box) []box {
	if len(set) < 2 {
		return set
	}
	slices.SortFunc(set, compareBoxes)
	set = slices.Compact(set)
	largest := make([]box, 0, len(set))
	for _, b := range set {
		if !slices.ContainsFunc(set, func(other box) bool { return other != b && other.covers(b) }) {
			largest = append(largest, b)
		}
	}
	return largest
}

// intersectSets returns the common part of two sets.
func intersectSets(a, b []box) []box {
	var common []box
	for _, x := range a {
		for _, y := range b {
			if z, ok := x.intersect(y); ok {
				common = append(common, z)
			}
		}
	}
	return maximal(common)
}
