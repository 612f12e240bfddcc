package onetime

import (
	"context"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/secret"
)

// A Destination receives the secret of a credential.
type Destination interface {
	// String names the destination for people.
	String() string
	// Prepare checks that the destination can take a secret, as far as possible without
	// one.
	Prepare(ctx context.Context) error
	// Deliver stores or shows the secret. After an error the destination does not have
	// it.
	Deliver(ctx context.Context, made devops.Credential) error
	// Holds reports whether the destination has the secret of a client ID, false if
	// only the user can tell.
	Holds(ctx context.Context, clientID string) (bool, error)
	// Drop deletes the secret of a revoked client ID.
	Drop(ctx context.Context, clientID string) error
	// Note adds the destination to a journal record, so that a later command finds it.
	Note(r *Record)
	// Discard undoes Prepare. It has no effect after Deliver.
	Discard()
}

// A Loader is a destination that can read a delivered token back, so that the service
// can be asked with it.
type Loader interface {
	// Load returns the token of a client ID.
	Load(ctx context.Context, clientID string) (secret.Text, error)
}
