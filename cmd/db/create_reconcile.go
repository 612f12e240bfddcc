package db

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// send sends the request once. After a lost response it finds the new database
// by comparing the list with the one before. That list is returned too.
func (in create) send(ctx context.Context, app *cli.App, session *cli.Session, before []devops.Database) (devops.Database, []devops.Database, error) {
	id, err := session.Databases.Create(ctx, in.NewDatabase)
	if err == nil {
		return devops.Database{
			ID: id, Name: in.Name, Status: "PENDING", Type: in.Type, Tier: in.Tier, CapacityUnits: in.CapacityUnits,
			Cloud: in.Cloud, Region: in.Region, Regions: []string{in.Region}, Keyspaces: []string{},
		}, nil, nil
	}
	if !errors.Is(err, devops.ErrOutcomeUnknown) {
		return devops.Database{}, nil, err
	}
	// Also after an interrupt, for a limited time.
	const patience, looks = 15 * time.Second, 3
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	var created, now []devops.Database
	seen := false
	for i := 0; i < looks && len(created) == 0; i++ {
		if i > 0 {
			if err := cli.Pause(looking, time.Second); err != nil {
				break
			}
		}
		existing, lookErr := devops.Collect(session.Databases.All(looking, ""))
		if lookErr == nil {
			created, now, seen = in.reconcileCreate(existing, before, session.ClientID), existing, true
		}
	}
	if len(created) == 1 {
		app.RecordChange()
		app.Warn("connection lost before the response arrived; %s was created", in.Name)
		return created[0], now, nil
	}
	return devops.Database{}, nil, in.outcomeUnknown(err, created, seen)
}

// reconcileCreate returns the databases that this command may have created:
// with its name, and not listed before.
func (in create) reconcileCreate(existing, before []devops.Database, clientID string) []devops.Database {
	var created []devops.Database
	for _, d := range existing {
		old := slices.ContainsFunc(before, func(b devops.Database) bool { return b.ID == d.ID })
		if !old && spelling.SameName(d.Name, in.Name) && d.Region == in.Region && strings.EqualFold(d.Cloud, in.Cloud) {
			created = append(created, d)
		}
	}
	if len(created) < 2 {
		return created
	}
	// The owner only breaks ties: it is a user for some databases, a token for
	// others.
	ours := slices.DeleteFunc(slices.Clone(created), func(d devops.Database) bool { return d.Owner != "" && d.Owner != clientID })
	if len(ours) > 0 {
		return ours
	}
	return created
}

// outcomeUnknown adds hints for finding a database that may have been created.
func (in create) outcomeUnknown(err error, created []devops.Database, seen bool) error {
	look := shellword.Line("astra", "db", "list", "--filter", "name="+in.Name)
	if !seen {
		return exit.Hint(err, "the database may exist: list the databases before you run this again", look)
	}
	if len(created) == 0 {
		return exit.Hint(err, "the database is not listed yet, but may appear: list the databases before you run this again", look)
	}
	ids := make([]string, len(created))
	for i, d := range created {
		ids[i] = d.ID
	}
	return exit.Hint(err, "there are several new databases with that name: "+strings.Join(ids, ", "), look)
}
