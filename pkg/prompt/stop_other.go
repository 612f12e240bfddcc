//go:build !unix

package prompt

// afterStop does nothing: processes are not stopped here.
func afterStop(func()) (end func()) { return func() {} }
