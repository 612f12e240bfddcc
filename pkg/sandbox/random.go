package sandbox

import (
	"fmt"
	"io"
	"slices"
	"sync"
)

// random generates IDs and secrets. A mutex allows a source that is not safe
// for concurrent use.
type random struct {
	mu     sync.Mutex
	source io.Reader
}

// uuid returns a random UUID, version 4.
func (r *random) uuid() (string, error) {
	var b [16]byte
	if err := r.read(b[:]); err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// text returns n characters of the alphabet, uniformly distributed.
func (r *random) text(n int, alphabet string) (string, error) {
	fair := 256 - 256%len(alphabet)
	var text []byte
	for len(text) < n {
		b := make([]byte, n-len(text))
		if err := r.read(b); err != nil {
			return "", err
		}
		for _, v := range b {
			if int(v) < fair {
				text = append(text, alphabet[int(v)%len(alphabet)])
			}
		}
	}
	return string(text), nil
}

func (r *random) read(b []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err := io.ReadFull(r.source, b)
	return err
}

// isUUID reports whether s is a UUID in the format of the service.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		switch {
		case slices.Contains([]int{8, 13, 18, 23}, i):
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}
