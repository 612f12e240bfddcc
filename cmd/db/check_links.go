package db

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/rights"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// link is one condition of a connection to a database.
type link struct {
	name, state, detail, fix string
	others                   bool // whether the token that is checked may not run fix
}

// The states of a link.
const (
	linkOK        = "ok"
	linkBroken    = "broken"
	linkUnchecked = "not checked"
)

// The statuses of a data host that mean more than their kind of error.
const (
	forbidden   = 403
	unavailable = 503
)

// connection has the answers that the links of a database are derived from.
type connection struct {
	database devops.Database
	clientID string // of the token, which the DevOps API accepted
	embedded bool   // the sandbox in this program
	endpoint string
	keyspace string
	group    devops.PCUGroup // that keeps the database hibernated; zero if none

	asked  bool     // the data host was asked for the keyspaces
	usable []string // its answer: keyspaces that the token may use
	answer error    // or its refusal
	advice string   // against answer, for the network

	evaluated rights.Answer // what the roles of the token say, if the data host does not

	list    devops.AccessList
	listErr error
	own     netip.Addr // the public address of this machine; zero if unknown
}

// links returns all links in the order of a connection.
func (c connection) links() []link {
	return []link{c.address(), c.tls(), {"token", linkOK, c.clientID + ", accepted by the DevOps API", "", false}, c.awake(), c.role(), c.accessList(), c.keyspaceLink()}
}

// rejectedToken returns the links for a token that the DevOps API rejects, which
// says nothing about the database.
func rejectedToken(why string) []link {
	all := connection{}.links()
	for i, l := range all {
		all[i] = link{l.name, linkUnchecked, "the database is not known, because the token was rejected", "", false}
		if l.name == "token" {
			all[i] = link{l.name, linkBroken, why, "astra auth login", false}
		}
	}
	return all
}

// host returns host and port of the data host.
func (c connection) host() string {
	u, err := url.Parse(c.endpoint)
	if err != nil {
		return ""
	}
	return u.Host
}

// refusal returns the error of the data host, or an empty one.
func (c connection) refusal() *devops.Error {
	if e, ok := errors.AsType[*devops.Error](c.answer); ok {
		return e
	}
	return &devops.Error{}
}

// hasAnswer reports whether the data host answered at all.
func (c connection) hasAnswer() bool { return c.asked && (c.answer == nil || c.refusal().Status != 0) }

// isBroken reports whether the data host answered with an error that decides nothing
// about the token. It has no REST API for a vector database, and a database that is
// not awake is another link.
func (c connection) isBroken() bool {
	if c.answer == nil || !c.hasAnswer() || c.refusedByRole() || c.refusal().Status == unavailable {
		return false
	}
	return !errors.Is(c.answer, devops.ErrNotFound) && !errors.Is(c.answer, devops.ErrRateLimited)
}

// why says why a link could not be checked at the data host.
func (c connection) why() string {
	switch d := c.database; {
	case d.Status == "HIBERNATED":
		return d.Name + " is hibernated, and a request would wake it"
	case !c.asked:
		return d.Name + " is " + describeStatus(d)
	case errors.Is(c.answer, devops.ErrNotFound):
		return "the data host has no REST API for " + d.Name + ": " + c.refusalText()
	case c.refusal().Status != 0:
		return "unexpected answer of the data host: " + c.refusalText()
	}
	return "the data host did not answer"
}

// refusalText returns status and message of the refusal.
func (c connection) refusalText() string {
	e := c.refusal()
	text := ""
	if e.Status != 0 {
		text = fmt.Sprintf("status %d", e.Status)
	}
	for _, part := range []string{e.Message, c.advice} {
		if part != "" {
			text = strings.TrimPrefix(text+"; "+part, "; ")
		}
	}
	if text == "" && c.answer != nil {
		text = c.answer.Error()
	}
	return text
}

