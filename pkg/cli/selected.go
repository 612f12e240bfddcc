package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/classic"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// A Selection is the database that a command works with where it asks for none of the
// service: the one that is named, else that of the project file, else the default.
type Selection struct {
	// Binding is what "env use" found out. It is the zero value of a database that
	// "env use" did not select in this profile.
	Binding config.Env
	// Ref names the database as the flag or the project file does; "" for the
	// default.
	Ref string
	// Project is what the project file chooses for this database, and the zero value
	// where it is about another one.
	Project config.Project

	profile config.Profile
}

// Select returns the database of a profile that ref means, or that is selected where
// ref is empty. It asks nothing of the service.
func (a *App) Select(p config.Profile, ref string) (Selection, error) {
	project, err := a.Project()
	if err != nil {
		return Selection{}, err
	}
	s := Selection{Ref: cmp.Or(ref, project.DB), Project: project, profile: p}
	if s.Ref == "" {
		s.Binding = p.Env
		return s, nil
	}
	s.Binding, err = resolveOne("database", s.Ref, p.AllBindings(), func(e config.Env) (string, string) { return e.DB.ID, e.DB.Name })
	if exit.Is(err, exit.NotFound) {
		s.Binding, err = config.Env{}, nil
	}
	if several, ok := errors.AsType[*exit.Error](err); ok { // of which all but one may have been deleted
		err = several.WithNext(shellword.Line("astra", "env", "use", Reference(s.Ref)))
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
	ref := cmp.Or(s.Project.DB, "id:"+s.profile.Env.DB.ID)
	if _, err := resolveOne("database", ref, []config.DB{db}, func(d config.DB) (string, string) { return d.ID, d.Name }); err != nil {
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
		return noneSelected()
	}
	e := exit.Failf(exit.Config, "%s selects database %s, which is not set up in profile %s", s.Project.Path, s.Ref, s.profile.Name)
	all := s.profile.AllBindings()
	if i := slices.IndexFunc(all, func(b config.Env) bool { return spelling.Alike(s.Ref, b.DB.Name) }); i >= 0 {
		return e.WithHint("%s was selected, and the two names look the same: %s", all[i].DB.Name, spelling.Difference(s.Ref, all[i].DB.Name))
	}
	command := []string{"astra", "env", "use", Reference(s.Ref)}
	if _, found := s.profile.Token(s.Project.SavedToken); found {
		command = append(command, "--saved-token", s.Project.SavedToken)
	}
	return e.WithNext(shellword.Line(command...))
}

func noneSelected() *exit.Error {
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

// Selection returns the database that ref means, or that is selected, in the profile
// that the credential comes from.
func (s *Session) Selection(ref string) (Selection, error) {
	profile, err := s.ownProfile()
	if err != nil {
		return Selection{}, err
	}
	return s.app.Select(profile, ref)
}

// ownProfile is the profile that the credential comes from; in the sandbox any
// credential is that of its profile.
func (s *Session) ownProfile() (config.Profile, error) {
	if s.app.sandboxed {
		return s.app.Profile()
	}
	return s.Profile, nil
}

// DatabaseOrBound finds the database that ref means, as Database does; without
// ref, the one that is selected.
func (s *Session) DatabaseOrBound(ctx context.Context, ref string) (devops.Database, error) {
	if ref != "" {
		return s.Database(ctx, ref)
	}
	selected, err := s.Selection("")
	switch {
	case err != nil:
		return devops.Database{}, err
	case selected.Set():
		found, err := s.Database(ctx, "id:"+selected.Binding.DB.ID)
		if exit.Is(err, exit.NotFound) {
			return found, exit.Failf(exit.NotFound, "selected database %s no longer exists", selected.Binding.DB.Name).
				WithHint("select another database, or name one%s", s.app.withDB()).WithNext("astra db list", "astra env use DB")
		}
		return found, err
	case selected.Ref != "":
		found, err := s.Database(ctx, selected.Ref)
		if missing, ok := errors.AsType[*exit.Error](err); ok && missing.Exit == exit.NotFound {
			missing.Message += fmt.Sprintf(" (selected by %s)", selected.Project.Path)
		}
		return found, err
	}
	return devops.Database{}, noneSelected().WithHint("name one%s", s.app.withDB())
}

// Unbind removes the binding of a deleted database, with its session, from the profile
// that the credential comes from.
func (a *App) Unbind(ctx context.Context, s *Session, database string) error {
	profile, err := s.ownProfile()
	if err != nil {
		return err
	}
	return a.Forget(ctx, profile, database)
}

// Forget removes the binding of a database, which is given by its id, with its session,
// from a profile. Tokens stay.
func (a *App) Forget(ctx context.Context, profile config.Profile, database string) error {
	binding, found := profile.Binding(database)
	if !found {
		return nil
	}
	if classic.Stores(profile) {
		if err := a.drop(ctx, []secretKey{{profile.Store, classic.Key(profile.Name, database)}}); err != nil {
			return err
		}
	}
	var left config.Profile
	err := a.UpdateProfile(ctx, profile.Name, func(p *config.Profile) error {
		p.Unbind(database)
		p.Sessions = slices.DeleteFunc(slices.Clone(p.Sessions), func(r config.RESTSession) bool { return r.DB == database })
		left = *p
		return nil
	})
	if err != nil {
		return err
	}
	if token := binding.Token; token != "" && len(left.DatabasesWith(token)) == 0 {
		a.Say("Token %s is no longer used here but still valid. To revoke it: %s", token, a.Command("astra token delete "+token))
	}
	if left.Env.DB.ID == "" {
		a.Warn("%s was selected; select another database: %s", binding.DB.Name, a.Command("astra env use DB"))
	}
	return nil
}

// withDB ends a sentence that tells people to name a database.
func (a *App) withDB() string {
	if a.dbArgument {
		return ": " + a.WithFlag("NAME")
	}
	return " with --db"
}
