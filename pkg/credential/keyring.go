package credential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/secret"
)

const (
	// Service is the service name of items in the keyring.
	Service = "astra-cli"

	callTimeout   = 3 * time.Second  // for a keyring without dialog
	unlockTimeout = 60 * time.Second // for a user to enter a password
)

// KeyringOptions configures the access to the keyring.
type KeyringOptions struct {
	Service  string              // default Service
	Getenv   func(string) string // environment with the address of the session bus
	Timeout  time.Duration       // of one call; default three seconds
	Attended bool                // a user can answer an unlock dialog
	Notice   func(string)        // called before waiting for such a dialog; may be nil
	// Silent says that the keyring did not respond in time, and is set when it does not.
	// A later call, as to undo a change, waits a tenth of the timeout. It may be nil.
	Silent *atomic.Bool
}

// NewKeyring returns the keyring of the operating system. It is accessed only
// for an item, and never longer than the timeout.
func NewKeyring(o KeyringOptions) Store {
	k := &keyringStore{
		service:  cmp.Or(o.Service, Service),
		getenv:   o.Getenv,
		timeout:  cmp.Or(o.Timeout, callTimeout),
		unlock:   max(unlockTimeout, o.Timeout),
		attended: o.Attended,
		notice:   o.Notice,
		silent:   cmp.Or(o.Silent, new(atomic.Bool)),
	}
	if k.getenv == nil {
		k.getenv = func(string) string { return "" }
	}
	if k.notice == nil {
		k.notice = func(string) {}
	}
	return k
}

type keyringStore struct {
	service         string
	getenv          func(string) string
	timeout, unlock time.Duration
	attended        bool
	notice          func(string)
	silent          *atomic.Bool
}

// lockState is the state of a keyring that is known without opening it.
type lockState int

const (
	lockUnknown lockState = iota // the system does not report it
	unlocked
	locked
)

func (k *keyringStore) Kind() Kind { return Keyring }

func (k *keyringStore) Probe(ctx context.Context) error {
	_, err := k.prepare(ctx)
	return err
}

func (k *keyringStore) Get(ctx context.Context, key Key) (Item, error) {
	id, err := key.id()
	if err != nil {
		return Item{}, err
	}
	limit, err := k.prepare(ctx)
	if err != nil {
		return Item{}, err
	}
	data, err := withDeadline(ctx, limit, func() (string, error) { return keyring.Get(k.service, id) })
	if err != nil {
		return Item{}, k.convertError(err)
	}
	return decode([]byte(data))
}

func (k *keyringStore) Set(ctx context.Context, key Key, item Item) error {
	id, err := key.id()
	if err != nil {
		return err
	}
	data, err := encode(item)
	if err != nil {
		return err
	}
	limit, err := k.prepare(ctx)
	if err != nil {
		return err
	}
	_, err = withDeadline(ctx, limit, func() (struct{}, error) { return struct{}{}, keyring.Set(k.service, id, string(data)) })
	if err != nil {
		return k.convertError(err, item.Secret, item.Token)
	}
	back, err := withDeadline(ctx, k.patience(), func() (string, error) { return keyring.Get(k.service, id) })
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return fmt.Errorf("%w: the keyring did not store the credential", ErrUnavailable)
	case err != nil:
		return k.convertError(err, item.Secret, item.Token)
	case back != string(data):
		return fmt.Errorf("%w: the keyring returned a different credential", ErrUnavailable)
	}
	return nil
}

func (k *keyringStore) Delete(ctx context.Context, key Key) error {
	id, err := key.id()
	if err != nil {
		return err
	}
	limit, err := k.prepare(ctx)
	if err != nil {
		return err
	}
	_, err = withDeadline(ctx, limit, func() (struct{}, error) { return struct{}{}, keyring.Delete(k.service, id) })
	if err != nil {
		return k.convertError(err)
	}
	return nil
}

// prepare checks that a call can succeed, and returns its time limit.
func (k *keyringStore) prepare(ctx context.Context) (time.Duration, error) {
	state, err := withDeadline(ctx, k.patience(), func() (lockState, error) { return probe(k.getenv) })
	switch {
	case err != nil:
		return 0, k.convertError(err)
	case state == unlocked || state == lockUnknown && !k.attended:
		return k.patience(), nil
	case !k.attended:
		return 0, fmt.Errorf("%w and cannot be unlocked without a terminal", ErrLocked)
	case state == locked:
		k.notice(fmt.Sprintf("The keyring is locked: unlock it in its dialog (waiting up to %s, Ctrl-C stops)", k.unlock))
	}
	return k.unlock, nil
}

// patience returns the time limit of a call without a dialog.
func (k *keyringStore) patience() time.Duration {
	const part = 10
	if k.silent.Load() {
		return k.timeout / part
	}
	return k.timeout
}

// withDeadline runs call and waits for it up to limit. A call that does not
// return is abandoned: the library cannot be interrupted.
func withDeadline[T any](ctx context.Context, limit time.Duration, call func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	if failpoint.Disabled("keyring-limit") {
		ctx, limit = context.WithoutCancel(ctx), limit*1000
	}
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if recover() != nil { // the panic value may contain a secret
				a.err = fmt.Errorf("%w: the keyring returned an invalid response", ErrUnavailable)
			}
			done <- a
		}()
		a.value, a.err = call()
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-bounded.Done():
		var none T
		if err := ctx.Err(); err != nil {
			return none, err
		}
		return none, fmt.Errorf("%w (waited %s)", ErrTimeout, limit)
	}
}

// convertError converts an error of the keyring. Its text is shown without the given
// secrets.
func (k *keyringStore) convertError(err error, secrets ...secret.Text) error {
	if errors.Is(err, ErrTimeout) {
		k.silent.Store(true)
	}
	for _, ours := range []error{ErrUnavailable, ErrLocked, ErrTimeout, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, ours) {
			return err
		}
	}
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return ErrTooLarge
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		return fmt.Errorf("%w: this system has no supported keyring", ErrUnavailable)
	}
	if known := classify(err); known != nil {
		return known
	}
	var redactor secret.Redactor
	for _, s := range secrets {
		redactor.Add(s)
	}
	return fmt.Errorf("%w: %s", ErrUnavailable, redactor.Redact(err.Error()))
}
