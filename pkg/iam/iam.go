// Package iam describes how Astra grants permissions: the names of resources, the
// catalog of permissions, policies, the default roles, the compiler from a scope to
// resource names, and a linter for roles that would not work. It performs no input or
// output.
//
// Its facts were recorded from the service and its documents. Where they leave
// a question open, the comment of the function that answers it says so.
package iam
