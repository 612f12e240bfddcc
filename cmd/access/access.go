// Package access is "astra access": who can do what, and where.
package access

import (
	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
)

// New returns the noun.
func New(app *cli.App) *cobra.Command {
	return cli.Noun(app, &cobra.Command{
		Use:   "access",
		Short: "Find out who can do what",
		Long: `Find out who can do what, and where, from the roles of users and tokens.

WHO is a user (email address or ID), a token (client ID or saved name),
role:NAME, me for the token in use, or - for a token on standard input.

As WHAT, name a permission (Portal name or API parameter) or a capability, such
as read-rows: a task that takes several permissions at the same place. List them
with "astra permission list --group capability".

The place is --db with --keyspace and --table; * means all, including those
created later. Without --db it is the organization with all databases. Names
that do not exist are errors; only tables cannot be checked, because the DevOps
API does not list them. See "astra help resources".

A question reads the users (org-user-read), tokens (org-token-read), roles
(org-role-read) and databases (org-db-view). What the token in use may not read
is unknown, and never taken for a no: see status 11 in "astra help exit-codes".`,
		Example: `  astra access can write-rows --db demo --as developer@example.com || test $? = 10
  astra access who delete-databases
  astra access list viewer@example.com
  astra access why me read-rows --db demo --keyspace app --table orders
  astra access diff owner@example.com viewer@example.com || test $? = 10
  astra access graph -o svg > access.svg
  astra access audit || test $? = 10`,
	}, newAudit, newCan, newDiff, newGraph, newList, newWho, newWhy)
}
