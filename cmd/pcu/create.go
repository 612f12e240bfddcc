package pcu

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

type create struct {
	devops.PCUGroup

	ifNotExists bool
	wait        bool
}

func newCreate(app *cli.App) *cobra.Command {
	var in create
	cmd := &cobra.Command{
		Use:        "create TITLE --cloud CLOUD --region REGION --min NUMBER --max NUMBER",
		SuggestFor: []string{"new"},
		Short:      "Create a PCU group",
		Long: `Create a group of provisioned capacity units (PCU) for serverless databases of
one cloud and region. Units cost money by the hour: at least --min, even when
databases are idle, and up to --max under load. --reserved units, of --min, are a
commitment at another rate: the group cannot be parked, and until the
subscription is renewed it cannot be deleted and the number can only grow.

Cloud, region, type and provision type cannot be changed later. To list the
types, use "astra pcu types"; standard, the default, and storageOptimized are
older names that it does not list. A second group with the same title is refused.`,
		Example: "  astra pcu create batch --cloud gcp --region us-east1 --min 1 --max 4 --yes -o json\n" +
			"  astra pcu create steady --cloud aws --region us-west-2 --min 2 --max 2 --reserved 2 --type small --description 'nightly reports' --yes",
		Args: cli.Args("TITLE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Title = args[0]
			return in.run(cmd.Context(), app)
		},
	}
	f := cmd.Flags()
	lookup.AddCloud(f, &in.Cloud)
	f.StringVar(&in.Region, "region", "", "`name` of the region")
	addCapacity(f, &in.PCUGroup)
	flags.Enum(f, &in.Type, "type", standard, []string{standard, storageOptimized, "generalPurpose", "cacheOptimized", "small", "medium"}, "`type` of the units")
	flags.Enum(f, &in.Provision, "provision", "shared", []string{"shared", "dedicated"}, "`kind` of tenancy")
	f.StringVar(&in.Description, "description", "", "description, a `text`")
	f.BoolVar(&in.ifNotExists, "if-not-exists", false, "succeed if the same group exists")
	cli.AddWait(f, &in.wait)
	completion.Flags(f, completion.CloudRegions, "region")
	return cmd
}

// standard and storageOptimized are older types, which the service still accepts
// beside the types that it lists.
const (
	standard         = "standard"
	storageOptimized = "storageOptimized"
)

