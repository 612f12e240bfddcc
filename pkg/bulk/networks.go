package bulk

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/astra-admin/astra/pkg/spelling"
)

// Network is one address of an access list in an input.
type Network struct {
	Line        int    // in the file, 0 for an argument
	Given       string // original text
	Prefix      netip.Prefix
	Description string
}

// Networks splits arguments at commas, semicolons and white space, and checks
// each address.
func Networks(args []string) (networks []Network, faults []InputError) {
	for _, arg := range args {
		for _, word := range Split(arg) {
			n, fault := newNetwork(0, word, "")
			networks, faults = add(networks, faults, n, 0, fault)
		}
	}
	return networks, faults
}

// ReadNetworks parses a file of addresses: lines with addresses, CSV with the
// columns address and description, or JSON objects.
func ReadNetworks(data []byte) ([]Network, []InputError) {
	return rowFormat[Network]{
		key: "address", columns: []string{"address", "description"}, object: "address and description",
		aliases: map[string]string{"addresses": "address", "ip": "address", "ipaddress": "address", "cidr": "address"},
		word:    func(line int, word string) (Network, string) { return newNetwork(line, word, "") },
		cells: func(line int, columns, cells []string) (Network, string) {
			row := map[string]string{}
			for i, cell := range cells {
				row[columns[i]] = strings.TrimSpace(cell)
			}
			return newNetwork(line, row["address"], row["description"])
		},
		json: func(line int, decode func(any) error) (Network, string) {
			var in struct {
				Address     string `json:"address"`
				Description string `json:"description"`
			}
			if decode(&in) != nil {
				return Network{}, ""
			}
			return newNetwork(line, strings.TrimSpace(in.Address), in.Description)
		},
	}.read(data)
}

func newNetwork(line int, text, description string) (Network, string) {
	if text == "" {
		return Network{}, "no address"
	}
	prefix, err := ParseNetwork(text)
	if err != nil {
		return Network{}, err.Error()
	}
	return Network{line, text, prefix, description}, ""
}

// ParseNetwork parses an address or a network in CIDR notation. A single
// address is a network of one. Bits outside the mask are an error: either
// address or mask is wrong.
func ParseNetwork(text string) (netip.Prefix, error) {
	if odd := spelling.Foreign(text); odd != "" {
		return netip.Prefix{}, fmt.Errorf("%q is not an address: it has %s", text, odd)
	}
	prefix, err := netip.ParsePrefix(text)
	if bare, bareErr := netip.ParseAddr(text); bareErr == nil && bare.Zone() == "" {
		prefix, err = netip.PrefixFrom(bare, bare.BitLen()), nil
	}
	switch {
	case err != nil:
		return prefix, fmt.Errorf("%q is not an address or network such as 203.0.113.7 or 203.0.113.0/24", text)
	case prefix.Addr().Is4In6():
		return prefix, fmt.Errorf("%q is an IPv4-mapped IPv6 address; use %s", text, unmapPrefix(prefix))
	case prefix != prefix.Masked():
		return prefix, fmt.Errorf("%q is an address within a network; use %s for the network or %s for the address", text, prefix.Masked(), prefix.Addr())
	}
	return prefix, nil
}

// unmapPrefix returns the IPv4 notation of a prefix of mapped addresses.
func unmapPrefix(p netip.Prefix) string {
	switch bits := p.Bits() - 96; {
	case bits < 0:
		return "an IPv4 network"
	case bits < 32:
		return netip.PrefixFrom(p.Addr().Unmap(), bits).String()
	}
	return p.Addr().Unmap().String()
}
