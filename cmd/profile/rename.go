package profile

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
)

func newRename(app *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:     "rename PROFILE NAME",
		Short:   "Give a profile another name",
		Long:    "Give a profile another name. Its secrets are copied under the new name, then the configuration is switched, then the old ones are dropped.",
		Example: "  astra profile rename default staging",
		Args:    cli.Args("PROFILE", "NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return rename(cmd.Context(), app, args[0], args[1])
		},
	}
}

func rename(ctx context.Context, app *cli.App, from, to string) error {
	if err := outside(app); err != nil {
		return err
	}
	p, err := app.NamedProfile(from)
	if err != nil {
		return err
	}
	if err := config.CheckName(to); err != nil {
		return cli.Usagef("%q cannot name a profile: %v", to, err)
	}
	if _, err := app.NamedProfile(to); err == nil {
		return cli.Failf(cli.Conflict, "profile %q exists already", to)
	}
	for _, s := range secrets(p) {
		if err := copySecret(ctx, app, s, credential.Key{Profile: to, Name: s.key.Name}); err != nil {
			return err
		}
	}
	err = app.UpdateConfig(ctx, func(c *config.Config) error {
		now, found := c.Find(from)
		if !found {
			return cli.Failf(cli.Conflict, "profile %s was removed meanwhile", from)
		}
		now.Name = to
		c.Remove(from)
		c.Put(now)
		if c.CurrentProfile == from {
			c.CurrentProfile = to
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := dropSecrets(ctx, app, p); err != nil {
		return cli.Hint(err, "the profile was renamed; only secrets under its old name are left")
	}
	app.Say("Renamed profile %s to %s.", from, to)
	return nil
}

// stored is one secret of a profile.
type stored struct {
	kind string
	key  credential.Key
}

// secrets are the login and the saved tokens of a profile.
func secrets(p config.Profile) []stored {
	var all []stored
	if p.Store != string(credential.Env) && p.Store != "" {
		all = append(all, stored{p.Store, credential.Key{Profile: p.Name}})
	}
	for _, t := range p.Tokens {
		all = append(all, stored{t.Store, credential.Key{Profile: p.Name, Name: t.Name}})
	}
	return all
}

func copySecret(ctx context.Context, app *cli.App, from stored, to credential.Key) error {
	item, err := app.Stored(ctx, from.kind, from.key)
	if errors.Is(err, credential.ErrNotFound) {
		return nil // the login was dropped
	}
	if err != nil {
		return err
	}
	store, err := app.Store(from.kind)
	if err != nil {
		return err
	}
	return store.Set(ctx, to, item)
}

// dropSecrets removes every secret of a profile from its store.
func dropSecrets(ctx context.Context, app *cli.App, p config.Profile) error {
	var errs []error
	for _, s := range secrets(p) {
		store, err := app.Store(s.kind)
		if err == nil {
			err = store.Delete(ctx, s.key)
		}
		if !errors.Is(err, credential.ErrNotFound) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
