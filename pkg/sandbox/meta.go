package sandbox

import (
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

const stateVersion = 1

// meta has the values that exist once in a sandbox.
type meta struct {
	Version      int           `json:"version"`
	OrgID        string        `json:"orgId"`
	OrgName      string        `json:"orgName"`
	EnterpriseID string        `json:"enterpriseId"`
	OrgGroupID   string        `json:"organizationGroupId"`
	NoEnterprise bool          `json:"noEnterprise"` // removes the enterprise rights of all tokens
	Offset       time.Duration `json:"clockOffset"`
	AdminToken   string        `json:"adminToken"`
}

// isSeeded reports whether the file has a state.
func isSeeded(tx *bolt.Tx) bool { return tx.Bucket([]byte("meta")) != nil }

func readMeta(tx *bolt.Tx) (meta, error) {
	var m meta
	bucket := tx.Bucket([]byte("meta"))
	if bucket == nil {
		return m, errUnseeded
	}
	if err := json.Unmarshal(bucket.Get([]byte("meta")), &m); err != nil {
		return m, fmt.Errorf("%w: meta: %w", ErrState, err)
	}
	if m.Version != stateVersion {
		return m, fmt.Errorf("%w: unsupported version %d; expected %d", ErrState, m.Version, stateVersion)
	}
	return m, nil
}

func writeMeta(tx *bolt.Tx, m meta) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	bucket, err := tx.CreateBucketIfNotExists([]byte("meta"))
	if err != nil {
		return err
	}
	return bucket.Put([]byte("meta"), data)
}

// clearState deletes the whole state.
func clearState(tx *bolt.Tx) error {
	var names [][]byte
	err := tx.ForEach(func(name []byte, _ *bolt.Bucket) error {
		names = append(names, append([]byte(nil), name...))
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := tx.DeleteBucket(name); err != nil {
			return err
		}
	}
	return nil
}