// brokenTLS reports whether the connection failed at the certificate.
func (c connection) brokenTLS() bool {
	return slices.Contains([]devops.Trouble{devops.UnknownAuthority, devops.CertificateTime, devops.WrongName, devops.NoTLS}, c.refusal().Trouble)
}

func (c connection) address() link {
	l := link{name: "address", state: linkOK, detail: c.host()}
	switch {
	case c.embedded:
		l.state, l.detail = linkUnchecked, "the sandbox is in this program"
	case !c.asked:
		l.state, l.detail = linkUnchecked, c.why()
	case !c.hasAnswer() && !c.brokenTLS():
		l.state, l.detail, l.fix = linkBroken, c.host()+": "+c.refusalText(), "astra doctor"
	case c.isBroken():
		l.state, l.detail, l.fix = linkBroken, "the data host "+c.host()+" responds with "+c.refusalText(), "astra doctor"
	}
	return l
}

func (c connection) tls() link {
	l := link{name: "tls", state: linkOK, detail: "the certificate is valid for " + c.host()}
	switch {
	case c.embedded:
		l.state, l.detail = linkUnchecked, "the sandbox is in this program"
	case strings.HasPrefix(c.endpoint, "http://"):
		l.state, l.detail = linkUnchecked, c.host()+" is on this machine and uses no TLS"
	case c.brokenTLS():
		l.state, l.detail, l.fix = linkBroken, c.refusalText(), "astra doctor"
	case !c.hasAnswer():
		l.state, l.detail = linkUnchecked, c.why()
	}
	return l
}

func (c connection) awake() link {
	d := c.database
	l := link{name: "awake", state: linkOK, detail: d.Name + " is " + describeStatus(d)}
	switch {
	case c.group.ID != "":
		l.state, l.fix = linkBroken, unparkCommand(c.group)
		l.detail += " because its PCU group " + c.group.Title + " is " + strings.ToLower(c.group.Status)
	case !isAwake(d):
		l.state, l.fix = linkBroken, wakeFix(d)
	case c.refusal().Status == unavailable:
		l.state, l.fix = linkBroken, dbchange.WakeCommand(d)
		l.detail += ", but the data host is not available (503); if it was hibernated, this request wakes it"
	}
	return l
}

func (c connection) role() link {
	l := link{name: "role", state: linkOK, detail: "the data host lists " + spelling.Count(len(c.usable), "keyspace")}
	switch {
	case c.asked && c.answer == nil:
	case c.refusedByList():
		l.state, l.detail = linkUnchecked, "the access list may be the reason of the refusal: "+c.refusalText()
	case c.refusedByRole():
		l = c.lackingRole(c.refusalText())
	case c.evaluated.Answer.Answer == access.No && c.refusal().Status == 0:
		l = c.lackingRole("")
	case c.evaluated.Reason != "" && c.evaluated.Answer.Answer != access.Unknown:
		l.state, l.detail = linkUnchecked, c.why()+"; by its roles, "+c.evaluated.Reason
	default:
		l.state, l.detail = linkUnchecked, c.why()
	}
	return l
}

// lackingRole is the link of a role that does not suffice, with the text of a refusal, if
// there was one, and what the roles of the token say.
func (c connection) lackingRole(refusal string) link {
	l := link{name: "role", state: linkBroken, detail: refusal, fix: "astra role advise --needs rest"}
	if c.evaluated.Answer.Answer != access.No {
		return l
	}
	l.detail = strings.TrimPrefix(refusal+"; "+c.evaluated.Reason, "; ")
	if len(c.evaluated.Fix) > 0 {
		l.fix, l.others = c.evaluated.Fix[0], c.evaluated.Others
	}
	return l
}

// refusedByRole reports whether the data host refused a token that the DevOps
// API accepted.
func (c connection) refusedByRole() bool {
	return errors.Is(c.answer, devops.ErrUnauthorized) || errors.Is(c.answer, devops.ErrForbidden)
}

