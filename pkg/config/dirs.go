package config

import (
	"errors"
	"path/filepath"
)

// Paths are the directories of the program. They need not exist.
type Paths struct {
	Config string // config.yaml
	State  string // the journal and the sandbox
	Cache  string // always safe to delete
}

// dirSpec lists the sources of a directory: our own variable, a subdirectory of
// the one in a system variable, a path in the home directory.
type dirSpec struct{ own, system, below, home string }

// Dirs returns the directories from the environment. Without a home directory,
// a path is empty and the error, which wraps ErrNoHome, names the variable to
// set. A relative path in our own variable is an error. The other paths are
// valid even if err is not nil.
func Dirs(getenv func(string) string, home, goos string) (Paths, error) {
	places := []dirSpec{
		{"ASTRA_CONFIG_DIR", "XDG_CONFIG_HOME", "astra", ".config/astra"},
		{"ASTRA_STATE_DIR", "XDG_STATE_HOME", "astra", ".local/state/astra"},
		{"ASTRA_CACHE_DIR", "XDG_CACHE_HOME", "astra", ".cache/astra"},
	}
	if goos == "windows" {
		places = []dirSpec{
			{"ASTRA_CONFIG_DIR", "APPDATA", "astra", "AppData/Roaming/astra"},
			{"ASTRA_STATE_DIR", "LOCALAPPDATA", "astra/state", "AppData/Local/astra/state"},
			{"ASTRA_CACHE_DIR", "LOCALAPPDATA", "astra/cache", "AppData/Local/astra/cache"},
		}
	}
	var errs []error
	found := make([]string, len(places))
	for i, p := range places {
		system := getenv(p.system)
		switch {
		case checkDir(p.own, getenv(p.own), home) != nil:
			errs = append(errs, checkDir(p.own, getenv(p.own), home))
		case getenv(p.own) != "":
			found[i] = filepath.Clean(getenv(p.own))
		case filepath.IsAbs(system): // as in XDG, a relative path counts as unset
			found[i] = filepath.Join(system, filepath.FromSlash(p.below))
		case home != "":
			found[i] = filepath.Join(home, filepath.FromSlash(p.home))
		default:
			errs = append(errs, &Error{Path: p.own, Why: "set this variable to a directory of your own", Err: ErrNoHome})
		}
	}
	return Paths{Config: found[0], State: found[1], Cache: found[2]}, errors.Join(errs...)
}

// ConfigFile returns the path of the configuration file, or an empty string if
// its directory is unknown.
func (p Paths) ConfigFile() string {
	if p.Config == "" {
		return ""
	}
	return filepath.Join(p.Config, FileName)
}
