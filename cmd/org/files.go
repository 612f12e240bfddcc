package org

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/plan"
)

// loadFiles reads access files, and those of directories, with their fragments; - is
// standard input. It returns all problems of all of them.
func loadFiles(ctx context.Context, app *cli.App, names []string) ([]plan.File, []plan.Problem, error) {
	type result struct {
		file     plan.File
		problems []plan.Problem
	}
	if first := slices.Index(names, input); first >= 0 && slices.Contains(names[first+1:], input) {
		return nil, nil, exit.Usagef("standard input (-) is given twice")
	}
	var results []result
	var fragments []string
	for _, name := range names {
		if name == input {
			text, err := app.ReadDocument(ctx, "-f", name)
			if err != nil {
				return nil, nil, err
			}
			r := result{}
			r.file, err = plan.Parse(name, text)
			if unsound, ok := errors.AsType[*plan.Error](err); ok {
				r.problems = unsound.Problems
			}
			results = append(results, r)
			continue
		}
		members, err := filesIn(name)
		if err != nil {
			results = append(results, result{problems: []plan.Problem{problem(name, err.Error())}})
		}
		for _, member := range members {
			r := result{}
			r.file, err = loadFile(member)
			if unsound, ok := errors.AsType[*plan.Error](err); ok {
				r.problems = unsound.Problems
			} else if err != nil {
				r.problems = []plan.Problem{problem(member, "not readable: "+atomicfile.Cause(err).Error())}
			}
			for _, source := range r.file.Sources[min(1, len(r.file.Sources)):] {
				fragments = append(fragments, source.Path)
			}
			results = append(results, r)
		}
	}
	var files []plan.File
	var problems []plan.Problem
	for _, r := range results {
		switch {
		case len(r.file.Sources) > 0 && slices.Contains(fragments, r.file.Sources[0].Path): // in the directory of its file
		case len(r.problems) > 0:
			problems = append(problems, r.problems...)
		default:
			files = append(files, r.file)
		}
	}
	return files, append(problems, plan.CheckOrganizations(files)...), nil
}

// input names standard input.
const input = "-"

func problem(path, why string) plan.Problem {
	return plan.Problem{Position: plan.Position{Path: filepath.ToSlash(path)}, Why: why}
}

// filesIn returns the access files of a directory, or the name itself. An error is one
// for people.
func filesIn(name string) ([]string, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, errors.New("not readable: " + atomicfile.Cause(err).Error())
	case !info.IsDir():
		return []string{name}, nil
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, errors.New("not readable: " + atomicfile.Cause(err).Error())
	}
	var names []string
	for _, e := range entries { // sorted
		ext := filepath.Ext(e.Name())
		switch lower := strings.ToLower(ext); {
		case e.IsDir() || strings.HasPrefix(e.Name(), ".") || lower != ".yaml" && lower != ".yml":
		case ext != lower:
			return nil, fmt.Errorf("%s: the extension must be %s, in lower case", e.Name(), lower)
		default:
			names = append(names, filepath.Join(name, e.Name()))
		}
	}
	if len(names) == 0 {
		return nil, errors.New("this directory has no access files (*.yaml, *.yml)")
	}
	return names, nil
}

// loadFile reads an access file. Its fragments cannot be outside of its directory, also
// not by a symbolic link. The directory of a file that is such a link is that of its target.
func loadFile(name string) (plan.File, error) {
	if info, err := os.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return plan.File{}, err
		}
	}
	dir, base := filepath.Split(filepath.Clean(name))
	root, err := os.OpenRoot(filepath.Clean(dir))
	if err != nil {
		return plan.File{}, err
	}
	defer func() { _ = root.Close() }() // it was only read
	return plan.Load(root.FS(), filepath.ToSlash(filepath.Clean(dir)), base)
}
