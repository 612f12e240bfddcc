//go:build !unix

package credential

func writable(string) bool { return true }
