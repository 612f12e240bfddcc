// Package key is "astra key": customer keys for the encryption of databases.
package key

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/usage"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	noun := cli.Noun(app, &cobra.Command{
		Use:        "key",
		SuggestFor: []string{"cmek", "byok", "kms"},
		Short:      "Manage customer-managed encryption keys",
		Long: `Manage customer-managed encryption keys ("bring your own key"): keys at AWS,
Google Cloud or Azure, one for each cloud and region. New databases there are
encrypted with the key; existing ones are not changed. A database in several
regions needs a key in each. Classic databases have separate keys (--classic),
at AWS and Google Cloud.

1. List the accounts of the service that need access to the key: astra key
   accounts --cloud aws --region us-east-1
2. At your cloud provider, create a symmetric encryption key in that region and
   allow those accounts to use it. AWS: as users of the key in its policy.
   Google Cloud: with the role Cloud KMS CryptoKey Encrypter/Decrypter on the
   key. Azure: with a cryptography role in the key vault.
3. Register the key: astra key create --cloud aws --key-id ARN
4. Create the databases.

A key cannot be removed or replaced through the API; contact support. If those
accounts lose access to the key, or the key is deleted at the cloud provider,
the data of its databases becomes unreadable.`,
		Example: "  astra key list",
	}, newAccounts, newCreate, newGet, newList)
	unknown := noun.RunE
	noun.RunE = func(cmd *cobra.Command, args []string) error {
		if err := errUnsupportedVerb(args); err != nil {
			return err
		}
		return unknown(cmd, args)
	}
	noun.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if final := errUnsupportedVerb(cmd.Flags().Args()); cmd == noun && final != nil {
			return final
		}
		return usage.FlagError(cmd, err)
	})
	return noun
}

// errUnsupportedVerb explains that the API cannot modify keys.
func errUnsupportedVerb(args []string) error {
	if len(args) == 0 || !slices.Contains([]string{"delete", "remove", "rm", "update", "edit", "rotate", "replace", "disable", "revoke"}, args[0]) {
		return nil
	}
	return exit.Usagef("customer keys cannot be removed or replaced").
		WithHint("ask DataStax support. Deleting or blocking the key at the cloud provider makes the data of its databases unreadable").
		WithNext("astra key list")
}

func columns() []output.Column[devops.Key] {
	return []output.Column[devops.Key]{
		{Key: "cloud", Value: func(k devops.Key) any { return k.Cloud }, Sorted: true},
		{Key: "region", Value: func(k devops.Key) any { return k.Region }, Sorted: true},
		{Key: "keyId", Value: func(k devops.Key) any { return k.ID }, Name: true, Sorted: true},
		{Key: "classic", Value: func(k devops.Key) any { return k.Classic }, Wide: true},
	}
}

// location is the cloud and region of a key.
type location struct {
	cloud, region string
	classic       bool
}

func (p *location) add(cmd *cobra.Command) {
	f := cmd.Flags()
	lookup.AddCloud(f, &p.cloud)
	f.StringVar(&p.region, "region", "", "`name` of the region")
	f.BoolVar(&p.classic, "classic", false, "use keys for classic databases")
	completion.Flags(f, completion.CloudRegions, "region")
}

func (p *location) check() error {
	if err := lookup.CheckCloud(&p.cloud); err != nil {
		return err
	}
	p.region = strings.ToLower(p.region)
	switch {
	case p.cloud == "":
		return exit.Usagef("--cloud is required").WithNext("astra region list")
	case p.cloud == "azure" && p.classic:
		return exit.Usagef("customer keys for classic databases are available on AWS and GCP only")
	case p.region == "":
		return exit.Usagef("--region is required").WithNext("astra region list --cloud " + p.cloud)
	}
	return nil
}

// checkRegion checks that the region has databases: the service returns accounts
// for any region. Listing regions requires permission to create databases,
// which the credential may lack.
func (p location) checkRegion(ctx context.Context, app *cli.App, session *cli.Session) error {
	kind := ""
	if p.classic {
		kind = "classic"
	}
	_, err := session.Region(ctx, kind, p.cloud, p.region, "--cloud is")
	if errors.Is(err, devops.ErrForbidden) {
		app.Verbosef("region %s not checked: this credential cannot list regions", p.region)
		return nil
	}
	return err
}
