// Package iam describes how Astra grants permissions: the names of resources, the
// catalog of permissions, policies, the default roles, the compiler from a scope to
// resource names, and a linter for roles that would not work. It performs no input or
// output.
//
// Its data was recorded from the service and its documents. Assumptions are
// stated in the comments of the functions that make them.
package iam
