package sandbox

import (
	"time"

	bolt "go.etcd.io/bbolt"
)

// Clock returns the time by the sandbox's own clock, which SeedOptions.Advance
// moves.
func (s *Server) Clock() (time.Time, error) {
	var now time.Time
	err := s.view(s.patience(), func(tx *bolt.Tx) error {
		m, err := readMeta(tx)
		now = s.now(m)
		return err
	})
	return now, err
}
