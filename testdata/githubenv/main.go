// Command githubenv prints the variables of a file that GITHUB_ENV would name, as
// JSON, by the reader of act, which runs GitHub's workflows. It is a module of its
// own, so that the program does not depend on act.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/nektos/act/pkg/container"
)

func main() {
	vars := map[string]string{}
	host := &container.HostEnvironment{Path: "/", TmpDir: os.TempDir()}
	if err := host.UpdateFromEnv(os.Args[1], &vars)(context.Background()); err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(vars); err != nil {
		log.Fatal(err)
	}
}
