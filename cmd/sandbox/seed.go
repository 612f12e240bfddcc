package sandbox

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/sandbox"
	"github.com/astra-admin/astra/pkg/secret"
)

type seed struct {
	orgName                  string
	noEnterprise, enterprise bool
	enterpriseToken          bool
	accept, hibernate, wake  []string
	advance                  string
}

func newSeed(app *cli.App) *cobra.Command {
	var in seed
	cmd := &cobra.Command{
		Use:   "seed",
		Short: "Simulate external events, such as accepted invitations",
		Long: `Simulate external events: accept invitations, advance the clock, and hibernate
idle databases. A hibernated database resumes at the first request to its data,
which fails.

--enterprise-token writes a new token of the enterprise to standard output. It
can add organizations and generate their tokens, but has no rights in an
organization. The administrator's token has both kinds of rights.

Operations on databases finish when their time has passed: --advance 10m
finishes all pending ones.`,
		Example: "  astra sandbox seed --accept viewer@example.com\n" +
			"  astra sandbox seed --hibernate demo\n" +
			"  astra sandbox seed --advance 31m\n" +
			"  astra sandbox seed --enterprise-token",
		Args: cli.Args(),
		RunE: func(*cobra.Command, []string) error { return in.run(app) },
	}
	f := cmd.Flags()
	f.StringVar(&in.orgName, "org-name", "", "rename the organization to `name`")
	f.BoolVar(&in.noEnterprise, "no-enterprise", false, "remove the enterprise rights of the administrator's token")
	f.BoolVar(&in.enterprise, "enterprise", false, "restore the enterprise rights of the administrator's token")
	f.BoolVar(&in.enterpriseToken, "enterprise-token", false, "issue a token with enterprise rights only and print it")
	f.StringArrayVar(&in.accept, "accept", nil, "accept the invitation of this email `address`; repeatable")
	f.StringArrayVar(&in.hibernate, "hibernate", nil, "hibernate this serverless `database`, by name or ID; repeatable")
	f.StringArrayVar(&in.wake, "wake", nil, "resume this hibernated `database`, as a request to its data does; repeatable")
	f.StringVar(&in.advance, "advance", "", "advance the clock of the sandbox by a `duration`, such as 31m or 90d")
	completion.Flags(f, completion.Users, "accept")
	completion.Flags(f, completion.Databases, "hibernate", "wake")
	cmd.MarkFlagsMutuallyExclusive("no-enterprise", "enterprise")
	cmd.MarkFlagsOneRequired("org-name", "no-enterprise", "enterprise", "enterprise-token", "accept", "hibernate", "wake", "advance")
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
	if app.DryRunf("change the sandbox") {
		return nil
	}
	server, err := app.Sandbox()
	if err != nil {
		return err
	}
	if err := server.Seed(options); err != nil {
		return err
	}
	if in.enterpriseToken {
		token, err := server.IssueEnterpriseToken()
		if err != nil {
			return err
		}
		if err := printToken(app, token); err != nil {
			return err
		}
	}
	if in.orgName != "" {
		app.Say("Renamed the organization to %s.", in.orgName)
	}
	if in.noEnterprise {
		app.Say("Removed the enterprise rights of the administrator's token.")
	}
	if in.enterprise {
		app.Say("Restored the enterprise rights of the administrator's token.")
	}
	for _, address := range in.accept {
		app.Say("%s accepted the invitation.", address)
	}
	for _, db := range in.hibernate {
		app.Say("Hibernated %s.", db)
	}
	for _, db := range in.wake {
		app.Say("Started resuming %s, which takes a minute.", db)
	}
	if in.advance != "" {
		app.Say("Advanced the clock of the sandbox by %s.", in.advance)
	}
	return nil
}

// printToken writes a token in plain text, or as an object with -o json or yaml.
func printToken(app *cli.App, token string) error {
	out := app.Reveal(secret.Text(token))
	if cli.WantsDocument(app) {
		return cli.WriteOne(app, out, []output.Column[string]{{Key: "token", Value: func(token string) any { return token }}}, token)
	}
	_, err := fmt.Fprintln(out, token)
	return err
}

func (in seed) step() (time.Duration, error) { return flags.ParseDuration("--advance", in.advance) }
