package sandbox

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/sandbox"
)

type seed struct {
	orgName                  string
	noEnterprise, enterprise bool
	accept, hibernate, wake  []string
	advance                  string
}

func newSeed(app *cli.App) *cobra.Command {
	var in seed
	cmd := &cobra.Command{
		Use:   "seed",
		Short: "Make happen what no command can: accept invitations, let time pass",
		Long: `Make happen what no command can: accept invitations, let time pass, and idle
databases hibernate. One that hibernates resumes at the first request to its data,
which fails.

Changes of databases end with the time that they take, so --advance 10m ends all
that are under way.`,
		Example: "  astra sandbox seed --accept viewer@example.com\n" +
			"  astra sandbox seed --hibernate demo\n" +
			"  astra sandbox seed --advance 31m",
		Args: cli.Args(),
		RunE: func(*cobra.Command, []string) error { return in.run(app) },
	}
	f := cmd.Flags()
	f.StringVar(&in.orgName, "org-name", "", "rename the organization to `name`")
	f.BoolVar(&in.noEnterprise, "no-enterprise", false, "take the enterprise rights from the administrator's token")
	f.BoolVar(&in.enterprise, "enterprise", false, "give the enterprise rights back")
	f.StringArrayVar(&in.accept, "accept", nil, "let the owner of this `address` accept the invitation; may be repeated")
	f.StringArrayVar(&in.hibernate, "hibernate", nil, "let this serverless `database` hibernate, by name or id; may be repeated")
	f.StringArrayVar(&in.wake, "wake", nil, "resume this hibernated `database`, as a request to its data does; may be repeated")
	f.StringVar(&in.advance, "advance", "", "move the sandbox's clock on by a `duration`, such as 31m or 90d")
	cmd.MarkFlagsMutuallyExclusive("no-enterprise", "enterprise")
	cmd.MarkFlagsOneRequired("org-name", "no-enterprise", "enterprise", "accept", "hibernate", "wake", "advance")
	return cmd
}

func (in seed) run(app *cli.App) error {
	options := sandbox.SeedOptions{OrgName: in.orgName, Accept: in.accept, Hibernate: in.hibernate, Wake: in.wake}
	var err error
	if options.Advance, err = in.step(); err != nil {
		return err
	}
	if in.noEnterprise || in.enterprise {
		options.NoEnterprise = &in.noEnterprise
	}
	if app.Rehearse("change the sandbox") {
		return nil
	}
	server, err := app.Sandbox()
	if err != nil {
		return err
	}
	if err := server.Seed(options); err != nil {
		return err
	}
	if in.orgName != "" {
		app.Say("The organization is called %s now.", in.orgName)
	}
	if in.noEnterprise {
		app.Say("The administrator's token has no enterprise rights any more.")
	}
	if in.enterprise {
		app.Say("The administrator's token has enterprise rights.")
	}
	for _, address := range in.accept {
		app.Say("%s accepted the invitation.", address)
	}
	for _, db := range in.hibernate {
		app.Say("%s goes to sleep.", db)
	}
	for _, db := range in.wake {
		app.Say("%s resumes, which takes a minute.", db)
	}
	if in.advance != "" {
		app.Say("The sandbox's clock moved on by %s.", in.advance)
	}
	return nil
}

func (in seed) step() (time.Duration, error) { return cli.ParseDuration("--advance", in.advance) }
