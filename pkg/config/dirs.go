package config

import (
	"errors"
	"path/filepath"
)

// Paths are the directories of the program. None of them need exist.
type Paths struct {
	Config string // config.yaml
	State  string // the journal, the sandbox
	Cache  string // always safe to delete
}

// A dirSpec says where a directory is looked for: our own variable, a directory
// below the one in a variable of the system, a path in the home directory.
type dirSpec struct{ own, system, below, home string }

// Dirs finds the directories from the environment. Where the environment does
// not tell, because there is no home directory either, a path stays empty and
// the error, which wraps ErrNoHome, names the variable to set; a path of our own
// that is not absolute is refused. The other paths are good.
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
		case filepath.IsAbs(system): // the XDG rules: a relative one counts as unset
			found[i] = filepath.Join(system, filepath.FromSlash(p.below))
		case home != "":
			found[i] = filepath.Join(home, filepath.FromSlash(p.home))
		default:
			errs = append(errs, &Error{Path: p.own, Why: "set this variable to a directory of your own", Err: ErrNoHome})
		}
	}
	return Paths{Config: found[0], State: found[1], Cache: found[2]}, errors.Join(errs...)
}

// ConfigFile returns the path of the configuration file, or nothing when its
// directory is not known.
func (p Paths) ConfigFile() string {
	if p.Config == "" {
		return ""
	}
	return filepath.Join(p.Config, FileName)
}
