package cli

import (
	"cmp"
	"context"
	"errors"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
)

// TargetDatabase is DatabaseOrBound for what needs no more than id and name: a
// credential that may not see databases can name one by its id.
func (s *Session) TargetDatabase(ctx context.Context, ref string) (config.DB, error) {
	d, err := s.DatabaseOrBound(ctx, ref)
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

// SomeDatabases returns the one that ref means, or without one all that are not
// terminated.
func (s *Session) SomeDatabases(ctx context.Context, ref string) ([]devops.Database, error) {
	if ref == "" {
		return devops.Collect(s.Databases.All(ctx, "nonterminated"))
	}
	d, err := s.Database(ctx, ref)
	if err != nil {
		return nil, err
	}
	return []devops.Database{d}, nil
}
