//go:build !linux

package credential

// probe returns lockUnknown: keyrings of other systems always exist and open
// their own dialog when locked.
func probe(func(string) string) (lockState, error) { return lockUnknown, nil }

func classify(error) error { return nil }
