package db

import (
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
)

// twin finds the database of the same name that there is already, if that is as
// good as a new one: it is wanted so, or this command has begun to create it. Any
// other one of that name is an error.
func (in create) twin(there []devops.Database) (devops.Database, bool, error) {
	var same []devops.Database
	var states []string
	for _, d := range there {
		if d.Name == in.Name && !d.BeingDeleted() {
			same, states = append(same, d), append(states, d.ID+" is "+strings.ToLower(d.Status))
		}
	}
	if in.duplicate || len(same) == 0 {
		return devops.Database{}, false, nil
	}
	ours := len(same) == 1 && in.describes(same[0]) && same[0].State() != devops.Failing
	if ours && (in.ifNotExists || in.wait && same[0].BeingMade()) {
		return same[0], true, nil
	}
	e := cli.Failf(cli.Conflict, "there is a database %s already: %s", in.Name, strings.Join(states, ", ")).
		WithHint("--allow-duplicate creates another one of that name").WithNext("astra db get " + same[0].ID)
	switch {
	case ours && same[0].BeingMade():
		e.Hint = "--wait waits for it; " + e.Hint
	case !ours && in.ifNotExists:
		e.Hint = "and it is another one than this command describes; " + e.Hint
	}
	return devops.Database{}, false, e
}

// describes reports whether a database is what is wanted.
func (in create) describes(d devops.Database) bool {
	return d.Type == in.Type && strings.EqualFold(d.Cloud, in.Cloud) && d.Region == in.Region &&
		(in.Keyspace == "" || in.Keyspace == d.Keyspace) && (in.Tier == "" || in.Tier == d.Tier)
}
