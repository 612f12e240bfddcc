package flags

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestEnum(t *testing.T) {
	t.Parallel()
	var one string
	var some []string
	f := pflag.NewFlagSet("test", pflag.ContinueOnError)
	Enum(f, &one, "color", "auto", []string{"auto", "always"}, "`when` to use color")
	Enum(f, &one, "store", "", []string{"keyring", "file"}, "`where` to keep it (default keyring)")
	EnumList(f, &some, "needs", []string{"rest"}, "`list` of needs")
	f.String("expires", "", "`when` it ends: a duration or a date")
	for name, want := range map[string]string{
		"color":   "`when` to use color (auto, always)|auto always",
		"store":   "`where` to keep it (keyring, file; default keyring)|keyring file",
		"needs":   "`list` of needs (rest)|rest",
		"expires": "`when` it ends: a duration or a date|",
	} {
		flag := f.Lookup(name)
		if got := flag.Usage + "|" + strings.Join(EnumValues(flag), " "); got != want {
			t.Errorf("--%s is %q, want %q", name, got, want)
		}
	}
}
