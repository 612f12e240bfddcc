//go:build !unix

package config

import "io/fs"

// Permissions are access control lists here, inherited from the user's own
// profile directory: the mode bits say nothing.
func exposed(fs.FileInfo, fs.FileMode) bool { return false }

func foreign(fs.FileInfo) bool { return false }

func ownerOf(fs.FileInfo) (uid int, known bool) { return 0, false }

func syncDir(string) error { return nil }
