package org

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/atomicfile"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/orgstate"
	"github.com/astra-admin/astra/pkg/plan"
	"github.com/astra-admin/astra/pkg/shellword"
)

type export struct {
	plan.ExportOptions

	out      string
	force    bool
	sections []string
}

func newExport(app *cli.App) *cobra.Command {
	var in export
	cmd := &cobra.Command{
		Use:        "export",
		SuggestFor: []string{"dump", "import"},
		Short:      "Write an access file of the organization",
		Long: `Write an access file that describes the organization: its custom roles, users,
tokens without their secrets, and access lists. "astra org plan" finds no difference
from it, and the same organization gives the same bytes. "astra help access-files"
describes the format.

Each section requires a permission to read it: roles (org-role-read), users
(org-user-read and org-role-read), tokens (org-token-read and org-role-read) and
access-lists (accesslist-read); roles and access-lists also org-db-view. If one
may not be read, nothing is written: leave it out with --sections.

Expired tokens, and the lists of deleted databases, are left out. Secrets are never
part of the file: if a name or description contains a token, nothing is written.`,
		Example: "  astra org export --out astra-access.yaml\n  astra org export --sections roles,users --pin",
		Args:    cli.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	f.StringVar(&in.out, "out", "", "write to this `file` instead of standard output")
	f.BoolVar(&in.force, "force", false, "replace an existing file")
	f.BoolVar(&in.Pin, "pin", false, "write the IDs of users, so that an address cannot be taken over by another person")
	f.BoolVar(&in.Comments, "comments", false, "write how many users and tokens have each role")
	addSections(cmd, &in.sections)
	completion.Flags(f, completion.Files, "out")
	return cmd
}

func (in export) run(ctx context.Context, app *cli.App) error {
	if err := in.checkOut(); err != nil {
		return err
	}
	sections, err := parseSections(in.sections)
	if err != nil {
		return err
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	state, err := orgstate.Read(ctx, app, session, sections)
	if exit.Is(err, exit.Forbidden) {
		return exit.Hint(err, "nothing was written; leave a section out with --sections")
	} else if err != nil {
		return err
	}
	text, notes, err := plan.Export(state, in.ExportOptions)
	if err == nil {
		_, err = plan.Parse("the file", text)
	}
	if err != nil {
		return refuseExport(err)
	}
	for _, note := range notes {
		app.Warn("left out: %s", note)
	}
	if in.out == "" {
		_, err := app.Out.Write(text)
		return err
	}
	if err := atomicfile.WriteFile(in.out, text, atomicfile.Options{New: !in.force}); err != nil {
		return outError(in.out, err)
	}
	app.Say("Wrote %s.", in.out)
	return nil
}

// refuseExport returns the error of a state that cannot be written to a file.
func refuseExport(err error) error {
	if _, found := errors.AsType[*plan.SecretError](err); found {
		return exit.Refusef("%v; nothing was written", err).WithHint("revoke the token, then remove it there").WithNext("astra token panic")
	}
	unsound, ok := errors.AsType[*plan.Error](err)
	if !ok {
		return err
	}
	return exit.Refusef("the organization cannot be described by a file, and nothing was written: %s", unsound.Problems[0].Why)
}

func (in export) checkOut() error {
	if in.out == "" {
		if in.force {
			return exit.Usagef("--force requires --out")
		}
		return nil
	}
	if in.out == "-" {
		return exit.Usagef("--out must be a file; without it the file is written to standard output")
	}
	return checkNewFile(in.out, in.force)
}

// checkNewFile checks before anything is sent that a file of --out can be written.
func checkNewFile(path string, force bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return cli.OutError(path, err)
	case !info.Mode().IsRegular() && info.Mode()&fs.ModeSymlink == 0:
		return exit.Usagef("--out %s is not a file", shellword.Quote(path))
	case !force:
		return errExists(path)
	}
	return nil
}

// outError words the failure to write a file of --out.
func outError(path string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return errExists(path)
	}
	return cli.OutError(path, err)
}

func errExists(path string) error {
	return exit.Usagef("%s exists", shellword.Quote(path)).WithHint("use --force to replace it")
}

func addSections(cmd *cobra.Command, to *[]string) {
	flags.EnumList(cmd.Flags(), to, "sections", plan.SectionNames(), "only these sections, a comma-separated `list`; repeatable")
}

// parseSections returns the named sections, or all of them.
func parseSections(values []string) (plan.Sections, error) {
	var names []string
	for _, v := range values {
		for name := range strings.SplitSeq(v, ",") {
			name = strings.TrimSpace(name)
			if !slices.Contains(plan.SectionNames(), name) {
				return plan.Sections{}, exit.Usagef("unknown section %q", name).WithHint("sections: %s", strings.Join(plan.SectionNames(), ", "))
			}
			names = append(names, name)
		}
	}
	if names == nil {
		names = plan.SectionNames()
	}
	return plan.NewSections(names), nil
}
