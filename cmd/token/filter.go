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
	"github.com/astra-admin/astra/pkg/tokens"
)

// A filter selects tokens that match all of its conditions. The zero value selects all.
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

// age returns the minimum age of a token, zero for any age.
func (f filter) age() (time.Duration, error) { return flags.ParseDuration("--older-than", f.olderThan) }

// choose returns the tokens that match the filter. A token of unknown age or expiry
// does not match a condition about it.
func (f filter) choose(ctx context.Context, app *cli.App, session *cli.Session, all []tokens.Token) ([]tokens.Token, error) {
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
	unknownExpiry, unknownAge := 0, 0
	chosen := slices.DeleteFunc(slices.Clone(all), func(r tokens.Token) bool {
		switch {
		case roleID != "" && !slices.Contains(r.Roles, roleID):
			return true
		case f.noExpiry && r.LacksTimes():
			unknownExpiry++
			return true
		case f.noExpiry && !r.ExpiresAt.IsZero():
			return true
		case age > 0 && r.GeneratedOn.IsZero():
			unknownAge++
			return true
		}
		return age > 0 && r.Now.Sub(r.GeneratedOn) < age
	})
	if unknownExpiry > 0 {
		app.Warn("--no-expiry skipped %d of %s: the list does not show whether they expire", unknownExpiry, spelling.Count(len(all), "token"))
	}
	if unknownAge > 0 {
		app.Warn("--older-than skipped %d of %s: the list does not show their age", unknownAge, spelling.Count(len(all), "token"))
	}
	return chosen, nil
}
