package onetime

import (
	"context"

	"github.com/astra-admin/astra/pkg/devops"
)

// Review looks for tokens that refused requests made after all, in a list that was
// asked for anyway. It returns those that show, and commands remind of their
// operations from then on. A request of which a whole list shows nothing, when it
// is too late for it to be carried out, is dropped from the journal.
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
		late := !o.Record.otherOrg() && !iss.mayArrive(o.Record) && sight.Complete() && len(iss.fresh(o.Record, sight)) == 0
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
			err = e.note(e.Step)
			e.Leave()
		}
		if err != nil {
			return found, err
		}
		found = append(found, ours...)
	}
	return found, nil
}
