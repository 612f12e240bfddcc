package token

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/secret"
)

type remove struct {
	ref      string
	ifExists bool
	force    bool
}

func newDelete(app *cli.App) *cobra.Command {
	var in remove
	cmd := &cobra.Command{
		Use:     "delete TOKEN",
		Aliases: []string{"revoke", "rm"},
		Short:   "Revoke a token at once",
		Long: `Revoke a token at once. Whatever uses it is locked out.

The token is named by its client id, by its saved name, or by - with the whole
token on standard input. The token that this command itself uses is refused
without --force.`,
		Example: "  astra --sandbox token generate --role 'RO User' --save throwaway\n" +
			"  astra --sandbox token delete throwaway --yes",
		Args: cli.Args("TOKEN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.ref = args[0]
			return in.run(cmd.Context(), app)
		},
	}
	cmd.Flags().BoolVar(&in.ifExists, "if-exists", false, "succeed if there is no such token")
	cmd.Flags().BoolVar(&in.force, "force", false, "also revoke the token that this command uses")
	return cmd
}

func (in remove) run(ctx context.Context, app *cli.App) error {
	if in.ref == "-" {
		text, err := app.ReadTokenFile(ctx, "-")
		if err != nil {
			return err
		}
		app.Secrets.Add(text)
		parsed, err := secret.ParseToken(text.Reveal())
		if err != nil {
			return cli.Usagef("standard input: %v", err)
		}
		in.ref = parsed.ClientID
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	all, err := rows(ctx, app, session)
	if err != nil {
		return err
	}
	found, err := find(all, in.ref)
	if err != nil {
		if in.ifExists {
			app.Say("There is no token %s.", in.ref)
			return nil
		}
		return err
	}
	if found.current && !in.force {
		return cli.Refusef("%s is the token that this command uses: without it you are logged out", found.ClientID).
			WithHint("--force revokes it all the same")
	}
	if err := app.Confirm(ctx, "Revoke %s (%s)?", found.ClientID, found.words()); err != nil {
		return err
	}
	if err := session.Tokens.Delete(ctx, found.ClientID); err != nil {
		return fmt.Errorf("revoke %s: %w", found.ClientID, err)
	}
	if err := in.gone(ctx, session, found); err != nil {
		return err
	}
	app.Say("Revoked %s.", found.ClientID)
	return forget(ctx, app, session, found)
}

// words says what a token is, for the question.
func (r row) words() string {
	words := cli.RoleNames(r.roles)
	if words == "" {
		words = "no roles"
	}
	if r.saved != "" {
		words = r.saved + ", " + words
	}
	if r.description != "" {
		words += ", " + r.description
	}
	return words + ", generated " + cli.Age(r.now, r.GeneratedOn) + " ago"
}

// gone makes sure that the service no longer lists the token. It cannot ask
// with the token that was just revoked.
func (in remove) gone(ctx context.Context, session *cli.Session, deleted row) error {
	if deleted.current {
		return nil
	}
	live, err := session.Tokens.List(ctx)
	if err != nil {
		return cli.Hint(err, deleted.ClientID+" was deleted, which could not be verified")
	}
	for _, t := range live {
		if t.ClientID == deleted.ClientID {
			return cli.Failf(cli.Server, "the service accepted the deletion of %s and still lists it", deleted.ClientID)
		}
	}
	return nil
}

// forget drops the saved secret of a revoked token, and its binding.
func forget(ctx context.Context, app *cli.App, session *cli.Session, deleted row) error {
	if deleted.saved == "" {
		return nil
	}
	profile, err := sessionProfile(app, session)
	if err != nil {
		return err
	}
	saved, _ := profile.Token(deleted.saved)
	store, err := app.Store(saved.Store)
	if err != nil {
		return err
	}
	err = store.Delete(ctx, credential.Key{Profile: profile.Name, Name: saved.Name})
	if err != nil && !errors.Is(err, credential.ErrNotFound) {
		return cli.Hint(err, "the token was revoked; only its saved secret is still there")
	}
	return app.UpdateProfile(ctx, profile.Name, func(p *config.Profile) error {
		p.Tokens = slices.DeleteFunc(p.Tokens, func(s config.SavedToken) bool { return s.Name == saved.Name })
		if p.Env.Token == saved.Name {
			p.Env.Token = ""
			app.Say("It was bound to the environment: choose another one with astra env use.")
		}
		return nil
	})
}
