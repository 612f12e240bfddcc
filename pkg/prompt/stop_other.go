//go:build !unix

package prompt

// afterStop does nothing: there is no job control.
func afterStop(func()) (end func()) { return func() {} }
