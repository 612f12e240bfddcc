package envfile_test

import (
	"fmt"

	"github.com/astra-admin/astra/pkg/envfile"
)

// The text for a POSIX shell sets the same value with and without quotes around
// $(…).
func ExampleExport() {
	text, err := envfile.Export(envfile.Sh, []envfile.Var{{Name: "ASTRA_DB_KEYSPACE", Value: "app"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(text))
	// Output: export ASTRA_DB_KEYSPACE='app';
}

// A value that a format cannot represent is refused.
func ExampleExport_refused() {
	_, err := envfile.Export(envfile.Docker, []envfile.Var{{Name: "NOTE", Value: "two\nlines"}})
	fmt.Println(err)
	// Output: cannot write NOTE as docker: its value contains a line break, which ends a value in this format
}

// The rest of a file is unchanged.
func ExampleMerge() {
	existing := "# local settings\nPORT=8080\nASTRA_DB_KEYSPACE=old # set by astra\n"
	text, err := envfile.Merge([]byte(existing), envfile.Dotenv, []envfile.Var{{Name: "ASTRA_DB_KEYSPACE", Value: "app"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(text))
	// Output:
	// # local settings
	// PORT=8080
	// ASTRA_DB_KEYSPACE=app # set by astra
}
