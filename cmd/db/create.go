package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
)

type create struct {
	devops.NewDatabase

	group        string
	passwordFile string
	duplicate    bool
	ifNotExists  bool
	wait         bool
}

func newCreate(app *cli.App) *cobra.Command {
	var in create
	cmd := &cobra.Command{
		Use:        "create NAME --cloud CLOUD --region REGION",
		SuggestFor: []string{"new", "add"},
		Short:      "Create a database",
		Long: `Create a database in one region. To list the regions for each type of database,
use "astra region list".

The default type is vector; --type serverless is a database without vectors. A
classic database has its own servers: --tier sets their size, --capacity-units
their number and --username its user. The password is read from a prompt,
standard input or --password-file. The Portal no longer creates classic
databases, and the service may refuse to.

Creating a database takes about two minutes. With --wait, the command returns
when the database is active. If it is interrupted, run it again: it finds the
database and continues to wait. A second database with the same name requires
--allow-duplicate. A database of the same name created by another client at the
same time causes a warning.

--pcu-group puts the database into a PCU group of the same cloud and region.`,
		Example: "  astra db create shop --cloud gcp --region us-east1 --yes\n" +
			"  astra db create events --cloud aws --region us-west-2 --type serverless --keyspace app --yes --wait\n" +
			"  echo 'a password' | astra db create ledger --type classic --tier C10 --username clerk --cloud aws --region us-east-1 --yes",
		Args: cli.Args("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Name = args[0]
			return in.run(cmd.Context(), app)
		},
	}
	f := cmd.Flags()
	lookup.AddCloud(f, &in.Cloud)
	f.StringVar(&in.Region, "region", "", "`name` of the region")
	f.StringVar(&in.Keyspace, "keyspace", "", "`name` of the default keyspace (default default_keyspace)")
	flags.Enum(f, &in.Type, "type", "vector", []string{"vector", "serverless", "classic"}, "`type` of the database")
	f.StringVar(&in.Tier, "tier", "", "`name` of the tier of a classic database, such as C10")
	f.IntVar(&in.CapacityUnits, "capacity-units", 0, "`number` of capacity units of a classic database (default 1)")
	f.StringVar(&in.User, "username", "", "`name` of the user of a classic database")
	f.StringVar(&in.group, "pcu-group", "", "`title` or ID of a PCU group for the database")
	f.StringVar(&in.passwordFile, "password-file", "", "read the password of the user from a `file`; - reads standard input")
	f.BoolVar(&in.duplicate, "allow-duplicate", false, "create it even if a database of that name exists")
	f.BoolVar(&in.ifNotExists, "if-not-exists", false, "succeed if the same database exists")
	cli.AddWait(f, &in.wait)
	completion.Flags(f, completion.CloudRegions, "region")
	completion.Flags(f, completion.Keyspaces, "keyspace")
	completion.Flags(f, completion.PCUGroups, "pcu-group")
	completion.Flags(f, completion.Files, "password-file")
	cmd.MarkFlagsMutuallyExclusive("allow-duplicate", "if-not-exists")
	return cmd
}

