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
	Disabled    bool // an entry that is stored without effect
}

// Networks splits arguments at commas, semicolons and white space, and checks
// each address.
func Networks(args []string) (networks []Network, faults []InputError) {
	return parseWords(args, ParseNetwork)
}

// EntryNetworks is Networks for entries of an existing access list, which may
// have bits outside the mask.
func EntryNetworks(args []string) (networks []Network, faults []InputError) {
	return parseWords(args, ParseEntry)
}

func parseWords(args []string, parse func(string) (netip.Prefix, error)) (networks []Network, faults []InputError) {
	for _, arg := range args {
		for _, word := range Split(arg) {
			prefix, err := parse(word)
			fault := ""
			if err != nil {
				fault = err.Error()
			}
			networks, faults = add(networks, faults, Network{Given: word, Prefix: prefix}, 0, fault)
		}
	}
	return networks, faults
}

// ReadNetworks parses a file of addresses: lines with addresses, CSV with the
// columns address, description and enabled, or JSON objects.
func ReadNetworks(data []byte) ([]Network, []InputError) {
	return readNetworks(data, ParseNetwork)
}

// ReadEntryNetworks is ReadNetworks for entries of an existing access list, which may
// have bits outside the mask.
func ReadEntryNetworks(data []byte) ([]Network, []InputError) {
	return readNetworks(data, ParseEntry)
}

func readNetworks(data []byte, parse func(string) (netip.Prefix, error)) ([]Network, []InputError) {
	newNetwork := func(line int, text, description string) (Network, string) {
		if text == "" {
			return Network{}, "no address"
		}
		prefix, err := parse(text)
		if err != nil {
			return Network{}, err.Error()
		}
		return Network{Line: line, Given: text, Prefix: prefix, Description: description}, ""
	}
	return rowFormat[Network]{
		key: "address", columns: []string{"address", "description", "enabled"}, object: "address and description",
		aliases: map[string]string{"addresses": "address", "ip": "address", "ipaddress": "address", "cidr": "address"},
		word:    func(line int, word string) (Network, string) { return newNetwork(line, word, "") },
		cells: func(line int, columns, cells []string) (Network, string) {
			row := map[string]string{}
			for i, cell := range cells {
				row[columns[i]] = strings.TrimSpace(cell)
			}
			n, fault := newNetwork(line, row["address"], row["description"])
			switch enabled := strings.ToLower(row["enabled"]); {
			case fault != "":
			case enabled == "false":
				n.Disabled = true
			case enabled != "" && enabled != "true":
				fault = fmt.Sprintf("enabled is %q instead of true or false", row["enabled"])
			}
			return n, fault
		},
		json: func(line int, decode func(any) error) (Network, string) {
			var in struct {
				Address     string `json:"address"`
				Description string `json:"description"`
				Enabled     *bool  `json:"enabled"`
			}
			if decode(&in) != nil {
				return Network{}, ""
			}
			n, fault := newNetwork(line, strings.TrimSpace(in.Address), in.Description)
			n.Disabled = in.Enabled != nil && !*in.Enabled
			return n, fault
		},
	}.read(data)
}

// ParseNetwork parses an address or a network in CIDR notation. A single
// address is a network of one. Bits outside the mask are an error: either
// address or mask is wrong.
func ParseNetwork(text string) (netip.Prefix, error) {
	prefix, err := ParseEntry(text)
	if err == nil && prefix != prefix.Masked() {
		return prefix, fmt.Errorf("%q is an address within a network; use %s for the network or %s for the address", text, prefix.Masked(), prefix.Addr())
	}
	return prefix, err
}

// ParseEntry is ParseNetwork for an entry of an existing access list: the service
// preserves bits outside the mask, and so does the prefix.
func ParseEntry(text string) (netip.Prefix, error) {
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
