package cli

import (
	"path/filepath"
	"time"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
)

// The life of a REST session. The service counts thirty minutes from the last
// use, which is not seen here, so they are counted from the issue, and a session
// is renewed somewhat earlier.
const (
	RESTSessionLife  = 30 * time.Minute
	RESTSessionRenew = 25 * time.Minute
)

// RESTSessionKey names the item of a database's REST session in its store. No
// saved token can have that name.
func RESTSessionKey(profile, databaseID string) credential.Key {
	return credential.Key{Profile: profile, Name: "session@" + databaseID}
}

// BundlePath is where the secure connect bundle of a database in a region is
// kept, unless somebody wants it elsewhere. What the database and its region are
// called becomes a part of it only if it is as plain as it should be.
func (a *App) BundlePath(databaseID, region string) (string, error) {
	if !config.Plain(databaseID) || !config.Plain(region) {
		return "", Refusef("%q in %q cannot be a part of a file's name", databaseID, region)
	}
	paths, err := a.Paths()
	if err != nil {
		return "", err
	}
	return filepath.Join(paths.State, "bundles", databaseID+"-"+region+".zip"), nil
}
