// Package tokens is the life of application tokens: issue, rotate, resume, roll back,
// recover, revoke and verify them, and their copies in the secret stores of this
// machine. pkg/onetime has the protocol of issuing a secret that is shown once, and
// this package connects it to profiles, stores and messages. The verbs of cmd/token
// read flags, call this package, and print.
//
// Its API is for this program's own commands and may change at any time.
package tokens
