package devops

import (
	"encoding/json"
	"time"
)

// timestamp is a time as the API writes it. It is zero for null, for the year 1
// and for unknown formats: no response is rejected because of a time.
type timestamp struct{ time.Time }

// UnmarshalJSON never fails.
func (s *timestamp) UnmarshalJSON(b []byte) error {
	s.Time = time.Time{}
	var text string
	_ = json.Unmarshal(b, &text)
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05 -0700 MST", "2006-01-02T15:04:05"} { // with any fraction
		if t, err := time.Parse(layout, text); err == nil && !t.IsZero() {
			s.Time = t.UTC()
			return nil
		}
	}
	return nil
}

// orEmpty returns list, or an empty one for nil.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
