package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
)

// ProjectFile is the name of the file with the settings of a repository.
const ProjectFile = ".astra.yaml"

// maxProject is the maximum size of a project file.
const maxProject = 64 << 10

// Project has the settings of a repository: names, which refer to the user's
// own profiles. The zero value is a missing file.
type Project struct {
	Path     string // of the file
	Profile  string
	DB       string
	Keyspace string
	Region   string
	// SavedToken must be the one selected by the user for the database.
	SavedToken string
}

// FindProject reads the nearest .astra.yaml in dir or its parents. The search
// ends at the root of the repository, at the home directory and at the root of
// the file system. Without a file it returns the zero Project.
//
// A cloned repository is not trusted, so any key but the five is an error: a
// project must not select where a credential is sent or what is executed.
func FindProject(dir, home string) (Project, error) {
	start := filepath.Clean(dir)
	for dir := start; ; dir = filepath.Dir(dir) {
		p, err := readProject(filepath.Join(dir, ProjectFile), start)
		if !errors.Is(err, fs.ErrNotExist) {
			return p, err
		}
		if dir == filepath.Dir(dir) || isHome(dir, home) || pathExists(filepath.Join(dir, ".git")) {
			return Project{}, nil
		}
	}
}

// isHome reports whether dir is the home directory, also under another path.
func isHome(dir, home string) bool {
	if home == "" || dir == filepath.Clean(home) {
		return home != ""
	}
	a, err := os.Stat(dir)
	if err != nil {
		return false
	}
	b, err := os.Stat(home)
	return err == nil && os.SameFile(a, b)
}

func pathExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// readProject reads one project file. Its owner must be the caller, root or the
// owner of the start directory, so that other users cannot create one in /tmp.
func readProject(path, start string) (Project, error) {
	if info, err := os.Lstat(path); err != nil {
		return Project{}, &Error{Path: path, Why: "not readable", Err: cause(err)}
	} else if !info.Mode().IsRegular() {
		return Project{}, &Error{Path: path, Why: "not a regular file"}
	}
	f, err := openRegular(path)
	if err != nil {
		return Project{}, &Error{Path: path, Why: "not readable", Err: err}
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || atomicfile.Foreign(info) && !sameOwner(info, start) {
		return Project{}, &Error{Path: path, Why: "the file belongs to another user; run: " + atomicfile.TakeOver(path)}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxProject+1))
	switch {
	case err != nil:
		return Project{}, &Error{Path: path, Why: "not readable", Err: cause(err)}
	case len(data) > maxProject:
		return Project{}, &Error{Path: path, Why: "the file is larger than 64 KiB"}
	}
	if data, err = decodeText(path, data); err != nil {
		return Project{}, err
	}
	return parseProject(path, data)
}

func sameOwner(file fs.FileInfo, dir string) bool {
	info, err := os.Stat(dir)
	if err != nil {
		return false
	}
	a, known := atomicfile.Owner(file)
	b, _ := atomicfile.Owner(info)
	return known && a == b
}

func parseProject(path string, data []byte) (Project, error) {
	s := &decoder{path: path}
	p := Project{Path: path}
	if doc := s.document(data); doc != nil && s.err == nil {
		s.mapping(doc.Content[0], "the file", func(key, value *yaml.Node) {
			switch key.Value {
			case "profile":
				p.Profile = s.name(value, key.Value)
			case "db":
				p.DB = s.text(value, key.Value)
				if unseen := spelling.Unseen(p.DB); unseen != "" {
					s.fail(value, "%s has %s", key.Value, unseen)
				}
			case "keyspace":
				p.Keyspace = s.identifier(value, key.Value)
			case "region":
				p.Region = s.identifier(value, key.Value)
			case "saved_token":
				p.SavedToken = s.name(value, key.Value)
			default:
				s.fail(key, "%s: %s; a project file may hold only profile, db, keyspace, region and saved_token", keyName(key.Value), refusal(key.Value))
			}
		})
	}
	if s.err != nil {
		return Project{}, s.err
	}
	return p, nil
}

// keyName returns a shortened unknown key for a message.
func keyName(key string) string {
	const longest = 40
	if secret.LooksLikeToken(key) {
		return "a key"
	}
	if runes := []rune(key); len(runes) > longest {
		key = string(runes[:longest]) + "…"
	}
	return strconv.Quote(key)
}

// refusal returns why a project file must not set key.
func refusal(key string) string {
	reasons := []struct {
		words []string
		why   string
	}{
		{[]string{"token", "secret", "password", "credential", "client_id"}, "credentials must not be in a repository"},
		{[]string{"url", "endpoint", "host", "proxy", "cert", "insecure", "tls"}, "a repository must not choose where your credential is sent"},
		{[]string{"command", "exec", "hook", "shell", "editor", "pager", "browser"}, "a repository must not choose programs to execute"},
	}
	lower := strings.ToLower(key)
	for _, r := range reasons {
		if slices.ContainsFunc(r.words, func(word string) bool { return strings.Contains(lower, word) }) {
			return r.why
		}
	}
	return "unknown key"
}
