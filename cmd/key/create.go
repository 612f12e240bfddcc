package key

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

type create struct {
	location

	id string
}

func newCreate(app *cli.App) *cobra.Command {
	var in create
	cmd := &cobra.Command{
		Use:   "create --cloud PROVIDER --key-id ID",
		Short: "Register a customer-managed encryption key",
		Long: `Register a key that encrypts new databases of a cloud and region. First allow
the accounts of "astra key accounts" to use it: see "astra key --help".

--key-id is the ARN of a key at AWS (not of an alias), the resource name of a
key at Google Cloud (without a version), or the URL of a key in an Azure key
vault. If it contains the region, --region can be omitted.

Each cloud and region has one key. A registered key can neither be removed nor
replaced.`,
		Example: "  astra key create --cloud aws --key-id arn:aws:kms:us-east-1:111122223333:key/0123abcd-0000-4000-8000-000000000000 --yes\n" +
			"  astra key create --cloud gcp --key-id projects/acme/locations/us-east1/keyRings/astra/cryptoKeys/databases --yes\n" +
			"  astra key create --cloud azure --region eastus --key-id https://acme.vault.azure.net/keys/databases --yes",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	in.add(cmd)
	cmd.Flags().StringVar(&in.id, "key-id", "", "`name` of the key at the cloud provider")
	return cmd
}

func (in create) run(ctx context.Context, app *cli.App) error {
	if err := in.validateKeyID(); err != nil {
		return err
	}
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	key := devops.Key{Cloud: in.cloud, Region: in.region, ID: in.id, Classic: in.classic}
	registered, err := session.Keys.List(ctx, in.classic)
	if err != nil {
		return err
	}
	if old, found := findKey(registered, key); found {
		if old.ID != key.ID {
			return exit.Failf(exit.Conflict, "%s already has a key in %s: %s", key.Cloud, key.Region, old.ID).
				WithHint("each cloud and region has one key, which cannot be replaced; ask DataStax support")
		}
		app.Say("This key is already registered.")
		return cli.PrintOne(app, columns(), old)
	}
	if err := in.checkRegion(ctx, app, session); err != nil {
		return err
	}
	if err := in.confirm(ctx, app, session); err != nil {
		return err
	}
	org, err := session.OrgID(ctx)
	if err != nil {
		return err
	}
	err = session.Keys.Create(ctx, org, key)
	if errors.Is(err, devops.ErrOutcomeUnknown) { // the list shows the outcome
		if now, lookErr := session.Keys.List(ctx, in.classic); lookErr == nil && slices.Contains(now, key) {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("register the key for %s in %s: %w", key.Cloud, key.Region, err)
	}
	app.Say("Registered the key. New databases in %s are encrypted with it.", key.Region)
	return cli.PrintOne(app, columns(), key)
}

func findKey(keys []devops.Key, key devops.Key) (devops.Key, bool) {
	i := slices.IndexFunc(keys, func(k devops.Key) bool { return k.Cloud == key.Cloud && strings.EqualFold(k.Region, key.Region) })
	if i < 0 {
		return devops.Key{}, false
	}
	return keys[i], true
}

// confirm shows the accounts that need access to the key, and asks for
// confirmation.
func (in create) confirm(ctx context.Context, app *cli.App, session *cli.Session) error {
	accounts, err := session.Keys.Accounts(ctx, in.cloud, in.region, in.classic)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		app.Say("Before you continue, grant access to the key at %s to %s.", in.cloud, a.ID)
	}
	return app.Confirm(ctx, "Register %s for %s in %s? It can be neither removed nor replaced.", in.id, in.cloud, in.region)
}
