package tokens

import (
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/onetime"
)

// A Delivery says where the secret of a new token goes: to a saved name, to a new file
// or to both, and without them to standard output.
type Delivery struct {
	Save   string // name
	Out    string // path
	Format string // of the file; "" = by its suffix
	Copy   bool   // to the clipboard too
}

// ToStdout reports whether the secret goes to standard output. The clipboard replaces no
// other destination.
func (d Delivery) ToStdout() bool { return d.Save == "" && d.Out == "" }

// record returns the journal record of the destinations. A token that replaces one with
// stored copies is stored beside them; for any other stored is nil.
func (d Delivery) record(app *cli.App, session *cli.Session, stored *storedCopies) (onetime.Record, error) {
	r := onetime.Record{Out: d.Out, Format: d.Format, Shown: d.ToStdout() && stored == nil}
	if stored != nil {
		stored.Note(&r)
	}
	if d.Save == "" {
		return r, nil
	}
	saved, err := newSaved(app, session, d.Save)
	if err != nil {
		return r, err
	}
	saved.Note(&r)
	return r, nil
}

// issuance is a token to be issued, with the destinations of its secret.
type issuance struct {
	Saved    string // name under which it is saved, if it is
	StoredAs string // where it is stored; "" = it replaces no stored token
	Shown    bool   // standard output is a destination

	roles        []lookup.RoleRef
	previous     string // client ID of the token that it replaces
	stored       *storedCopies
	destinations []onetime.Destination
}

// newIssuance returns the issuance that a journal record describes. The destinations are
// in the order of delivery: the safest first, and the clipboard, which is not in the
// record, last, because its content cannot be taken back.
func newIssuance(app *cli.App, apiURL string, record onetime.Record, roles []lookup.RoleRef, toClipboard bool) (*issuance, error) {
	n := &issuance{Shown: record.Shown, previous: record.Old, roles: roles}
	switch {
	case record.HoldsOld:
		n.stored = storedCopiesAt(app, apiURL, record.Locations)
		n.Saved, n.StoredAs = n.stored.Name(), n.stored.String()
		n.destinations = append(n.destinations, n.stored)
	case len(record.Locations) > 0:
		saved, err := savedAt(app, apiURL, record.Locations[0])
		if err != nil {
			return nil, err
		}
		if record.Request.OrgID != record.OrgID {
			saved.OrgID = record.Request.OrgID
		}
		n.Saved = record.Locations[0].Saved
		n.destinations = append(n.destinations, saved)
	}
	columns := IssuedColumns(true)
	if record.Kind == onetime.Rotating {
		columns = RotatedColumns(true)
	}
	if record.Out != "" {
		render, err := toFile(app, record.Out, record.Format, columns, n.View)
		if err != nil {
			return nil, err
		}
		n.destinations = append(n.destinations, &onetime.File{Path: record.Out, Format: record.Format, Render: render})
	}
	if record.Shown {
		render := toStdout(app, columns, n.View)
		n.destinations = append(n.destinations, &onetime.Stdout{File: app.Stdout(), To: app.RawOut(), Alone: true, Render: render})
	}
	if toClipboard {
		n.destinations = append(n.destinations, newClipboard(app))
	}
	return n, nil
}

// View returns the new credential as it is shown.
func (n *issuance) View(made devops.Credential) IssuedToken {
	return IssuedToken{Credential: made, Roles: n.roles, Saved: n.Saved, Previous: n.previous}
}
