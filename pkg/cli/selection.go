package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/astra-admin/astra/pkg/classic"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
)

// Select returns the database of a profile that ref means, or that is selected where
// ref is empty. It sends no request.
func (s *Settings) Select(p config.Profile, ref string) (lookup.Selection, error) {
	project, err := s.Project()
	if err != nil {
		return lookup.Selection{}, err
	}
	return lookup.Select(project, p, ref)
}

// Selection returns the database that ref means, or that is selected, in the profile of
// the credential.
func (s *Session) Selection(ref string) (lookup.Selection, error) {
	profile, err := s.ownProfile()
	if err != nil {
		return lookup.Selection{}, err
	}
	return s.app.Select(profile, ref)
}

// ownProfile returns the profile of the credential. In the sandbox that is its profile,
// whatever the credential.
func (s *Session) ownProfile() (config.Profile, error) {
	if s.app.sandboxed {
		return s.app.Profile()
	}
	return s.Profile, nil
}

// DatabaseOrSelected returns the database that ref means, as Database does; without ref, the
// selected one.
func (s *Session) DatabaseOrSelected(ctx context.Context, ref string) (devops.Database, error) {
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
	return devops.Database{}, lookup.ErrNoSelection().WithHint("name one%s", s.app.withDB())
}

// Deselect removes the binding of a deleted database, and its session, from the profile of
// the credential.
func (a *App) Deselect(ctx context.Context, s *Session, database string) error {
	profile, err := s.ownProfile()
	if err != nil {
		return err
	}
	return a.Forget(ctx, profile, database)
}

// Forget removes the binding of a database, given by its ID, and its session from a
// profile. Tokens stay.
func (a *App) Forget(ctx context.Context, profile config.Profile, database string) error {
	binding, found := profile.Binding(database)
	if !found {
		return nil
	}
	if classic.Stores(profile) {
		if err := a.DropSecrets(ctx, []SecretKey{{profile.Store, classic.Key(profile.Name, database)}}); err != nil {
			return err
		}
	}
	var left config.Profile
	err := a.UpdateProfile(ctx, profile.Name, func(p *config.Profile) error {
		p.Deselect(database)
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
	if left.Selected.DB.ID == "" {
		a.Warn("%s was selected; select another database: %s", binding.DB.Name, a.Command("astra env use DB"))
	}
	return nil
}

// withDB ends a hint to name a database.
func (a *App) withDB() string {
	if a.dbArgument {
		return ": " + a.WithFlag("NAME")
	}
	return " with --db"
}

// TargetDatabase is DatabaseOrBound for a command that needs only ID and name: with a
// credential that must not see databases one can be named by its ID.
func (s *Session) TargetDatabase(ctx context.Context, ref string) (config.DB, error) {
	d, err := s.DatabaseOrSelected(ctx, ref)
	if !errors.Is(err, devops.ErrForbidden) {
		return config.DB{ID: d.ID, Name: d.Name}, err
	}
	selected, _ := s.Selection("") // as before
	id := cmp.Or(ref, selected.Binding.DB.ID, selected.Ref)
	if devops.LooksLikeID(id) {
		return config.DB{ID: id, Name: id}, nil
	}
	return config.DB{ID: d.ID, Name: d.Name}, err
}

// DataEndpoint returns the address of the REST API of a database of the service at
// apiURL. The sandbox is its own data host: embedded it has the names of the public
// service.
func (s *Settings) DataEndpoint(apiURL string, d devops.Database, region string) (string, error) {
	if s.sandboxed {
		return devops.PublicEndpoint(d, region)
	}
	return devops.DataEndpoint(apiURL, d, region)
}
