package org

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/orgstate"
	"github.com/astra-admin/astra/pkg/plan"
	"github.com/astra-admin/astra/pkg/spelling"
)

// defaultFile is the name of an access file in the working directory or in the root of its
// repository.
const defaultFile = "astra-access.yaml"

// namedFiles returns the files of -f, or without one the default file.
func namedFiles(named []string) ([]string, error) {
	if len(named) > 0 {
		return named, nil
	}
	if _, err := os.Lstat(defaultFile); err == nil {
		return []string{defaultFile}, nil
	}
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			if path := filepath.Join(dir, defaultFile); isThere(path) {
				return []string{path}, nil
			}
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return nil, exit.Usagef("no %s in this directory or in the root of its repository", defaultFile).
		WithHint("name the file with -f, or write one").WithNext("astra org export --out " + defaultFile)
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// made is a plan with what it was made from.
type made struct {
	plan.Document

	file       plan.File
	state      plan.State
	session    *cli.Session
	difference plan.Difference
	allowed    []string // words of fuses
}

// makePlan compares a file with the organization, which it only reads.
func makePlan(ctx context.Context, app *cli.App, file plan.File, sections plan.Sections) (made, error) {
	session, err := openSession(ctx, app, file)
	if err != nil {
		return made{}, err
	}
	sections = file.Sections().And(sections)
	orgstate.Ahead(ctx, session, sections)
	if err := checkOrganization(ctx, session, file, sections); err != nil {
		return made{}, err
	}
	state, err := orgstate.Read(ctx, app, session, sections)
	if err != nil {
		return made{}, err
	}
	difference, err := plan.Diff(file, state)
	if err != nil {
		return made{}, unsoundError(app, err)
	}
	if sections, err = readHolders(ctx, app, session, sections, difference, &state); err != nil {
		return made{}, err
	}
	if len(difference.Conflicts) > 0 {
		return made{}, conflictError(app, difference.Conflicts)
	}
	var own netip.Addr
	if sections.AccessLists {
		own = ownAddress(ctx, app, session)
	}
	steps := plan.Order(state, difference.Steps)
	difference.Findings = append(difference.Findings, plan.FindUnknownHolders(state, steps)...)
	document := plan.Document{
		Version:      plan.DocumentVersion,
		Organization: plan.OrganizationNames{ID: state.Organization.ID, Name: cmp.Or(state.Organization.Name, file.Organization.Name)},
		Profile:      session.Profile.Name,
		MadeAt:       state.Now.UTC().Truncate(time.Second),
		Program:      app.Version,
		Files:        file.Sources,
		Sections:     sections.Names(),
		Limits:       file.Limits(),
		Basis:        orEmpty(plan.Basis(state, steps)),
		Steps:        orEmpty(steps),
		Effect:       orEmpty(plan.Effects(state, steps)),
		Findings:     orEmpty(difference.Findings),
		Fuses:        plan.Fuses(file, state, steps, own),
		Foreign: map[string]int{
			"roles": len(difference.Foreign.Roles), "users": len(difference.Foreign.Users), "tokens": len(difference.Foreign.Tokens),
		},
		Summary: plan.Summary(steps, difference.Same),
	}
	document.Seal()
	return made{document, file, state, session, difference, nil}, nil
}

// readHolders adds users and tokens to a state if a role is to be changed or deleted, which
// they may have. Those that the login may not read stay unknown. It returns the sections
// that were read.
func readHolders(ctx context.Context, app *cli.App, session *cli.Session, sections plan.Sections, d plan.Difference, state *plan.State) (plan.Sections, error) {
	if !slices.ContainsFunc(d.Steps, func(s plan.Step) bool { return s.Kind == plan.RoleStep && s.Action != plan.Create }) {
		return sections, nil
	}
	orgstate.Ahead(ctx, session, plan.Sections{Users: !sections.Users, Tokens: !sections.Tokens})
	if !sections.Users {
		switch holders, err := orgstate.Read(ctx, app, session, plan.Sections{Users: true}); {
		case err == nil:
			state.Users, sections.Users = holders.Users, true
		case !errors.Is(err, devops.ErrForbidden):
			return sections, err
		}
	}
	if !sections.Tokens {
		switch holders, err := orgstate.Read(ctx, app, session, plan.Sections{Tokens: true}); {
		case err == nil:
			state.Tokens, state.Login.Roles, sections.Tokens = holders.Tokens, holders.Login.Roles, true
		case !errors.Is(err, devops.ErrForbidden):
			return sections, err
		}
	}
	return sections, nil
}

func orEmpty[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// openSession opens the API with the login for a file: that of its profile, else of the
// only profile of its organization, else the active credential. What the command line or
// the environment chooses comes first.
func openSession(ctx context.Context, app *cli.App, file plan.File) (*cli.Session, error) {
	if app.UsesSandbox() || app.Globals.Profile != "" || app.Globals.TokenFile != "" || app.EnvironmentToken() != "" {
		return app.Session(ctx)
	}
	name, err := profileOf(app, file.Organization)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return app.Session(ctx)
	}
	return app.LoginSession(ctx, name)
}

// profileOf returns the name of the profile for an organization, or nothing for the current
// one.
func profileOf(app *cli.App, org plan.Organization) (string, error) {
	if org.Profile != "" {
		return org.Profile, nil
	}
	cfg, err := app.Config()
	if err != nil {
		return "", err
	}
	if current, err := app.ProfileIfAny(); err == nil && current.Org.ID == org.ID {
		return "", nil
	}
	var names []string
	for _, p := range cfg.Profiles {
		if p.Org.ID == org.ID {
			names = append(names, p.Name)
		}
	}
	if len(names) > 1 {
		return "", exit.Failf(exit.Config, "several profiles belong to organization %s: %s", org.ID, strings.Join(names, ", ")).
			WithHint("name one of them with --profile, or as profile of the organization in the file")
	}
	return strings.Join(names, ""), nil
}

// checkOrganization refuses the login of another organization.
func checkOrganization(ctx context.Context, session *cli.Session, file plan.File, sections plan.Sections) error {
	if sections.Users {
		if _, err := session.Members(ctx); err != nil { // they come with the organization
			return err
		}
	}
	switch id, err := session.OrgID(ctx); {
	case err != nil:
		return err
	case id != file.Organization.ID:
		return exit.Failf(exit.Config, "%s is for organization %s, but the login in use belongs to %s", file.Sources[0].Path, file.Organization.ID, id).
			WithHint("use a profile of that organization with --profile").WithNext("astra org list")
	}
	return nil
}

// unsoundError returns the error of files with problems. Text has each of them in a line.
func unsoundError(app *cli.App, err error) error {
	unsound, ok := errors.AsType[*plan.Error](err)
	if !ok {
		return err
	}
	return problemsError(app, exit.Usage, "error", unsound.Problems)
}

func conflictError(app *cli.App, conflicts []plan.Problem) error {
	return problemsError(app, exit.Conflict, "conflict", conflicts)
}

func problemsError(app *cli.App, code exit.Code, noun string, problems []plan.Problem) error {
	if len(problems) == 1 || cli.WantsDocument(app) {
		return exit.Failf(code, "%v", &plan.Error{Problems: problems})
	}
	for _, p := range problems {
		app.Warn("%s", p)
	}
	return exit.Failf(code, "%s in access files", spelling.Count(len(problems), noun))
}