func (in create) run(ctx context.Context, app *cli.App) error {
	var err error
	if in.Name, err = app.CheckName("a database", in.Name); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	session.Ahead(ctx, lookup.Databases(""), lookup.Regions(in.Type))
	waits := app.Waits()
	there, err := lookup.Answer(ctx, session.Directory, lookup.Databases(""))
	if err != nil {
		return err
	}
	if err := in.findGroup(ctx, session); err != nil {
		return err
	}
	if existing, found, err := in.findExisting(there); err != nil || found {
		return in.reuse(ctx, app, session, existing, err)
	}
	in.warnAlike(app, there)
	region, err := session.Region(ctx, in.Type, in.Cloud, in.Region, "--cloud is")
	if err != nil {
		return err
	}
	if err := lookup.EnabledRegion(region); err != nil {
		return err
	}
	if in.Password, err = in.password(ctx, app); err != nil {
		return err
	}
	place := fmt.Sprintf("%s (%s)", in.Region, in.Cloud)
	if in.group != "" {
		place += ", in PCU group " + in.group
	}
	if err := app.Confirm(ctx, "Create %s database %s in %s?", in.Type, in.Name, place); err != nil {
		return err
	}
	if app.Waits() > waits { // the list may have changed since
		if there, err = devops.Collect(session.Databases.All(ctx, "")); err != nil {
			return err
		}
		if existing, found, err := in.findExisting(there); err != nil || found {
			return in.reuse(ctx, app, session, existing, err)
		}
	}
	created, now, err := in.send(ctx, app, session, there)
	if err != nil {
		return fmt.Errorf("create database %s: %w", in.Name, err)
	}
	if !in.wait {
		session.Ahead(ctx, lookup.OneDatabase(created.ID)) // its new state, which is shown
	}
	if !in.duplicate {
		in.warnDuplicateName(ctx, app, session, created, now)
	}
	return in.waitCreated(ctx, app, session, created, "Created %s (%s).", nil)
}

// check validates the flags before anything is sent.
func (in *create) check() error {
	if err := lookup.CheckCloud(&in.Cloud); err != nil {
		return err
	}
	in.Type = strings.ToLower(in.Type)
	servers := in.Type == "classic"
	switch {
	case in.Cloud == "" && in.Region == "":
		return exit.Usagef("--cloud and --region are required").WithNext("astra region list")
	case in.Cloud == "":
		return exit.Usagef("--cloud is required: regions of several clouds can have the same name").WithNext("astra region list --filter " + shellword.Quote("name="+in.Region))
	case in.Region == "":
		return exit.Usagef("--region is required").WithNext("astra region list --cloud " + shellword.Quote(in.Cloud))
	case !slices.Contains([]string{"vector", "serverless", "classic"}, in.Type):
		return exit.Usagef("--type must be vector, serverless or classic, not %q", in.Type)
	case servers && (in.Tier == "" || in.User == ""):
		return exit.Usagef("--tier and --username are required for a classic database")
	case !servers && (in.Tier != "" || in.CapacityUnits != 0 || in.User != "" || in.passwordFile != ""):
		return exit.Usagef("--tier, --capacity-units, --username and --password-file require --type classic")
	case servers && in.group != "":
		return exit.Usagef("--pcu-group cannot be used with --type classic: only serverless databases can be in a PCU group")
	case in.CapacityUnits < 0:
		return exit.Usagef("--capacity-units must be at least 1")
	case in.Keyspace != "":
		return lookup.CheckKeyspace(in.Keyspace)
	}
	return nil
}

// password reads the password of the user of a classic database.
func (in create) password(ctx context.Context, app *cli.App) (secret.Text, error) {
	if in.User == "" || app.Globals.DryRun {
		return "", nil
	}
	return app.NewPassword(ctx, in.passwordFile, in.User)
}

// waitCreated reports result, a format of the name and ID, and waits for a database that
// is being created, or shows it. err is the failure of the search for it.
func (in create) waitCreated(ctx context.Context, app *cli.App, session *cli.Session, d devops.Database, result string, err error) error {
	if err != nil {
		return err
	}
	app.Say(result, d.Name, d.ID)
	change := dbchange.Spec{
		Doing: "creating " + d.Name, Again: "--if-not-exists", Wait: in.wait,
		Begun: func(devops.Database) bool { return true },
		Done: func(d devops.Database) bool {
			state := d.State()
			return !d.IsTerminating() && (state == devops.StateStable || state == devops.StateChanging && !d.IsCreating())
		},
	}
	if in.duplicate {
		change.Next = "astra db get " + d.ID // the same command would create another one
	}
	d, err = dbchange.Run(ctx, app, session, d, change)
	if err != nil {
		return err
	}
	return cli.PrintOne(app, columns(), d)
}
