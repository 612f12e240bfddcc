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

// ErrNoHome says that there is no home directory for the files of the program. A
// command that needs no more than a credential works without.
var ErrNoHome = errors.New("no home directory")

// Home checks what the environment calls the home directory. Where nothing can be
// kept there it returns "" and an error that wraps ErrNoHome and says why: it is not
// set, not absolute, does not exist (it is never made), or is the one of the user who
// called sudo, whose files root would own then.
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
		return home, nil //nolint:nilerr // what is below may still be reached
	case !info.IsDir():
		return unfit(home + " is not a directory")
	}
	if uid, known := atomicfile.Owner(info); known && uid != 0 && os.Geteuid() == 0 && getenv("SUDO_UID") == strconv.Itoa(uid) {
		return unfit(home + " belongs to the user who called sudo; use sudo -H, or no sudo")
	}
	return home, nil
}

// CheckDirs refuses a variable of a directory that is not absolute: it would name
// another directory in each working directory. A tilde means something only to a
// shell.
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
		meant := "an absolute path"
		if home != "" {
			meant = filepath.Join(home, filepath.FromSlash(dir[1:]))
		}
		return &Error{Path: name, Why: strconv.Quote(dir) + " is not an absolute path: no shell expanded the tilde. Set it to " + meant}
	}
	e := &Error{Path: name, Why: strconv.Quote(dir) + " is not an absolute path"}
	if whole, err := filepath.Abs(dir); err == nil && !strings.HasPrefix(dir, "~") {
		e.Why += ". Set it to " + whole + ", or to another directory"
	}
	return e
}
