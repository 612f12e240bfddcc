package rights

import (
	"slices"

	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
)

// Place is a place as a command line names it.
type Place struct{ Database, Keyspace, Table string }

// AddPlace declares --db, --keyspace and --table.
func AddPlace(f *pflag.FlagSet, p *Place) {
	f.StringVar(&p.Database, "db", "", "`name` or ID of the database, * for all, also those to come")
	f.StringVar(&p.Keyspace, "keyspace", "", "`name` of the keyspace, or *")
	f.StringVar(&p.Table, "table", "", "`name` of the table, or *")
}

// Check refuses a place that no resource name can have (exit 2).
func (p Place) Check() error {
	switch {
	case p.Keyspace != "" && p.Database == "":
		return exit.Usagef("--keyspace requires --db").WithHint("use --db '*' for all databases")
	case p.Table != "" && p.Keyspace == "":
		return exit.Usagef("--table requires --keyspace").WithHint("use --keyspace '*' for all keyspaces")
	}
	if err := (iam.Scope{Keyspace: p.Keyspace, Table: p.Table}).Check(); err != nil {
		return exit.Usagef("%v", err)
	}
	return nil
}

// Place finds a place. A database or keyspace that does not exist is an error (exit 6),
// and never an answer. Tables cannot be listed, so any name is accepted.
func (s *Snapshot) Place(p Place) (access.Place, error) {
	place := access.Place{Database: p.Database, Keyspace: p.Keyspace, Table: p.Table}
	if p.Database == "" {
		return place, nil
	}
	all := s.Databases
	if p.Database != iam.Wildcard {
		d, err := s.database(p.Database)
		if err != nil {
			return access.Place{}, err
		}
		place.Database, place.DatabaseName, all = d.ID, d.Name, []devops.Database{d}
	}
	if p.Keyspace == "" || p.Keyspace == iam.Wildcard || s.Organization.Databases == nil || slices.Contains(iam.SystemKeyspaces(), p.Keyspace) {
		return place, nil
	}
	var known []string
	for _, d := range all {
		known = append(known, d.Keyspaces...)
	}
	if !slices.Contains(known, p.Keyspace) {
		slices.Sort(known)
		e := exit.NotFoundf("keyspace", p.Keyspace, slices.Compact(known))
		if place.DatabaseName == "" {
			return access.Place{}, e.WithNext("astra db list -o json")
		}
		e.Message += " in " + place.DatabaseName
		return access.Place{}, e.WithNext(shellword.Line("astra", "keyspace", "list", "--db", lookup.Reference(place.DatabaseName)))
	}
	return place, nil
}

// database finds a database. If databases may not be listed, only an ID can be used.
func (s *Snapshot) database(ref string) (devops.Database, error) {
	if s.NoDatabases != nil {
		if devops.LooksLikeID(ref) {
			return devops.Database{ID: ref, Name: ref}, nil
		}
		return devops.Database{}, exit.Hint(s.NoDatabases, "databases cannot be listed (org-db-view), so --db takes only the ID of a database")
	}
	return lookup.Resolve("database", ref, s.Databases, func(d devops.Database) (string, string) { return d.ID, d.Name })
}
