package accesslist

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
)

// warn says whom a list will keep out that is about to restrict: whoever runs
// this, if that can be told.
func (p target) warn(ctx context.Context, app *cli.App, after devops.AccessList) {
	own, known := p.session.OwnAddress(ctx)
	switch {
	case !restricts(after), known && allows(after, own):
	case known && p.api:
		app.Warn("this machine's own public address, %s, is not on the list: the API will take no further call from here, not even one that undoes this", own)
	case known:
		app.Warn("this machine's own public address, %s, is not on the list: %s cannot be reached from here then. To undo it: %s", own, p.name, app.Command("astra access-list disable "+p.flag()))
	case p.api:
		app.Warn("the API will take calls from %s only, and at once. Whether the address that the service sees you at is among them cannot be told from here; "+
			"if it is not, only somebody behind one of them, or support, can undo this", few(active(after)))
	default:
		app.Warn("only %s can reach %s then, and at once; whether the address that the service sees you at is among them cannot be told from here. To undo it: %s",
			few(active(after)), p.name, app.Command("astra access-list disable "+p.flag()))
	}
}

// few names the first of some addresses.
func few(all []devops.Address) string {
	const most = 4
	var words []string
	for _, a := range all {
		words = append(words, a.Address)
	}
	if len(words) > most {
		words = append(words[:most], fmt.Sprintf("%d more", len(words)-most))
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " and " + words[last]
	}
	return strings.Join(words, "")
}

// allows reports whether a list lets an address in.
func allows(list devops.AccessList, own netip.Addr) bool {
	for _, a := range active(list) {
		if prefix, err := bulk.ParseNetwork(a.Address); err == nil && prefix.Contains(own) {
			return true
		}
	}
	return !restricts(list)
}
