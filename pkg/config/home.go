package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/astra-admin/astra/pkg/atomicfile"
)

// ErrNoHome reports that there is no home directory for the files of the
// program. Commands that need only a credential work without.
var ErrNoHome = errors.New("no home directory")

// Home checks the home directory from the environment. If it is unsuitable,
// Home returns "" and an error that wraps ErrNoHome with the reason: it is not
// set, not absolute, does not exist (it is never created), or belongs to the
// user who called sudo, and root would own new files.
func Home(getenv func(string) string, home string) (string, error) {
	name := "HOME"
	if home != "" && getenv("USERPROFILE") == home {
		name = "USERPROFILE"
	}
	unfit := func(why string) (string, error) { return "", &Error{Path: name, Why: why, Err: ErrNoHome} }
	switch {
	case home == "":
		return unfit("not set")
	case !filepath.IsAbs(home):
		return unfit(strconv.Quote(home) + " is not an absolute path")
	}
	info, err := os.Stat(home)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return unfit(home + " does not exist")
	case err != nil:
		return home, nil //nolint:nilerr // subdirectories may be accessible
	case !info.IsDir():
		return unfit(home + " is not a directory")
	}
	if uid, known := atomicfile.Owner(info); known && uid != 0 && os.Geteuid() == 0 && getenv("SUDO_UID") == strconv.Itoa(uid) {
		return unfit(home + " belongs to the user who called sudo; use sudo -H, or no sudo")
	}
	return home, nil
}

// CheckDirs refuses a directory variable that is not absolute: it would depend
// on the working directory. Only shells expand a tilde.
func CheckDirs(getenv func(string) string, home string) error {
	for _, name := range []string{"ASTRA_CONFIG_DIR", "ASTRA_STATE_DIR", "ASTRA_CACHE_DIR"} {
		if err := checkDir(name, getenv(name), home); err != nil {
			return err
		}
	}
	return nil
}

func checkDir(name, dir, home string) error {
	switch {
	case dir == "", filepath.IsAbs(dir):
		return nil
	case dir == "~" || strings.HasPrefix(dir, "~/"):
		expected := "an absolute path"
		if home != "" {
			expected = filepath.Join(home, filepath.FromSlash(dir[1:]))
		}
		return &Error{Path: name, Why: strconv.Quote(dir) + " is not an absolute path: no shell expanded the tilde. Set it to " + expected}
	}
	e := &Error{Path: name, Why: strconv.Quote(dir) + " is not an absolute path"}
	if absolute, err := filepath.Abs(dir); err == nil && !strings.HasPrefix(dir, "~") {
		e.Why += ". Set it to " + absolute + ", or to another directory"
	}
	return e
}
