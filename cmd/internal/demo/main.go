// Command demo runs a script in a sandbox and writes it as an animated picture and as an
// asciicast. The same script gives the same bytes, and there is no real secret that could
// be in them.
package main

//go:generate go run . ../../../docs/public

import (
	"context"
	"log"
	"os"
	"path/filepath"
)

// script is the tour of the README. A single word is a comment.
func script() [][]string {
	return [][]string{
		{"# Create a role for one keyspace. Missing permissions are named."},
		{"astra", "role", "create", "Reporting", "--permission", "Select Table", "--db", "demo", "--keyspace", "app", "--columns", "name,permissions,scopes"},
		{"# Mistakes get a suggestion, and each kind has its own exit status."},
		{"astra", "user", "invite", "ada@example.com", "--role", "Reprting"},
		{"astra", "user", "invite", "ada@example.com", "--role", "Reporting"},
		{"# Replace an old token. Both work until all clients have switched."},
		{"astra", "token", "list", "--older-than", "90d", "--columns", "clientId,name,roles,generatedOn"},
		{"astra", "token", "rotate", "orders", "--overlap", "24h", "--yes", "--columns", "clientId,previous,saved"},
		{"# Select a database and its token. A terminal shows secrets masked."},
		{"astra", "env", "use", "demo", "--saved-token", "orders", "--columns", "database,keyspace,savedToken"},
		{"astra", "env", "export"},
	}
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: demo DIRECTORY")
	}
	if err := generate(context.Background(), os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// generate writes the files into a directory.
func generate(ctx context.Context, dir string) error {
	steps, err := record(ctx, script())
	if err != nil {
		return err
	}
	play := schedule(steps)
	for name, text := range map[string]string{"demo.svg": play.svg(), "demo.cast": play.cast()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