func (in create) run(ctx context.Context, app *cli.App) error {
	var err error
	if in.Title, err = app.CheckName("a PCU group", in.Title); err != nil {
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
	before, err := session.PCUs.List(ctx)
	if err != nil {
		return err
	}
	if existing, found, err := in.findExisting(before); err != nil || found {
		return in.showCreated(ctx, app, session, existing, "%s already exists (%s).", err)
	}
	for _, g := range before {
		lookup.WarnAlike(app.Warn, "PCU group", in.Title, g.Title)
	}
	if err := in.checkPlace(ctx, app, session); err != nil {
		return err
	}
	if err := app.Confirm(ctx, "Create PCU group %s in %s (%s)? %s", in.Title, in.Region, in.Cloud, costs(in.PCUGroup)); err != nil {
		return err
	}
	if !app.Globals.Yes && !app.Globals.DryRun { // the list may have changed during the prompt
		if before, err = session.PCUs.List(ctx); err != nil {
			return err
		}
		if existing, found, err := in.findExisting(before); err != nil || found {
			return in.showCreated(ctx, app, session, existing, "%s already exists (%s).", err)
		}
	}
	created, err := in.send(ctx, app, session, before)
	if err != nil {
		return fmt.Errorf("create PCU group %s: %w", in.Title, err)
	}
	return in.showCreated(ctx, app, session, created, "Created %s (%s).", nil)
}

// check validates the flags before anything is sent.
func (in *create) check() error {
	if err := lookup.CheckCloud(&in.Cloud); err != nil {
		return err
	}
	in.Provision = strings.ToLower(in.Provision)
	switch {
	case in.Cloud == "" || in.Region == "":
		return exit.Usagef("--cloud and --region are required").WithNext("astra region list")
	case in.Min == 0 || in.Max == 0:
		return exit.Usagef("--min and --max are required, and at least 1")
	case in.Type == "":
		return exit.Usagef("--type must not be empty").WithNext(in.typesCommand())
	case in.Provision != "shared" && in.Provision != "dedicated":
		return exit.Usagef("--provision must be shared or dedicated, not %q", in.Provision)
	}
	return checkCapacity(in.PCUGroup)
}

func (in create) typesCommand() string {
	return shellword.Line("astra", "pcu", "types", "--cloud", in.Cloud, "--region", in.Region)
}

// findExisting returns the group of the same title with --if-not-exists. Without it,
// or if it differs, such a group is an error.
func (in create) findExisting(all []devops.PCUGroup) (devops.PCUGroup, bool, error) {
	var same []devops.PCUGroup
	var ids []string
	for _, g := range all {
		if spelling.SameName(g.Title, in.Title) {
			same, ids = append(same, g), append(ids, g.ID)
		}
	}
	if len(same) == 0 {
		return devops.PCUGroup{}, false, nil
	}
	if len(same) == 1 && in.ifNotExists && in.matches(same[0]) {
		return same[0], true, nil
	}
	e := exit.Failf(exit.Conflict, "PCU group %s already exists: %s", in.Title, strings.Join(ids, ", ")).WithNext("astra pcu get " + ids[0])
	if in.ifNotExists {
		return devops.PCUGroup{}, false, e.WithHint("it differs from the requested group")
	}
	return devops.PCUGroup{}, false, e
}

// matches reports whether a group has the requested place, type and capacity.
func (in create) matches(g devops.PCUGroup) bool {
	return strings.EqualFold(g.Cloud, in.Cloud) && g.Region == in.Region && strings.EqualFold(g.InstanceType, in.Type) &&
		strings.EqualFold(g.Provision, in.Provision) && g.Min == in.Min && g.Max == in.Max && g.Reserved == in.Reserved
}

// checkPlace refuses an unknown region or type. A role that may create groups need
// not be able to list regions, and the service checks them as well.
func (in create) checkPlace(ctx context.Context, app *cli.App, session *cli.Session) error {
	region, err := session.Region(ctx, "", in.Cloud, in.Region, "--cloud is")
	switch {
	case errors.Is(err, devops.ErrForbidden):
		app.Verbosef("the region was not checked: %v", err)
	case err != nil:
		return err
	default:
		if err := lookup.EnabledRegion(region); err != nil {
			return err
		}
	}
	if strings.EqualFold(in.Type, standard) || strings.EqualFold(in.Type, storageOptimized) {
		return nil
	}
	types, err := session.PCUs.Types(ctx, in.Cloud, in.Region)
	if err != nil {
		return err
	}
	var known []string
	for _, t := range types {
		if strings.EqualFold(t.Name, in.Type) && t.Enabled {
			return nil
		}
		known = append(known, t.Name)
	}
	return exit.NotAmongf("type", in.Type, append(known, standard, storageOptimized)).WithNext(in.typesCommand())
}

// send sends the request once. After a lost response it finds the new group by
// comparing the list with the one before.
func (in create) send(ctx context.Context, app *cli.App, session *cli.Session, before []devops.PCUGroup) (devops.PCUGroup, error) {
	created, lost := session.PCUs.Create(ctx, in.PCUGroup)
	if lost == nil || !errors.Is(lost, devops.ErrOutcomeUnknown) {
		return created, lost
	}
	var found []devops.PCUGroup
	_, err := change{look: func(ctx context.Context) (state, error) {
		now, err := session.PCUs.List(ctx)
		found = slices.DeleteFunc(now, func(g devops.PCUGroup) bool {
			old := slices.ContainsFunc(before, func(b devops.PCUGroup) bool { return b.ID == g.ID })
			return old || !spelling.SameName(g.Title, in.Title) || !in.matches(g)
		})
		return state{begun: len(found) > 0}, err
	}}.verify(ctx)
	if err == nil && len(found) == 1 {
		app.RecordChange()
		app.Warn("connection lost before the response arrived; %s was created", in.Title)
		return found[0], nil
	}
	hint := "the group is not listed yet, but may appear: list the groups before you run this again"
	if err != nil || len(found) > 1 {
		hint = "the group may exist: list the groups before you run this again"
	}
	return devops.PCUGroup{}, exit.Hint(lost, hint, shellword.Line("astra", "pcu", "list", "--filter", "title="+in.Title))
}

// showCreated reports result, a format of the title and ID, waits for the group with
// --wait, and shows it. err is the failure of the search for it.
func (in create) showCreated(ctx context.Context, app *cli.App, session *cli.Session, g devops.PCUGroup, result string, err error) error {
	if err != nil {
		return err
	}
	app.Say(result, g.Title, g.ID)
	now := groupState(g, isUsable, isUsable)
	if in.wait && !now.complete {
		c := change{doing: "creating " + in.Title, done: in.Title + " can be used", again: "--if-not-exists", waits: true, wait: true, look: lookAt(session, g.ID, isUsable, isUsable)}
		if err := c.await(ctx, app, now); err != nil {
			return err
		}
	}
	return show(ctx, app, session, g.ID)
}
