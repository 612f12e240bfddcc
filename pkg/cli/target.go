package cli

import (
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/shellword"
)

// TargetDatabase returns the database that a command is about: the one that ref
// means, or without one the one that is bound to the profile. A credential that
// may not see databases can name one by its id.
func (s *Session) TargetDatabase(ctx context.Context, ref string) (config.DB, error) {
	id := ref
	if ref == "" {
		bound, err := s.boundDatabase()
		if err != nil {
			return bound, err
		}
		id, ref = bound.ID, "id:"+bound.ID
	}
	d, err := s.Database(ctx, ref)
	if errors.Is(err, devops.ErrForbidden) && isUUID(id) {
		return config.DB{ID: id, Name: id}, nil
	}
	return config.DB{ID: d.ID, Name: d.Name}, err
}

// boundDatabase is the database that "env use" bound to the profile, which must
// be of the organization that the credential is for.
func (s *Session) boundDatabase() (config.DB, error) {
	profile, err := s.app.Profile()
	switch {
	case ExitOf(err) == Config && s.Profile.Name == "", err == nil && profile.Env.DB.ID == "":
		return config.DB{}, Usagef("no database is named, and none is bound").WithNext("astra db list", "astra env use DB")
	case err != nil:
		return config.DB{}, err
	case !s.app.Sandboxed() && s.Profile.Name != profile.Name:
		return config.DB{}, Usagef("no database is named: the credential comes from %s, and the database %s is bound to profile %s", s.Source, profile.Env.DB.Name, profile.Name)
	}
	bound := profile.Env.DB
	project, err := s.app.Project()
	if err == nil && project.DB != "" && project.DB != bound.Name && project.DB != bound.ID {
		err = Failf(Config, "%s is for database %s, and %s is bound", project.Path, project.DB, bound.Name).
			WithHint("name the database with --db, or bind that one").WithNext("astra env use " + shellword.Quote(project.DB))
	}
	return bound, err
}

// isUUID reports whether s has the form of an id of the service.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range s {
		switch dash := i == 8 || i == 13 || i == 18 || i == 23; {
		case dash && r != '-':
			return false
		case !dash && (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F'):
			return false
		}
	}
	return true
}
