package tokens

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/failpoint"
)

// A transfer is the record of a change of both secrets and configuration, which cannot
// be atomic. It names every secret that an interrupted change may leave without a
// profile, and contains none. It exists beside the configuration until the change has
// ended, and its lock shows that the change is in progress.
type transfer struct {
	From    string       `json:"from,omitempty"` // of a renamed profile
	To      string       `json:"to,omitempty"`
	Secrets []secretName `json:"secrets"`
}

// A secretName names a secret in a store.
type secretName struct {
	Kind    string `json:"store"`
	Profile string `json:"profile"`
	Name    string `json:"name"`
}

const (
	// transferDir is the directory of the records.
	transferDir    = "transfers"
	transferSuffix = ".json"
	// maxTransfer is more than the size of a record.
	maxTransfer = 1 << 20
	// transferWait limits the wait for the lock of a new record.
	transferWait = 10 * time.Second
)

// runTransfer runs a change of secrets and configuration. Before it, it records the
// secrets that the change adds or removes; after it, also after a failure, it deletes
// those that no profile names. After an interruption EndTransfers does that.
func runTransfer(ctx context.Context, app *cli.App, note transfer, secrets []cli.SecretKey, change func() error) error {
	if len(secrets) == 0 {
		return change()
	}
	for _, s := range secrets {
		note.Secrets = append(note.Secrets, secretName{s.Kind, s.Key.Profile, s.Key.Name})
	}
	paths, err := app.Paths()
	if paths.Config == "" {
		return err
	}
	if _, err := app.ReadConfig(); err != nil { // it could neither be changed nor searched
		return err
	}
	dir := filepath.Join(paths.Config, transferDir)
	if err := atomicfile.MkdirAll(dir); err != nil {
		return wrapWriteError(dir, err)
	}
	path := filepath.Join(dir, rand.Text()+transferSuffix)
	lock, err := atomicfile.TakeLock(ctx, path+".lock", transferWait) // EndTransfers of another process may have it for a moment
	if err != nil {
		return wrapWriteError(path, err)
	}
	defer lock.Remove()
	text, err := json.Marshal(note)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(path, text, atomicfile.Options{New: true, Label: "transfer"}); err != nil {
		return wrapWriteError(path, err)
	}
	failpoint.Here("transfer: noted")
	changed := change()
	failpoint.Here("transfer: changed")
	ended := endTransfer(context.WithoutCancel(ctx), app, path, note)
	if changed == nil {
		return exit.Hint(ended, "the change was made; the next astra command deletes the remaining secrets")
	}
	return errors.Join(changed, ended)
}

// endTransfer deletes the secrets of a record that no profile names, and the record.
func endTransfer(ctx context.Context, app *cli.App, path string, note transfer) error {
	cfg, err := app.ReadConfig()
	if err != nil {
		return err
	}
	named := map[secretName]bool{}
	for _, p := range cfg.Profiles {
		for _, s := range append(secretsOf(p), cli.SessionSecrets(p)...) {
			named[secretName{s.Kind, s.Key.Profile, s.Key.Name}] = true
		}
	}
	var orphans []cli.SecretKey
	for _, s := range note.Secrets {
		if !named[s] {
			orphans = append(orphans, cli.SecretKey{Kind: s.Kind, Key: credential.Key{Profile: s.Profile, Name: s.Name}})
		}
	}
	if err := app.DropSecrets(ctx, orphans); err != nil {
		return err
	}
	if err := atomicfile.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return wrapWriteError(path, err)
	}
	return nil
}

// endTransfers ends interrupted changes of secrets and configuration. It does not touch
// the change of a running command.
func endTransfers(ctx context.Context, app *cli.App) error {
	paths, _ := app.Paths()
	if paths.Config == "" || app.UsesSandbox() {
		return nil
	}
	dir := filepath.Join(paths.Config, transferDir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil //nolint:nilerr // mostly there is none; what cannot be read is for the commands that write
	}
	var notes []string // also those that only have a lock
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".lock")
		if strings.HasSuffix(name, transferSuffix) && !slices.Contains(notes, name) {
			notes = append(notes, name)
		}
	}
	var errs []error
	for _, name := range notes {
		errs = append(errs, endTransferAt(ctx, app, filepath.Join(dir, name)))
	}
	return errors.Join(errs...)
}

