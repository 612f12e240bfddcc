package access

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/rights"
)

func newWhy(app *cli.App) *cobra.Command {
	var in question
	cmd := &cobra.Command{
		Use:        "why WHO WHAT",
		SuggestFor: []string{"explain", "reason"},
		Short:      "Explain why a principal can do something, or not",
		Long: `Explain why a user, token or role can do something at a place, or cannot: each
permission that it takes, the role and resource that grant it or why none does,
the nearest roles, and the commands after which the answer is yes
(on standard error, or as "fix").

"beside" lists what decides beside the roles and is not part of the answer: a
pending invitation, an expired token, a deleted role, the state of the database,
and IP access lists (accesslist-read).

The exit status and the output are those of "astra access can", and
"beside".`,
		Example: "  astra access why developer@example.com write-rows --db demo\n" +
			"  astra access why role:'RO User' 'Modify Table' --db demo -o json || test $? = 10",
		Args:        cli.Args("WHO", "WHAT"),
		Annotations: completion.Args(completion.Principals, completion.Whats),
		RunE: func(cmd *cobra.Command, args []string) error {
			return why(cmd.Context(), app, in, args[0], args[1])
		},
	}
	cmd.Flags().BoolVar(&in.any, "any", false, "accept a part of the place as a yes")
	in.addPlace(cmd)
	in.addBy(cmd)
	return cmd
}

func why(ctx context.Context, app *cli.App, in question, who, what string) error {
	w, err := in.what(what)
	if err != nil {
		return err
	}
	if err := cli.CheckOne(app, whyColumns(app, rights.Answer{})); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	around := rights.AheadOfWhy(ctx, session.Client, session.Calls)
	snapshot, place, found, err := in.read(ctx, app, who)
	if err != nil {
		return err
	}
	q := access.Question{What: w, Place: place, Any: in.any}
	a := snapshot.Answer(found[0], q, app)
	if a.Beside, err = snapshot.Beside(ctx, around, a.Answer); err != nil {
		return err
	}
	rights.WarnCut(app, a.Answer, w)
	if err := cli.PrintOne(app, whyColumns(app, a), a); err != nil {
		return err
	}
	if !cli.WantsDocument(app) && len(app.Globals.Columns) == 0 {
		who := "To add it"
		if a.Others {
			who = "An administrator can add it"
		}
		if len(a.Fix) == 1 {
			app.Say(who+": %s", a.Fix[0]) // a table would break a long line
		} else if len(a.Fix) > 1 {
			app.Say(who + ", with these commands:")
			for _, command := range a.Fix {
				app.Say("  %s", command)
			}
		}
	}
	return rights.Status(q, a.Answer)
}

// whyColumns are those of an answer. Text leaves out what is empty.
func whyColumns(app *cli.App, a rights.Answer) []output.Column[rights.Answer] {
	keys := []string{"answer", "reason", "links"}
	if len(a.Near) > 0 {
		keys = append(keys, "near")
	}
	return answerColumns(app, append(keys, "beside")...)
}
