package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// table stores records of one kind in order of creation, each as its own JSON
// document, so that a change rewrites one record. keys returns the lookup keys
// of a record; the first is its ID and never changes.
type table[T any] struct {
	name string
	keys func(T) []string
}

// buckets returns a bucket from sequence numbers to records and one from keys
// to sequence numbers.
func (t table[T]) buckets(tx *bolt.Tx) (records, keys *bolt.Bucket, err error) {
	records, keys = tx.Bucket([]byte(t.name)), tx.Bucket([]byte(t.name+".keys"))
	if (records == nil || keys == nil) && tx.Writable() {
		if records, err = tx.CreateBucketIfNotExists([]byte(t.name)); err != nil {
			return nil, nil, err
		}
		keys, err = tx.CreateBucketIfNotExists([]byte(t.name + ".keys"))
	}
	return records, keys, err
}

// find returns the record with this key.
func (t table[T]) find(tx *bolt.Tx, key string) (record T, found bool, err error) {
	records, keys, err := t.buckets(tx)
	if err != nil || records == nil || keys == nil || key == "" {
		return record, false, err
	}
	place := keys.Get([]byte(key))
	if place == nil {
		return record, false, nil
	}
	record, err = t.decode(records.Get(place))
	return record, err == nil, err
}

// put adds a record or replaces the one with its ID.
func (t table[T]) put(tx *bolt.Tx, record T) error {
	records, keys, err := t.buckets(tx)
	if err != nil {
		return err
	}
	id := []byte(t.keys(record)[0])
	place := append([]byte(nil), keys.Get(id)...)
	if len(place) == 0 {
		n, err := records.NextSequence()
		if err != nil {
			return err
		}
		place = binary.BigEndian.AppendUint64(nil, n)
	} else if err := t.removeKeys(records, keys, place); err != nil {
		return err
	}
	for _, key := range t.keys(record) {
		if err := keys.Put([]byte(key), place); err != nil {
			return err
		}
	}
	data, err := json.Marshal(record)
	if err != nil {
		return err
	}
	return records.Put(place, data)
}

// remove deletes the record with this key.
func (t table[T]) remove(tx *bolt.Tx, key string) error {
	records, keys, err := t.buckets(tx)
	if err != nil {
		return err
	}
	place := append([]byte(nil), keys.Get([]byte(key))...)
	if len(place) == 0 {
		return nil
	}
	if err := t.removeKeys(records, keys, place); err != nil {
		return err
	}
	return records.Delete(place)
}

// removeKeys deletes the keys of the record with this sequence number.
func (t table[T]) removeKeys(records, keys *bolt.Bucket, place []byte) error {
	record, err := t.decode(records.Get(place))
	if err != nil {
		return err
	}
	for _, key := range t.keys(record) {
		if err := keys.Delete([]byte(key)); err != nil {
			return err
		}
	}
	return nil
}

// all returns all records in order of creation.
func (t table[T]) all(tx *bolt.Tx) ([]T, error) {
	list := []T{}
	records, _, err := t.buckets(tx)
	if err != nil || records == nil {
		return list, err
	}
	err = records.ForEach(func(_, data []byte) error {
		record, err := t.decode(data)
		list = append(list, record)
		return err
	})
	return list, err
}

// first returns the oldest record.
func (t table[T]) first(tx *bolt.Tx) (record T, found bool, err error) {
	records, _, err := t.buckets(tx)
	if err != nil || records == nil {
		return record, false, err
	}
	_, data := records.Cursor().First()
	if data == nil {
		return record, false, nil
	}
	record, err = t.decode(data)
	return record, err == nil, err
}

func (t table[T]) decode(data []byte) (record T, err error) {
	if err := json.Unmarshal(data, &record); err != nil {
		return record, fmt.Errorf("%w: %s: %w", ErrState, t.name, err)
	}
	return record, nil
}
