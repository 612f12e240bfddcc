package org

import (
	"context"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// knownOrgs returns the organizations of the profiles, then those without a
// profile that were added on this machine.
func knownOrgs(app *cli.App) ([]organization, error) {
	cfg, err := app.Config()
	if err != nil {
		return nil, err
	}
	var all []organization
	if !app.UsesSandbox() { // the sandbox has a fixed profile
		for _, p := range cfg.Profiles {
			all = append(all, organization{id: p.Org.ID, name: p.Org.Name, profile: p.Name})
		}
	}
	for _, o := range cfg.Organizations {
		if !slices.ContainsFunc(all, func(known organization) bool { return known.id == o.ID }) {
			all = append(all, organization{id: o.ID, name: o.Name})
		}
	}
	return all, nil
}

// knownWithActive returns knownOrgs and the active organization, whose name is requested
// from the service.
func knownWithActive(ctx context.Context, app *cli.App) ([]organization, error) {
	all, err := knownOrgs(app)
	if err != nil || !app.HasCredential() {
		return all, err
	}
	active, err := activeOrg(ctx, app)
	if err != nil {
		return nil, err
	}
	for i, o := range all {
		if o.profile == active.profile && o.id == active.id {
			all[i] = active
			return all, nil
		}
	}
	return append([]organization{active}, all...), nil
}

// activeOrg requests the organization of the active credential.
func activeOrg(ctx context.Context, app *cli.App) (organization, error) {
	session, err := app.Session(ctx)
	if err != nil {
		return organization{}, err
	}
	session.Ahead(ctx, lookup.Org(), lookup.Users())
	id, err := session.OrgID(ctx)
	if err != nil {
		return organization{}, err
	}
	name, err := session.OrgName(ctx)
	if err != nil {
		return organization{}, err
	}
	return organization{id: id, name: name, profile: session.Profile.Name, current: true}, nil
}

// matches returns the organizations with an ID, a name or a profile equal to
// ref. If all are one organization, a profile of that name is preferred.
func matches(all []organization, ref string) []organization {
	all = findAny(all, ref)
	one := !slices.ContainsFunc(all, func(o organization) bool { return o.id != all[0].id })
	if i := slices.IndexFunc(all, func(o organization) bool { return o.profile == ref }); one && i >= 0 {
		return all[i : i+1]
	}
	return all
}

func findAny(all []organization, ref string) []organization {
	return slices.DeleteFunc(slices.Clone(all), func(o organization) bool {
		return ref != o.id && !spelling.SameName(ref, o.name) && (ref != o.profile || o.profile == "")
	})
}

// warnAlike warns about other organizations whose names look like that of
// meant.
func warnAlike(app *cli.App, all []organization, target organization, ref string) {
	for _, o := range all {
		if o.id != target.id && ref != target.id {
			lookup.WarnAlike(app.Warn, "organization", target.name, o.name)
		}
	}
}

// find returns the only organization that matches ref.
func find(all []organization, ref string) (organization, error) {
	matches := matches(all, ref)
	switch len(matches) {
	case 0:
		var names []string
		for _, o := range all {
			names = append(names, o.name)
		}
		return organization{}, exit.NotFoundf("organization", ref, names)
	case 1:
		return matches[0], nil
	}
	var profiles []string
	for _, m := range matches {
		where := "no profile"
		if m.profile != "" {
			where = "profile " + m.profile
		}
		profiles = append(profiles, m.id+" ("+where+")")
	}
	return organization{}, exit.Ambiguous("organization", ref, profiles).WithHint("use the ID or the profile instead of the name")
}

// login returns the command that creates a profile named after an organization, on the
// service of the active credential.
func login(ctx context.Context, app *cli.App, name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return ('a' > r || r > 'z') && ('0' > r || r > '9') })
	profile := strings.Join(words, "-")
	if config.CheckName(profile) != nil {
		profile = "NAME"
	}
	words = []string{"astra", "auth", "login", profile}
	if url := customAPIURL(ctx, app); url != "" {
		words = append(words, "--api-url", url)
	}
	return shellword.Line(words...)
}

// customAPIURL returns the URL of the service in use, or "" for the public one
// and the sandbox.
func customAPIURL(ctx context.Context, app *cli.App) string {
	if app.UsesSandbox() {
		return ""
	}
	url, err := app.RequestedURL()
	if app.HasCredential() {
		if session, failed := app.Session(ctx); failed == nil {
			url, err = session.APIURL, nil
		}
	}
	if err != nil || url == "" {
		return ""
	}
	active, err := devops.NormalizeURL(url)
	public, _ := devops.NormalizeURL(devops.DefaultURL)
	if err != nil || active == public {
		return ""
	}
	return active
}
