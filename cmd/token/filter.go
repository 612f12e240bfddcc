package token

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/tokens"
)

// A filter selects tokens that match all of its conditions. The zero value selects all.
type filter struct {
	role          string
	olderThan     string
	expiresWithin string
	state         string
	noExpiry      bool
	expired       bool
}

func (f *filter) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.role, "role", "", "list only tokens with this role, by `name` or ID")
	cmd.Flags().StringVar(&f.olderThan, "older-than", "", "list only tokens older than this `duration`, such as 90d")
	cmd.Flags().StringVar(&f.expiresWithin, "expires-within", "", "list only valid tokens that expire within this `duration`, such as 30d")
	cmd.Flags().BoolVar(&f.expired, "expired", false, "list only expired tokens")
	cmd.Flags().BoolVar(&f.noExpiry, "no-expiry", false, "list only tokens that never expire")
	flags.Enum(cmd.Flags(), &f.state, "state", "", tokens.TokenStates(), "list only tokens in this `state`")
	completion.Flags(cmd.Flags(), completion.Roles, "role")
}

// filterFlags names the flags of a filter in messages.
const filterFlags = "--role, --older-than, --expires-within, --expired, --no-expiry or --state"

// check refuses values that a filter does not know.
func (f filter) check() error {
	if f.state != "" && !slices.Contains(tokens.TokenStates(), f.state) {
		return exit.Usagef("--state must be one of %s, not %q", strings.Join(tokens.TokenStates(), ", "), f.state)
	}
	_, _, err := f.durations()
	return err
}

// durations returns the minimum age of a token and the maximum time to its expiry, zero
// for any.
func (f filter) durations() (age, within time.Duration, err error) {
	if age, err = flags.ParseDuration("--older-than", f.olderThan); err != nil {
		return 0, 0, err
	}
	within, err = flags.ParseDuration("--expires-within", f.expiresWithin)
	return age, within, err
}

// expiryFlag returns the flag of the filter that takes a known expiry, or "".
func (f filter) expiryFlag() string {
	switch {
	case f.noExpiry:
		return "--no-expiry"
	case f.expired:
		return "--expired"
	case f.expiresWithin != "":
		return "--expires-within"
	case f.state != "" && f.state != tokens.StateUnknown && f.state != tokens.StateRoleDeleted:
		return "--state"
	}
	return ""
}

// choose returns the tokens that match the filter. A token of unknown age or expiry
// does not match a condition about it.
func (f filter) choose(ctx context.Context, app *cli.App, session *cli.Session, all []tokens.Token) ([]tokens.Token, error) {
	age, within, err := f.durations()
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
		states := r.States()
		switch {
		case roleID != "" && !slices.Contains(r.Roles, roleID):
			return true
		case f.expiryFlag() != "" && r.LacksTimes():
			unknownExpiry++
			return true
		case f.noExpiry && !slices.Contains(states, tokens.StateNeverExpires),
			f.expired && !slices.Contains(states, tokens.StateExpired),
			f.state != "" && !slices.Contains(states, f.state),
			within > 0 && (!slices.Contains(states, tokens.StateExpires) || r.ExpiresAt.Sub(r.Now) > within):
			return true
		case age > 0 && r.GeneratedOn.IsZero():
			unknownAge++
			return true
		}
		return age > 0 && r.Now.Sub(r.GeneratedOn) < age
	})
	if unknownExpiry > 0 {
		app.Warn("%s skipped %d of %s: the list does not show whether they expire", f.expiryFlag(), unknownExpiry, spelling.Count(len(all), "token"))
	}
	if unknownAge > 0 {
		app.Warn("--older-than skipped %d of %s: the list does not show their age", unknownAge, spelling.Count(len(all), "token"))
	}
	return chosen, nil
}
