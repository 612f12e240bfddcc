//go:build !unix

package credential

func isWritable(string) bool { return true }
