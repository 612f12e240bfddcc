package bulk

import (
	"slices"
	"time"
)

// queue has the rows to send. Deferred rows go before fresh ones once they are
// due.
type queue struct {
	fresh []int
	back  []deferral // by due time
}

type deferral struct {
	row int
	due time.Time
}

func (q *queue) empty() bool { return len(q.fresh)+len(q.back) == 0 }

func (q *queue) requeue(row int, due time.Time) {
	at, _ := slices.BinarySearchFunc(q.back, due, func(d deferral, due time.Time) int {
		if d.due.After(due) {
			return 1
		}
		return -1 // after those with the same time
	})
	q.back = slices.Insert(q.back, at, deferral{row, due})
}

// wait returns the time until a row is due. The queue must not be empty.
func (q *queue) wait(now time.Time) time.Duration {
	if len(q.fresh) > 0 {
		return 0
	}
	return q.back[0].due.Sub(now)
}

// next removes and returns a row that is due.
func (q *queue) next(now time.Time) int {
	if len(q.back) > 0 && (len(q.fresh) == 0 || !q.back[0].due.After(now)) {
		row := q.back[0].row
		q.back = q.back[1:]
		return row
	}
	row := q.fresh[0]
	q.fresh = q.fresh[1:]
	return row
}
