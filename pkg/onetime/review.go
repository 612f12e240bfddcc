package onetime

import (
	"context"

	"github.com/astra-admin/astra/pkg/devops"
)

// Review searches a list for tokens that refused requests issued nevertheless, and
// returns them. Commands warn about their operations from then on. A refused request
// that can no longer take effect ends if a complete list shows no token of it.
func (iss Issuer) Review(ctx context.Context, live []devops.Token) ([]string, error) {
	open, err := iss.Journal.List()
	if err != nil {
		return nil, err
	}
	var found []string
	for _, o := range open {
		if o.Running || o.Err != nil || !o.Record.Refused || o.Record.OrgID != iss.OrgID {
			continue
		}
		sight, err := iss.witness(o.Record, nil).compare(ctx, live)
		if err != nil {
			return found, err
		}
		ours := iss.ours(o.Record, sight)
		late := !o.Record.maybeElsewhere() && !iss.mayArrive(o.Record) && sight.Complete() && len(iss.fresh(o.Record, sight)) == 0 ||
			o.Record.maybeElsewhere() && iss.isRefusal(o.Record)
		if len(ours) == 0 && !late {
			continue
		}
		e, err := iss.Journal.Take(ctx, o.ID)
		if err != nil {
			continue // another process works on it
		}
		if len(ours) == 0 {
			err = e.End()
		} else {
			e.Refused = false
			err = e.reach(e.Step)
			e.Leave()
		}
		if err != nil {
			return found, err
		}
		found = append(found, ours...)
	}
	return found, nil
}

// endRefused ends refused requests that can no longer take effect, for a login that
// cannot list tokens: no list of it will show their outcome.
func (iss Issuer) endRefused(ctx context.Context) error {
	open, err := iss.Journal.List()
	if err != nil {
		return err
	}
	for _, o := range open {
		if o.Running || o.Err != nil || o.Record.OrgID != iss.OrgID || !iss.isRefusal(o.Record) {
			continue
		}
		e, err := iss.Journal.Take(ctx, o.ID)
		if err != nil {
			continue // another process works on it
		}
		if err := e.End(); err != nil {
			return err
		}
	}
	return nil
}
