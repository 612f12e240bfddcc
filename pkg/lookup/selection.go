package lookup

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// A Selection is the database that a command works with without a request: the one
// that is named, else that of the project file, else that of the profile.
type Selection struct {
	// Binding is what "env use" recorded. It is the zero value for a database that
	// "env use" did not select in this profile.
	Binding config.Binding
	// Ref names the database as the flag or the project file does; "" for the
	// default.
	Ref string
	// Project is what the project file chooses for this database, and the zero value
	// where it is about another one.
	Project config.Project

	profile config.Profile
}

// Select returns the database of a profile that ref means, or that project or the
// profile selects where ref is empty. It sends no request.
func Select(project config.Project, p config.Profile, ref string) (Selection, error) {
	s := Selection{Ref: cmp.Or(ref, project.DB), Project: project, profile: p}
	if s.Ref == "" {
		s.Binding = p.Selected
		return s, nil
	}
	var err error
	s.Binding, err = Resolve("database", s.Ref, p.AllBindings(), func(e config.Binding) (string, string) { return e.DB.ID, e.DB.Name })
	if exit.Is(err, exit.NotFound) {
		s.Binding, err = config.Binding{}, nil
	}
	if ambiguous, ok := errors.AsType[*exit.Error](err); ok { // of which all but one may have been deleted
		err = ambiguous.WithNext(shellword.Line("astra", "env", "use", Reference(s.Ref)))
	}
	if ref != "" && s.Set() {
		s.Project = s.ProjectFor(s.Binding.DB)
	}
	return s, err
}

// Set reports whether the database has a binding.
func (s Selection) Set() bool { return s.Binding.DB.ID != "" }

// ProjectFor returns what the project file chooses for a database. A file that names
// none is about the default.
func (s Selection) ProjectFor(db config.DB) config.Project {
	ref := cmp.Or(s.Project.DB, "id:"+s.profile.Selected.DB.ID)
	if _, err := Resolve("database", ref, []config.DB{db}, func(d config.DB) (string, string) { return d.ID, d.Name }); err != nil {
		return config.Project{}
	}
	return s.Project
}

// Token returns the name of the saved token to use: the one that is named, else that
// of the binding. A project file may not choose another one than the user did.
func (s Selection) Token(named string) (string, error) {
	wanted := s.Project.SavedToken
	if named != "" || wanted == "" || wanted == s.Binding.Token {
		return cmp.Or(named, s.Binding.Token), nil
	}
	if _, found := s.profile.Token(wanted); !found {
		err := NoSavedToken(s.profile, wanted)
		why := "which does not exist"
		if len(s.profile.Tokens) == 0 {
			why = "but " + err.Message
		}
		err.Message = fmt.Sprintf("%s names saved token %s, %s", s.Project.Path, wanted, why)
		return "", err
	}
	uses := "has no token selected"
	if s.Binding.Token != "" {
		uses = "uses " + s.Binding.Token
	}
	return "", exit.Failf(exit.Config, "%s names saved token %s, but %s %s", s.Project.Path, wanted, s.Binding.DB.Name, uses).
		WithHint("a project file can only name the token that you selected for the database").
		WithNext(shellword.Line("astra", "env", "use", Reference(s.Binding.DB.Name), "--saved-token", wanted))
}

// NotSet is the failure of a database without a binding, with the command that
// makes one.
func (s Selection) NotSet() error {
	if s.Ref == "" {
		return ErrNoSelection()
	}
	e := exit.Failf(exit.Config, "%s selects database %s, which is not set up in profile %s", s.Project.Path, s.Ref, s.profile.Name)
	all := s.profile.AllBindings()
	if i := slices.IndexFunc(all, func(b config.Binding) bool { return spelling.Alike(s.Ref, b.DB.Name) }); i >= 0 {
		return e.WithHint("%s was selected, and the two names look the same: %s", all[i].DB.Name, spelling.Difference(s.Ref, all[i].DB.Name))
	}
	command := []string{"astra", "env", "use", Reference(s.Ref)}
	if _, found := s.profile.Token(s.Project.SavedToken); found {
		command = append(command, "--saved-token", s.Project.SavedToken)
	}
	return e.WithNext(shellword.Line(command...))
}

// ErrNoSelection is the error for no selected database.
func ErrNoSelection() *exit.Error {
	return exit.Failf(exit.Config, "no database selected").WithNext("astra env use DB")
}

// NoSavedToken is the failure of a profile that has no saved token of a name.
func NoSavedToken(p config.Profile, name string) *exit.Error {
	e := exit.NotAmongf("saved token", name, p.TokenNames())
	if len(p.Tokens) == 0 {
		e.Message, e.Hint = fmt.Sprintf("profile %s has no saved tokens", p.Name), ""
	}
	return e
}

// Reference returns a name as a command line takes it, which must not read it as a
// flag.
func Reference(name string) string {
	if strings.HasPrefix(name, "-") {
		return "name:" + name
	}
	return name
}