func endTransferAt(ctx context.Context, app *cli.App, path string) error {
	lock, err := atomicfile.TakeLock(ctx, path+".lock", 0)
	if errors.Is(err, atomicfile.ErrLocked) {
		return nil
	}
	if err != nil {
		return wrapWriteError(path, err)
	}
	defer lock.Remove()
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxTransfer || atomicfile.Foreign(info)) {
		return &config.Error{Path: path, Why: "not a note of this program"}
	}
	text, err := atomicfile.ReadFile(path, maxTransfer)
	if err != nil {
		return &config.Error{Path: path, Why: "not readable", Err: err}
	}
	var note transfer
	if err := json.Unmarshal(text, &note); err != nil {
		return &config.Error{Path: path, Why: "damaged"}
	}
	if err := endTransfer(ctx, app, path, note); err != nil {
		return err
	}
	if _, found := app.FindProfile(note.To); found && note.To != "" {
		app.EndedRename.From, app.EndedRename.To = note.From, note.To
	}
	return nil
}

// wrapWriteError explains the failure to write a record.
func wrapWriteError(path string, err error) error {
	return &config.Error{Path: path, Why: "cannot be written", Err: atomicfile.Cause(err)}
}

// RenameProfile renames a profile in the configuration, and moves its secrets. After a
// failure the profile has its old name, and no secret is left under the new one.
func RenameProfile(ctx context.Context, app *cli.App, p config.Profile, to string) error {
	all := append(secretsOf(p), cli.SessionSecrets(p)...)
	return runTransfer(ctx, app, transfer{From: p.Name, To: to}, append(withProfile(all, to), all...), func() error {
		if err := copySecrets(ctx, app, all, to); err != nil {
			return err
		}
		return app.UpdateConfig(ctx, func(c *config.Config) error {
			now, found := c.Find(p.Name)
			if !found {
				return exit.Failf(exit.Conflict, "profile %s was removed by another command", p.Name)
			}
			if _, taken := c.Find(to); taken {
				return exit.Failf(exit.Conflict, "profile %q already exists", to)
			}
			now.Name = to
			c.Remove(p.Name)
			c.Put(now)
			if c.CurrentProfile == p.Name {
				c.CurrentProfile = to
			}
			return nil
		})
	})
}

// DeleteProfile removes a profile from the configuration, and then its secrets. It
// probes the stores first.
func DeleteProfile(ctx context.Context, app *cli.App, p config.Profile) error {
	all := append(secretsOf(p), cli.SessionSecrets(p)...)
	for _, kind := range kindsOf(all) {
		store, err := app.Store(kind)
		if err == nil {
			err = store.Probe(ctx)
		}
		if err != nil {
			return err
		}
	}
	return runTransfer(ctx, app, transfer{}, all, func() error {
		return app.UpdateConfig(ctx, func(c *config.Config) error {
			c.Remove(p.Name)
			if c.CurrentProfile == p.Name {
				c.CurrentProfile = ""
			}
			return nil
		})
	})
}

// kindsOf returns the kinds of the stores of secrets.
func kindsOf(all []cli.SecretKey) (kinds []string) {
	for _, s := range all {
		if !slices.Contains(kinds, s.Kind) {
			kinds = append(kinds, s.Kind)
		}
	}
	return kinds
}

// withProfile returns secrets with the name of another profile.
func withProfile(all []cli.SecretKey, profile string) []cli.SecretKey {
	all = slices.Clone(all)
	for i := range all {
		all[i].Key.Profile = profile
	}
	return all
}
