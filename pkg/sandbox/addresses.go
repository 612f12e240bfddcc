package sandbox

import (
	"bytes"
	"net/http"
	"net/netip"
	"slices"
	"time"
)

// address is an entry of an access list.
type address struct {
	Address     string    `json:"address"`
	Description string    `json:"description"`
	Enabled     bool      `json:"enabled"`
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`
}

type addressOut struct {
	Address     string `json:"address"`
	Description string `json:"description"`
	Enabled     bool   `json:"enabled"`
	Updated     string `json:"lastUpdateDateTime"` // not RFC 3339
}

func (a address) out() addressOut {
	return addressOut{a.Address, a.Description, a.Enabled, a.Updated.String()}
}

// appendAddresses adds addresses to a list and refuses duplicates.
func (c *request) appendAddresses(list []address, in []addressIn) ([]address, error) {
	list = slices.Clone(list)
	for _, i := range in {
		a, err := i.check(c.now)
		if err != nil {
			return nil, err
		}
		if indexOf(list, a.Address) >= 0 {
			return nil, refuse(http.StatusBadRequest, "the address %s is already on the list", a.Address)
		}
		list = append(list, a)
	}
	return list, nil
}

func indexOf(list []address, text string) int {
	return slices.IndexFunc(list, func(a address) bool { return a.Address == text })
}

// addressIn is an address in a request. Three keys are required; the time of a
// response is accepted and ignored, so that a list can be read, edited and sent.
type addressIn struct {
	Address            string
	Description        *string
	Enabled            *bool
	LastUpdateDateTime any
	CreatedAt          any // only in the list of the DevOps API
}

// check parses and validates an address. A single address becomes a /32
// network, as in the service. Bits outside the prefix are preserved: official
// clients send them and expect the same text back.
func (i addressIn) check(now time.Time) (address, error) {
	text, err := network(i.Address)
	switch {
	case err != nil:
		return address{}, err
	case i.Description == nil:
		return address{}, refuse(http.StatusBadRequest, "description is required")
	case i.Enabled == nil:
		return address{}, refuse(http.StatusBadRequest, "enabled is required")
	}
	now = now.Truncate(time.Millisecond)
	return address{text, *i.Description, *i.Enabled, now, now}, nil
}

// network parses an IPv4 address or network. The published pattern allows no
// IPv6.
func network(text string) (string, error) {
	prefix, err := netip.ParsePrefix(text)
	if a, bare := netip.ParseAddr(text); bare == nil {
		prefix, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err != nil || !prefix.Addr().Is4() {
		return "", refuse(http.StatusBadRequest, "%q is not an IPv4 address or network", text)
	}
	return prefix.String(), nil
}

// accessListIn is the body of PUT and PATCH. Official clients also send the
// addresses alone, as an array. The IDs of a response are accepted and ignored.
type accessListIn struct {
	OrganizationID any
	DatabaseID     any
	Addresses      []addressIn
	Configurations *struct{ AccessListEnabled *bool }
}

func (c *request) accessListIn() (in accessListIn, err error) {
	if bytes.HasPrefix(bytes.TrimSpace(c.body), []byte("[")) {
		in.Addresses, err = decode[[]addressIn](c)
		return in, err
	}
	in, err = decode[accessListIn](c)
	if err == nil && in.Configurations != nil && in.Configurations.AccessListEnabled == nil {
		err = refuse(http.StatusBadRequest, "configurations.accessListEnabled is required")
	}
	return in, err
}
