package sandbox

import (
	"time"

	bolt "go.etcd.io/bbolt"
)

// Clock returns the time of the sandbox's clock, which SeedOptions.Advance
// moves.
func (s *Server) Clock() (time.Time, error) {
	var now time.Time
	err := s.view(s.waitContext(), func(tx *bolt.Tx) error {
		m, err := readMeta(tx)
		now = s.now(m)
		return err
	})
	return now, err
}
