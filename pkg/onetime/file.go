package onetime

import "github.com/astra-admin/astra/pkg/atomicfile"

// syncDir brings a new name in a directory to the disk.
func syncDir(dir string) error { return atomicfile.SyncDir(dir) }
