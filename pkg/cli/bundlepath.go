package cli

import (
	"path/filepath"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
)

// BundlePath is where the secure connect bundle of a database in a region is
// kept, unless somebody wants it elsewhere. What the database and its region are
// called becomes a part of it only if it is as plain as it should be.
func (a *App) BundlePath(databaseID, region string) (string, error) {
	if !config.IsIdentifier(databaseID) || !config.IsIdentifier(region) {
		return "", exit.Refusef("%q in %q cannot be a part of a file's name", databaseID, region)
	}
	paths, err := a.Paths()
	if paths.State == "" {
		return "", err
	}
	return filepath.Join(paths.State, "bundles", databaseID+"-"+region+".zip"), nil
}
