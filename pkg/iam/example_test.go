package iam_test

import (
	"fmt"
	"strings"

	"github.com/astra-admin/astra/pkg/iam"
)

// A role for one table needs a resource name for each level above it, and for the
// system keyspaces that drivers read.
func ExampleResources() {
	const org, db = "4f1e2d3c-5b6a-4789-9abc-def012345678", "8f3d1a2b-0c4d-4e5f-8a6b-7c8d9e0f1a2b"
	orders := iam.Scope{Database: db, Keyspace: "shop", Table: "orders"}
	for _, resource := range iam.Resources(org, []iam.Scope{orders}, []string{"db-table-select"}) {
		fmt.Println(strings.NewReplacer(org, "ORG", db, "DB").Replace(resource))
	}
	// Output:
	// drn:astra:org:ORG
	// drn:astra:org:ORG:db:DB
	// drn:astra:org:ORG:db:DB:keyspace:shop
	// drn:astra:org:ORG:db:DB:keyspace:shop:table:orders
	// drn:astra:org:ORG:db:DB:keyspace:system:table:*
	// drn:astra:org:ORG:db:DB:keyspace:system_schema:table:*
	// drn:astra:org:ORG:db:DB:keyspace:system_virtual_schema:table:*
}

// A policy applies to a resource only if it names that resource or all of its level.
func ExamplePolicy_Allows() {
	policy := iam.Policy{
		Effect:    iam.Allow,
		Actions:   []string{"db-table-select"},
		Resources: []string{"drn:astra:org:acme:db:8f3d1a2b:keyspace:shop:table:*"},
	}
	for _, resource := range []string{
		"drn:astra:org:acme:db:8f3d1a2b:keyspace:shop:table:orders",
		"drn:astra:org:acme:db:8f3d1a2b:keyspace:audit:table:orders",
	} {
		on, err := iam.ParseDRN(resource)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(policy.Allows("db-table-select", on), on)
	}
	// Output:
	// true drn:astra:org:acme:db:8f3d1a2b:keyspace:shop:table:orders
	// false drn:astra:org:acme:db:8f3d1a2b:keyspace:audit:table:orders
}

func ExampleAdvise() {
	advice := iam.Advise(iam.Request{Needs: []iam.Capability{iam.NeedCQL}, Access: iam.ReadOnly, Kind: iam.ServiceAccount})
	fmt.Println(advice.Role.Name)
	// Output: RO Svc Acct
}
