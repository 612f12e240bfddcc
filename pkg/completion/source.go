// Package completion offers a shell the words that can stand on a command line. A
// command declares the source of each argument and flag; the words are in files of
// this machine. It sends no request, reads no secret and asks no question.
package completion

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/flags"
)

// A Source is the origin of the candidates for a word of the command line.
type Source string

// The sources. Databases, Roles, Users, Tokens, Tenants, Keyspaces, Regions and PCUGroups
// come from the last lists of the service; Profiles, SavedTokens, Organizations and OrganizationIDs
// are in the configuration.
const (
	None            Source = "" // free text
	Files           Source = "files"
	Values          Source = "values"  // declared with flags.Enum, or as ValidArgs
	Columns         Source = "columns" // of the list that the command prints
	Databases       Source = "databases"
	Roles           Source = "roles"
	Users           Source = "users"
	Tokens          Source = "tokens"
	Tenants         Source = "tenants" // of Astra Streaming
	Keyspaces       Source = "keyspaces"
	PCUGroups       Source = "pcus"
	Regions         Source = "regions"    // in which databases are
	CloudRegions    Source = "anyregions" // of all clouds
	Permissions     Source = "permissions"
	Whats           Source = "whats"      // permissions and capabilities
	Principals      Source = "principals" // users and tokens
	Profiles        Source = "profiles"
	SavedTokens     Source = "saved"
	Organizations   Source = "organizations"
	OrganizationIDs Source = "organization-ids"
	Runs            Source = "runs" // of org apply on this machine
)

const (
	annotation = "astra_completion" // of a flag and of a command: the sources
	repeatMark = "…"
)

// Flags declares the source of the values of flags of f.
func Flags(f *pflag.FlagSet, source Source, names ...string) {
	for _, name := range names {
		_ = f.SetAnnotation(name, annotation, []string{string(source)}) // fails only for an undeclared flag
	}
}

// Args returns the annotations of a command whose arguments have these sources, in
// their order.
func Args(sources ...Source) map[string]string {
	words := make([]string, len(sources))
	for i, s := range sources {
		words[i] = string(s)
	}
	return map[string]string{annotation: strings.Join(words, ",")}
}

// Repeat returns the source of the last argument where there may be several.
func Repeat(s Source) Source { return s + repeatMark }

// FlagSource returns the declared source of a flag.
func FlagSource(f *pflag.Flag) Source {
	if declared := f.Annotations[annotation]; len(declared) > 0 {
		return Source(declared[0])
	}
	if len(flags.EnumValues(f)) > 0 {
		return Values
	}
	return None
}

// ArgSource returns the declared source of the argument of cmd with an index.
func ArgSource(cmd *cobra.Command, index int) Source {
	if index == 0 && len(cmd.ValidArgs) > 0 {
		return Values
	}
	declared := strings.Split(cmd.Annotations[annotation], ",")
	last := declared[len(declared)-1]
	if repeats := strings.HasSuffix(last, repeatMark); repeats {
		declared[len(declared)-1] = strings.TrimSuffix(last, repeatMark)
		index = min(index, len(declared)-1)
	}
	if index >= len(declared) {
		return None
	}
	return Source(declared[index])
}
