//go:build unix

package credential

import "syscall"

func isWritable(dir string) bool {
	const write, search = 2, 1
	return syscall.Access(dir, write|search) == nil
}
