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

// warnLockout warns that a list is about to restrict access, and, if the public
// address of this machine is known, whether it is excluded.
func (p target) warnLockout(ctx context.Context, app *cli.App, after devops.AccessList) {
	var own netip.Addr
	known := false
	if !app.UsesSandbox() {
		own, known = devops.LocalAddress(ctx, p.session.APIURL)
	}
	switch {
	case !restricts(after), known && allows(after, own):
	case known && p.api:
		app.Warn("this machine's public address, %s, is not on the list: the API will reject all calls from here, including those that undo this", own)
	case known:
		app.Warn("this machine's public address, %s, is not on the list: %s will not be reachable from here. To undo it: %s", own, p.name, app.Command("astra access-list disable "+p.flag()))
	case p.api:
		app.Warn("from now on the API accepts calls only from %s. Check that your own public address is included; "+
			"if not, the change can only be undone from one of these addresses, or by support", summarize(enabledAddresses(after)))
	default:
		app.Warn("from now on only %s can reach %s. Check that your own public address is included. To undo it: %s",
			summarize(enabledAddresses(after)), p.name, app.Command("astra access-list disable "+p.flag()))
	}
}

// summarize returns the first addresses of a list as text.
func summarize(all []devops.Address) string {
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

// allows reports whether a list admits an address.
func allows(list devops.AccessList, own netip.Addr) bool {
	for _, a := range enabledAddresses(list) {
		if prefix, err := bulk.ParseEntry(a.Address); err == nil && prefix.Contains(own) {
			return true
		}
	}
	return !restricts(list)
}