// refusedByList reports whether the access list may be the reason of a refusal.
func (c connection) refusedByList() bool {
	return c.refusal().Status == forbidden && len(c.admittedAddresses()) > 0 && !c.admits(c.own)
}

// admittedAddresses returns the addresses to which the access list restricts access, if
// it does.
func (c connection) admittedAddresses() []string {
	var all []string
	for _, a := range c.list.Addresses {
		if a.Enabled && c.list.Enabled {
			all = append(all, a.Address)
		}
	}
	return all
}

// admits reports whether the access list has a network with this address.
func (c connection) admits(own netip.Addr) bool {
	return slices.ContainsFunc(c.admittedAddresses(), func(text string) bool {
		if address, err := netip.ParseAddr(text); err == nil {
			return address == own
		}
		network, err := netip.ParsePrefix(text)
		return err == nil && network.Contains(own)
	})
}

func (c connection) accessList() link {
	name, db := "access list", " --db "+shellword.Quote(c.database.Name)
	const most = 4
	all := c.admittedAddresses()
	only := "only " + strings.Join(all[:min(most, len(all))], ", ")
	if len(all) > most {
		only += fmt.Sprintf(" and %d more", len(all)-most)
	}
	switch {
	case errors.Is(c.listErr, devops.ErrForbidden):
		return link{name, linkUnchecked, "the token may not read it (accesslist-read)", "", false}
	case c.listErr != nil:
		return link{name, linkUnchecked, c.listErr.Error(), "", false}
	case len(all) == 0:
		return link{name, linkOK, "every address is admitted", "", false}
	case c.embedded:
		return link{name, linkUnchecked, only + " can reach it, but the sandbox does not enforce access lists", "", false}
	case c.refusedByList() && !c.own.IsValid():
		return link{name, linkBroken, only + " can reach it, and the data host refused this machine", "astra access-list get" + db, false}
	case c.hasAnswer() && !c.refusedByList():
		return link{name, linkOK, only + " can reach it, and the data host answered this machine", "", false}
	case !c.own.IsValid():
		return link{name, linkUnchecked, only + " can reach it; the public address of this machine is not known", "", false}
	case c.admits(c.own):
		return link{name, linkOK, "this machine's public address, " + c.own.String() + ", is admitted", "", false}
	}
	return link{name, linkBroken, "this machine's public address, " + c.own.String() + ", is not admitted", "astra access-list add " + c.own.String() + db, false}
}

func (c connection) keyspaceLink() link {
	d, name, db := c.database, "keyspace", " --db "+shellword.Quote(c.database.Name)
	switch {
	case c.keyspace == "":
		return link{name, linkBroken, d.Name + " has no keyspace", "astra keyspace create NAME" + db, false}
	case len(d.Keyspaces) == 0:
		return link{name, linkBroken, d.Name + " has no keyspaces", "astra keyspace create " + shellword.Quote(c.keyspace) + db, false}
	case !slices.Contains(d.Keyspaces, c.keyspace):
		return link{name, linkBroken, d.Name + " has no keyspace " + c.keyspace + "; it has " + strings.Join(d.Keyspaces, ", "), "astra keyspace create " + shellword.Quote(c.keyspace) + db, false}
	case !c.asked || c.answer != nil:
		return link{name, linkUnchecked, c.keyspace + " exists; whether the token may use it is not known", "", false}
	case !slices.Contains(c.usable, c.keyspace):
		return link{name, linkBroken, "the role of the token does not include keyspace " + c.keyspace, "astra token verify", false}
	}
	return link{name, linkOK, c.keyspace, "", false}
}

// describeStatus returns the status of a database in words.
func describeStatus(d devops.Database) string {
	return cmp.Or(strings.ToLower(d.Status), "of unknown status")
}

// wakeFix returns the command that makes a database active, or shows it.
func wakeFix(d devops.Database) string {
	if d.Status == "HIBERNATED" || d.Status == "RESUMING" {
		return dbchange.WakeCommand(d)
	}
	return strings.Join(explainAsleep(d).Next, "")
}
