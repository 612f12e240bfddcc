package db

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/dbchange"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/shellword"
)

type bundle struct {
	region, out     string
	force, internal bool
}

func newBundle(app *cli.App) *cobra.Command {
	var in bundle
	cmd := &cobra.Command{
		Use:        "bundle DB",
		SuggestFor: []string{"download", "scb"},
		Short:      "Download the secure connect bundle of a database",
		Long: `Download the secure connect bundle of a database: the zip file with the address
and certificates that drivers, the CQL shell and bulk loaders need. Connecting
also requires a token.

--internal downloads the bundle for private endpoints, with which drivers in a
network connected by "astra private-link" reach the database.

The bundle is stored in the state directory, where "astra env export" finds it,
and replaced by the next download; --out writes it elsewhere. The internal bundle
has a file of its own, which "astra env export" does not use. Only you can read
the file. It is checked before it gets its name.

The bundle is only downloaded from amazonaws.com, datastax.com or the host of
the API. No token is sent there.`,
		Example: "  astra db bundle demo\n" +
			"  astra db bundle demo --region us-east1 --out ./secure-connect-demo.zip\n" +
			"  astra db bundle demo --internal",
		Args:        cli.Args("DB"),
		Annotations: completion.Args(completion.Databases),
		RunE:        func(cmd *cobra.Command, args []string) error { return in.run(cmd.Context(), app, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&in.region, "region", "", "`name` of the region (default: the selected one, else the first one)")
	f.StringVar(&in.out, "out", "", "write the bundle to this new `file`")
	f.BoolVar(&in.force, "force", false, "overwrite the file of --out")
	f.BoolVar(&in.internal, "internal", false, "download the bundle for private endpoints")
	completion.Flags(f, completion.Regions, "region")
	completion.Flags(f, completion.Files, "out")
	return cmd
}

// bundleRow is the printed form of a bundle.
type bundleRow struct {
	database, region, path string
	size                   int64
}

func (in bundle) run(ctx context.Context, app *cli.App, ref string) error {
	if err := cli.CheckOne(app, bundleColumns()); err != nil {
		return err
	}
	if err := in.checkOut(); err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	d, err := session.Database(ctx, ref)
	if err != nil {
		return err
	}
	region, err := regionOf(session, d, in.region)
	if err != nil {
		return err
	}
	path, err := in.path(app, d, region)
	if err != nil {
		return err
	}
	if app.DryRunf("download the %s of %s in %s to %s", in.kind(), d.Name, region, path) {
		return nil
	}
	source, err := in.source(ctx, session, d, region)
	if err != nil {
		return err
	}
	size, err := in.fetch(ctx, app, session, source, path)
	if err != nil {
		return err
	}
	app.Say("Downloaded the %s of %s in %s.", in.kind(), d.Name, region)
	return cli.PrintOne(app, bundleColumns(), bundleRow{d.Name, region, path, size})
}

// regionOf returns a region of a database: the one that is named, else that of
// "env export", else the first one.
func regionOf(session *cli.Session, d devops.Database, named string) (string, error) {
	if named != "" {
		if !slices.Contains(d.Regions, named) {
			return "", exit.NotAmongf("region", named, d.Regions)
		}
		return named, nil
	}
	selected, err := session.Selection(d.ID)
	if err != nil {
		return "", err
	}
	region := cmp.Or(selected.Project.Region, selected.Binding.Region)
	if selected.Set() && slices.Contains(d.Regions, region) {
		return region, nil
	}
	return d.Region, nil
}

// checkOut checks --out before anything is sent.
func (in bundle) checkOut() error {
	if in.out == "" {
		if in.force {
			return exit.Usagef("--force requires --out")
		}
		return nil
	}
	if in.out == "-" {
		return exit.Usagef("--out must be a file, not standard output")
	}
	if _, err := os.Stat(filepath.Dir(in.out)); err != nil {
		return cli.OutError(in.out, err)
	}
	info, err := os.Lstat(in.out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return cli.OutError(in.out, err)
	case !info.Mode().IsRegular() && info.Mode()&fs.ModeSymlink == 0:
		return exit.Usagef("--out %s is not a file", shellword.Quote(in.out))
	case !in.force:
		return exit.Usagef("%s exists", shellword.Quote(in.out)).WithHint("use --force to replace it")
	}
	return nil
}

func errExists(path string) error {
	return exit.Refusef("%s exists", shellword.Quote(path)).WithHint("use --force to replace it")
}

// path returns the path of the bundle.
func (in bundle) path(app *cli.App, d devops.Database, region string) (string, error) {
	if in.out != "" {
		return in.out, nil
	}
	if in.internal {
		region += "-internal"
	}
	path, err := app.BundlePath(d.ID, region)
	return path, exit.Hint(err, "name the file with --out")
}

// kind names the bundle in messages.
func (in bundle) kind() string {
	if in.internal {
		return "internal bundle"
	}
	return "bundle"
}

// source returns the address of the bundle.
func (in bundle) source(ctx context.Context, session *cli.Session, d devops.Database, region string) (devops.Bundle, error) {
	all, err := session.Databases.Bundles(ctx, d.ID)
	if errors.Is(err, devops.ErrConflict) {
		e := exit.Classify(dbchange.ExplainConflict(d, err))
		if e.Hint == "" {
			return devops.Bundle{}, exit.Hint(err, "only an active database has a bundle", "astra db get "+shellword.Quote(d.Name))
		}
		return devops.Bundle{}, exit.Hint(e, "only an active database has a bundle; "+e.Hint)
	}
	if err != nil {
		return devops.Bundle{}, err
	}
	for _, b := range all {
		if b.Region != region && (len(all) != 1 || b.Region != "") {
			continue
		}
		if !in.internal {
			return b, nil
		}
		if b.Internal != "" {
			b.URL = b.Internal
			return b, nil
		}
	}
	return devops.Bundle{}, exit.Failf(exit.NotFound, "the service has no %s for %s in %s", in.kind(), d.Name, region)
}

// fetch downloads to a temporary file beside path, and renames it after a
// check.
func (in bundle) fetch(ctx context.Context, app *cli.App, session *cli.Session, source devops.Bundle, path string) (int64, error) {
	dir := filepath.Dir(path)
	if in.out == "" {
		if err := atomicfile.MkdirAll(dir); err != nil {
			return 0, cli.OutError(path, err)
		}
	}
	file, err := atomicfile.Create(path, atomicfile.Options{New: in.out != "" && !in.force})
	if err != nil {
		return 0, writeError(path, err)
	}
	defer file.Discard()
	size, err := session.Databases.FetchBundle(ctx, source, file)
	if _, local := errors.AsType[*fs.PathError](err); local {
		err = cli.OutError(path, err)
	}
	if err != nil {
		return 0, err
	}
	if err := checkArchive(file, size); err != nil {
		return 0, err
	}
	if err := file.Commit(); err != nil {
		return 0, writeError(path, err)
	}
	if file.IsExposed() {
		app.Warn("other users can read %s: its file system does not keep permissions", path)
	}
	return size, nil
}

// writeError returns the error of writing a bundle.
func writeError(path string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return errExists(path)
	}
	return cli.OutError(path, err)
}

func bundleColumns() []output.Column[bundleRow] {
	return []output.Column[bundleRow]{
		{Key: "database", Value: func(b bundleRow) any { return b.database }},
		{Key: "region", Value: func(b bundleRow) any { return b.region }},
		{Key: "path", Value: func(b bundleRow) any { return b.path }, Name: true},
		{Key: "size", Value: func(b bundleRow) any { return b.size }},
	}
}
