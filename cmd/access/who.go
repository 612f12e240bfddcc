package access

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/rights"
	"github.com/astra-admin/astra/pkg/spelling"
)

type who struct {
	question

	could bool
}

func newWho(app *cli.App) *cobra.Command {
	var in who
	cmd := &cobra.Command{
		Use:        "who WHAT",
		SuggestFor: []string{"who-can", "holders"},
		Short:      "List who can do something",
		Long: `List the users and tokens that can do something at a place, or at a part of it:
users first, then tokens. Those whose answer is unclear or unknown are listed
too, because they may. Pending users and expired tokens are marked.

--could also lists those who can obtain the permission in one step, because they
can change roles, the roles of users, or generate tokens with any role.

Exits with status 0 if anyone can. If the list is empty, it exits with 10, or with
11 if users or tokens may be missing; it exits with 11 too if anyone may.

With -o json: [{"principal", "answer", "places", "via": [{"role", "resource"}],
"could": null or {"permission"}}].`,
		Example:     "  astra access who delete-databases\n  astra access who read-rows --db demo --keyspace app -o json\n  astra access who change-roles --could",
		Args:        cli.Args("WHAT"),
		Annotations: completion.Args(completion.Whats),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	cmd.Flags().BoolVar(&in.could, "could", false, "also list who can obtain the permission in one step")
	in.addPlace(cmd)
	in.addBy(cmd)
	return cli.Listing(cmd, holderColumns(true))
}

func (in who) run(ctx context.Context, app *cli.App, name string) error {
	w, err := in.what(name)
	if err != nil {
		return err
	}
	if err := cli.CheckList(app, holderColumns(in.could)); err != nil {
		return err
	}
	snapshot, place, _, err := in.read(ctx, app)
	if err != nil {
		return err
	}
	q := access.Question{What: w, Place: place}
	population, cut := snapshot.Who(q, in.could)
	rights.WarnCut(app, cut, w)
	rows := slices.Concat(population.Holders, population.Unknown, population.Could)
	if err := cli.PrintRead(app, holderColumns(in.could), rows, "No user or token can do this."); err != nil {
		return err
	}
	hidden := snapshot.HiddenPrincipals()
	for _, section := range hidden {
		app.Warn("%s", section)
	}
	uncertain := len(population.Unknown)
	for _, h := range population.Holders {
		if h.Answer == access.Unclear {
			uncertain++
		}
	}
	if uncertain > 0 {
		app.Say("The answer is not certain for %s. astra access why explains it.", spelling.Count(uncertain, "row"))
	}
	verdict := population.Verdict()
	if verdict == access.No && len(hidden) > 0 {
		verdict = access.Unknown
	}
	return rights.ListStatus(verdict)
}

func holderColumns(could bool) []output.Column[access.Holder] {
	return []output.Column[access.Holder]{
		{
			Key: "principal", Value: func(h access.Holder) any { return h.Principal }, Name: true,
			Text: func(h access.Holder) string { return rights.Label(h.Principal) }, Called: func(h access.Holder) string { return h.Principal.ID },
		},
		{Key: "answer", Value: func(h access.Holder) any { return string(h.Answer) }, State: true},
		{Key: "places", Value: func(h access.Holder) any { return h.Places }, Text: func(h access.Holder) string { return rights.DescribePlaces(h.Places) }, Wrap: true},
		{Key: "via", Value: func(h access.Holder) any { return h.Via }, Text: func(h access.Holder) string { return rights.Roles(h.Via) }, Wrap: true, Spare: -1},
		{Key: "could", Value: func(h access.Holder) any { return h.Could }, Text: couldText, Wide: !could},
	}
}

func couldText(h access.Holder) string {
	if h.Could == nil {
		return ""
	}
	return "↑ " + h.Could.Permission + ": " + h.Could.Path
}
