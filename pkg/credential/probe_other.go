//go:build !linux

package credential

// The keyrings of other systems are always there and open a dialog of their
// own when they are locked.
func probe(func(string) string) (lockState, error) { return lockUnknown, nil }

func classify(error) error { return nil }
