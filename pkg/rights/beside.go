package rights

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/async"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Surroundings are the access lists, which decide beside the roles.
type Surroundings struct {
	databases async.Result[[]devops.AccessList]
	api       func(context.Context, string) ([]devops.Address, error)
}

// AheadOfWhy asks for what Beside takes besides a Snapshot.
func AheadOfWhy(ctx context.Context, client *devops.Client, calls *async.Group) Surroundings {
	return Surroundings{async.Go(ctx, calls, client.AccessLists.All), client.APIAccess.Get}
}

// Beside returns what decides about access beside the roles, and is not part of an answer:
// the state of the principal and of the database, and access lists.
func (s *Snapshot) Beside(ctx context.Context, around Surroundings, a access.Answer) ([]string, error) {
	notes := []string{}
	add := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	switch a.Principal.Status {
	case access.Pending:
		add("%s has not accepted the invitation yet; the roles apply once it is accepted", a.Principal.Name)
	case access.Expired:
		add("the token has expired")
	case access.Revoked:
		add("the token is not listed: it was revoked, or belongs to another organization")
	default:
	}
	for _, id := range a.Missing {
		add("role %s was deleted and grants nothing", id)
	}
	if i := slices.IndexFunc(s.Databases, func(d devops.Database) bool { return d.ID == a.Place.Database }); i >= 0 {
		if d := s.Databases[i]; d.Status != "ACTIVE" {
			add("%s is %s", d.Name, strings.ToLower(d.Status))
		}
	}
	lists, err := around.databases()
	switch {
	case errors.Is(err, devops.ErrForbidden):
		add("the access lists of databases may not be read (accesslist-read)")
	case err != nil:
		return nil, err
	}
	for _, l := range lists {
		admitted := slices.DeleteFunc(slices.Clone(l.Addresses), func(a devops.Address) bool { return !a.Enabled })
		if l.Enabled && len(admitted) > 0 && (l.DatabaseID == a.Place.Database || a.Place.Database == iam.Wildcard) {
			add("the access list of %s admits only %s", s.databaseName(l.DatabaseID), addresses(admitted))
		}
	}
	api, err := around.api(ctx, s.ID)
	switch {
	case errors.Is(err, devops.ErrForbidden):
		add("the access list of the DevOps API may not be read (accesslist-read)")
	case err != nil && !errors.Is(err, devops.ErrNotFound):
		return nil, err
	}
	if len(api) > 0 {
		add("the DevOps API admits only %s", addresses(api))
	}
	return notes, nil
}

func (s *Snapshot) databaseName(id string) string {
	for _, d := range s.Databases {
		if d.ID == id {
			return d.Name
		}
	}
	return id
}

func addresses(all []devops.Address) string {
	if len(all) > maxPlaces {
		return spelling.Count(len(all), "network")
	}
	var words []string
	for _, a := range all {
		words = append(words, a.Address)
	}
	return strings.Join(words, ", ")
}
