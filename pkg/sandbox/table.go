package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// table keeps records of one kind in the order in which they were made, each
// as a JSON document of its own, so that one change rewrites one record.
// keys returns everything that one record is found by; the first is its id
// and never changes.
type table[T any] struct {
	name string
	keys func(T) []string
}

// A bucket of a table maps a sequence number to a record; the bucket beside it
// maps each key to the sequence number.
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

// put adds the record, or replaces the one with its id.
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
	} else if err := t.forget(records, keys, place); err != nil {
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

// remove takes the record with this key away.
func (t table[T]) remove(tx *bolt.Tx, key string) error {
	records, keys, err := t.buckets(tx)
	if err != nil {
		return err
	}
	place := append([]byte(nil), keys.Get([]byte(key))...)
	if len(place) == 0 {
		return nil
	}
	if err := t.forget(records, keys, place); err != nil {
		return err
	}
	return records.Delete(place)
}

// forget drops the keys of the record at place.
func (t table[T]) forget(records, keys *bolt.Bucket, place []byte) error {
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

// all returns every record, in the order in which they were made.
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

// first returns the record that was made first.
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
