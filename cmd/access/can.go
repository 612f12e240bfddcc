package access

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/rights"
)

type can struct {
	question

	as string
}

func newCan(app *cli.App) *cobra.Command {
	var in can
	cmd := &cobra.Command{
		Use:        "can WHAT",
		SuggestFor: []string{"can-i", "check"},
		Short:      "Ask whether a user, token or role can do something",
		Long: `Ask whether a user, token or role can do something at a place, by default the
token in use. The answer is one of these, with the exit status:

    yes      everywhere at the place (0)
    partly   only at some of the place (10; 0 with --any)
    no       nowhere at the place (10)
    unclear  it depends on an assumption about the service (11)
    unknown  a role may not be read (11)

The answer is about the roles only: see "astra access why" for invitations,
expiry, hibernated databases and access lists.

With -o json: {"answer", "what", "place", "principal", "places", "now",
"future", "models", "links", "near", "fix", "assumes"}. "places" are the parts
of the place where the answer holds; "now" says for how much of what exists it
holds (all, some, none or null), "future" whether it also holds for those
created later; "fix" has the commands after which the answer is yes.`,
		Example: "  astra access can org-db-view --db demo\n" +
			"  astra access can read-rows --db demo --keyspace app --as developer@example.com -o json\n" +
			"  astra access can 'Create Keyspace' --db '*' --as role:'RO User' || test $? = 10",
		Args:        cli.Args("WHAT"),
		Annotations: completion.Args(completion.Whats),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&in.as, "as", rights.Me, "ask about this `principal`: an address, ID, saved name, role:NAME, me or -")
	f.BoolVar(&in.any, "any", false, "accept a part of the place as a yes")
	completion.Flags(f, completion.Principals, "as")
	in.addPlace(cmd)
	in.addBy(cmd)
	return cmd
}

func (in can) run(ctx context.Context, app *cli.App, name string) error {
	w, err := in.what(name)
	if err != nil {
		return err
	}
	if err := cli.CheckOne(app, answerColumns(app, "answer", "reason")); err != nil {
		return err
	}
	snapshot, place, who, err := in.read(ctx, app, in.as)
	if err != nil {
		return err
	}
	q := access.Question{What: w, Place: place, Any: in.any}
	a := snapshot.Answer(who[0], q, app)
	rights.WarnCut(app, a.Answer, w)
	if err := cli.PrintOne(app, answerColumns(app, "answer", "reason"), a); err != nil {
		return err
	}
	return rights.Status(q, a.Answer)
}
