package onetime

import (
	"context"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/secret"
)

// A Destination takes the secret of a credential.
type Destination interface {
	// String says where it is, for people.
	String() string
	// Prepare makes sure that the secret can be taken, as far as that can be
	// known before there is one.
	Prepare(ctx context.Context) error
	// Deliver takes the secret. After an error it does not hold it.
	Deliver(ctx context.Context, made devops.Credential) error
	// Holds reports whether an earlier run delivered the secret of a client id
	// here. Where only a person can tell, it does not.
	Holds(ctx context.Context, clientID string) (bool, error)
	// Drop takes away what is held of a client id that is revoked.
	Drop(ctx context.Context, clientID string) error
	// Note writes down where it is, so that a later run finds it.
	Note(r *Record)
	// Discard drops what Prepare set up. It does no harm after Deliver.
	Discard()
}

// A Loader is a destination from which a delivered token can be read again, so that
// the service can be asked with it.
type Loader interface {
	// Load returns the token of a client id that the destination holds.
	Load(ctx context.Context, clientID string) (secret.Text, error)
}
