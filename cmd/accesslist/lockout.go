package accesslist

import (
	"context"
	"net/netip"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
)

// warn says whom a list will keep out that is about to restrict: whoever runs
// this, if that can be told.
func (p place) warn(ctx context.Context, app *cli.App, after devops.AccessList) {
	own, known := p.session.OwnAddress(ctx)
	switch {
	case !restricts(after), known && lets(after, own):
	case known && p.api:
		app.Warn("this machine's own public address, %s, is not on the list: the API will take no further call from here, not even one that undoes this", own)
	case known:
		app.Warn("this machine's own public address, %s, is not on the list: %s cannot be reached from here then", own, p.name)
	case p.api:
		app.Warn("the API will take calls from these addresses only, and at once. Whether the address that the service sees you at is among them cannot be told from here; " +
			"if it is not, only somebody behind one of them, or support, can undo this")
	default:
		app.Warn("only these addresses reach %s then, and at once; whether the one that the service sees you at is among them cannot be told from here", p.name)
	}
}

// lets reports whether a list lets an address in.
func lets(list devops.AccessList, own netip.Addr) bool {
	for _, a := range active(list) {
		if prefix, err := bulk.ParseNetwork(a.Address); err == nil && prefix.Contains(own) {
			return true
		}
	}
	return !restricts(list)
}
