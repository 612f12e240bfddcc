package cli

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
)

// advisePlace adds to an error about one of our own files, which the system refuses,
// the variable that chooses another place for it.
func (a *App) advisePlace(e *exit.Error, err error) {
	if e.Hint != "" || !placeRefused(err) {
		return
	}
	paths, _ := config.Dirs(a.Getenv, a.Home, goos) // those that can be told
	for _, place := range []struct{ dir, variable string }{
		{paths.State, "ASTRA_STATE_DIR"}, {paths.Cache, "ASTRA_CACHE_DIR"}, {paths.Config, "ASTRA_CONFIG_DIR"},
	} {
		if place.dir != "" && strings.Contains(e.Message, place.dir) {
			e.Hint = place.variable + " chooses another directory"
			return
		}
	}
}

// placeRefused reports whether another directory would help.
func placeRefused(err error) bool {
	ours := false
	for _, kind := range []error{config.ErrConfig, credential.ErrPermissions, credential.ErrUnavailable} {
		ours = ours || errors.Is(err, kind)
	}
	refused := strings.Contains(err.Error(), "another user") || errors.Is(err, fs.ErrPermission) || errors.Is(err, atomicfile.ErrNotRegular)
	for _, number := range []syscall.Errno{syscall.ENOLCK, syscall.ENOSYS, syscall.EROFS, syscall.ENOTDIR, syscall.EISDIR, syscall.ENOSPC, syscall.EIO} {
		refused = refused || errors.Is(err, number)
	}
	return ours && refused
}
