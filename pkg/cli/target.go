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
	if id := cmp.Or(ref, s.Bound().ID); errors.Is(err, devops.ErrForbidden) && LooksLikeID(id) {
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

// LooksLikeID reports whether s has the form of an id of the service.
func LooksLikeID(s string) bool {
	for i, r := range s {
		switch dash := i == 8 || i == 13 || i == 18 || i == 23; {
		case dash && r != '-':
			return false
		case !dash && (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F'):
			return false
		}
	}
	return len(s) == 36
}
