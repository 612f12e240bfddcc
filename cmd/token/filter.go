package token

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/spelling"
)

// filter chooses tokens by what they are; all that it asks for must hold. The
// zero value chooses all.
type filter struct {
	role      string
	olderThan string
	noExpiry  bool
}

func (f *filter) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.role, "role", "", "list only tokens with this role, by `name` or ID")
	cmd.Flags().StringVar(&f.olderThan, "older-than", "", "list only tokens older than this `duration`, such as 90d")
	cmd.Flags().BoolVar(&f.noExpiry, "no-expiry", false, "list only tokens that never expire")
	completion.Flags(cmd.Flags(), completion.Roles, "role")
}

// age is how old a token must be, zero for any age.
func (f filter) age() (time.Duration, error) { return flags.ParseDuration("--older-than", f.olderThan) }

// choose returns the tokens that match the filter. A token of unknown age is not
// old, and one of unknown expiry may expire.
func (f filter) choose(ctx context.Context, app *cli.App, session *cli.Session, all []tokenRow) ([]tokenRow, error) {
	age, err := f.age()
	if err != nil {
		return nil, err
	}
	roleID := ""
	if f.role != "" {
		role, err := session.Role(ctx, f.role)
		if err != nil {
			return nil, err
		}
		roleID = role.ID
	}
	if f == (filter{}) {
		return all, nil
	}
	untold, ageless := 0, 0
	chosen := slices.DeleteFunc(slices.Clone(all), func(r tokenRow) bool {
		switch {
		case roleID != "" && !slices.Contains(r.Roles, roleID):
			return true
		case f.noExpiry && r.lacksTimestamps():
			untold++
			return true
		case f.noExpiry && !r.ExpiresAt.IsZero():
			return true
		case age > 0 && r.GeneratedOn.IsZero():
			ageless++
			return true
		}
		return age > 0 && r.now.Sub(r.GeneratedOn) < age
	})
	if untold > 0 {
		app.Warn("--no-expiry skipped %d of %s: the list does not show whether they expire", untold, spelling.Count(len(all), "token"))
	}
	if ageless > 0 {
		app.Warn("--older-than skipped %d of %s: the list does not show their age", ageless, spelling.Count(len(all), "token"))
	}
	return chosen, nil
}

// lacksTimestamps reports whether the list leaves out the times of a token, so that
// its expiry is unknown.
func (r tokenRow) lacksTimestamps() bool { return r.ExpiresAt.IsZero() && r.GeneratedOn.IsZero() }
