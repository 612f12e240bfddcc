package cli

import (
	"context"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
)

// Bound returns the database that is bound to the environment of the profile
// that the credential comes from. It is empty where none is.
func (s *Session) Bound() config.DB {
	profile := s.Profile
	if s.app.sandboxed {
		var err error
		if profile, err = s.app.Profile(); err != nil {
			return config.DB{}
		}
	}
	return profile.Env.DB
}

// DatabaseOrBound finds the database that ref means, as Database does; without
// ref, the one that is bound.
func (s *Session) DatabaseOrBound(ctx context.Context, ref string) (devops.Database, error) {
	if ref != "" {
		return s.Database(ctx, ref)
	}
	bound := s.Bound()
	if bound.ID == "" {
		return devops.Database{}, Failf(Config, "no database is bound").WithHint("name one%s", s.app.withDB()).WithNext("astra env use DB")
	}
	project, err := s.app.Project()
	if err != nil {
		return devops.Database{}, err
	}
	if project.DB != "" && project.DB != bound.Name && project.DB != bound.ID {
		return devops.Database{}, Failf(Config, "%s is for database %s, and %s is bound", project.Path, project.DB, bound.Name).
			WithHint("name the one that you mean%s", s.app.withDB())
	}
	found, err := s.Database(ctx, "id:"+bound.ID)
	if ExitOf(err) == NotFound {
		return found, Failf(NotFound, "%s, which is bound, is no more", bound.Name).
			WithHint("bind another database, or name one%s", s.app.withDB()).WithNext("astra db list", "astra env use DB")
	}
	return found, err
}

// withDB ends a sentence that tells people to name a database.
func (a *App) withDB() string {
	if a.dbArgument {
		return ": " + a.repaired("NAME")
	}
	return " with --db"
}
