package profile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
)

// read returns the profiles of the file argument, or of the files of other
// tools.
func (in importer) read(app *cli.App) ([]config.Imported, error) {
	if in.file != "" {
		return config.ReadLegacyFile(in.file)
	}
	archived := archivedPaths(app)
	official, err := officialPaths(app)
	if err != nil {
		return nil, err
	}
	var all []config.Imported
	var failed []error
	read, good := 0, 0
	for _, places := range [][]string{official, archived} {
		path, found := firstExisting(app, places)
		if !found {
			continue
		}
		read++
		profiles, err := config.ReadLegacyFile(path)
		all = append(all, profiles...)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		good++
	}
	switch {
	case len(official)+len(archived) == 0:
		return nil, exit.Failf(exit.Config, "cannot search for files of other Astra tools without a home directory").
			WithHint("name the file: astra profile import FILE")
	case read == 0:
		return nil, exit.Failf(exit.Config, "no file of another Astra tool found; searched for %s", strings.Join(slices.Concat(official, archived), ", ")).
			WithHint("name the file: astra profile import FILE")
	case good == 0:
		return all, failed[0]
	}
	for _, err := range failed {
		app.Warn("%v", err)
	}
	return all, nil
}

// officialPaths returns the paths of the official tool's file, in order. A
// missing file in ASTRARC is an error: the tool reads no other.
func officialPaths(app *cli.App) ([]string, error) {
	const name = ".astrarc"
	if path := app.Getenv("ASTRARC"); strings.TrimSpace(path) != "" {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, exit.Failf(exit.Config, "ASTRARC: %s does not exist", path).WithHint("correct or unset ASTRARC, or name the file: astra profile import FILE")
		}
		return []string{path}, nil
	}
	var places []string
	if dir := app.Getenv("XDG_CONFIG_HOME"); strings.TrimSpace(dir) != "" {
		places = append(places, filepath.Join(dir, "astra", name))
	}
	if app.Home != "" {
		places = append(places, filepath.Join(app.Home, name))
	}
	return places, nil
}

// archivedPaths returns the paths of the archived tool's file. It uses no
// variable, and its directory is this program's default.
func archivedPaths(app *cli.App) []string {
	const name = "prod_token"
	var places []string
	if paths, _ := app.Paths(); paths.Config != "" {
		places = append(places, filepath.Join(paths.Config, name))
	}
	if app.Home != "" {
		places = append(places, filepath.Join(app.Home, ".config", "astra", name))
	}
	return slices.Compact(places)
}

// firstExisting returns the first existing path, and reports others that exist.
func firstExisting(app *cli.App, places []string) (path string, found bool) {
	for _, place := range places {
		if _, err := os.Stat(place); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if found {
			app.Say("Not reading %s; to import it: %s", place, app.Command("astra profile import "+shellword.Quote(place)))
			continue
		}
		path, found = place, true
		app.Say("Reading %s.", path)
	}
	return path, found
}
