package role

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/shellword"
)

type advise struct {
	needs        []string
	level, whose string
}

func newAdvise(app *cli.App) *cobra.Command {
	var in advise
	cmd := &cobra.Command{
		Use:        "advise --needs NEED,…",
		SuggestFor: []string{"suggest", "can-i"},
		Short:      "Suggest the least-privileged default role",
		Long: `Suggest the least-privileged default role for some needs, with the reason. No
credential is required. Exits with status 10 if no default role fits, and prints
a command that creates a custom role.

The needs are ui (the Portal), cql, drivers, dsbulk, rest, graphql, document
(access to data), data-loader (of the Portal), devops (the DevOps API:
databases) and access-list (IP access lists).

The levels are read-only; read-write, which also changes rows; and admin, which
also changes tables, keyspaces, databases and access lists.

With -o json: {"role": {"id", "name"}, "reason", "alternatives": [{"id",
"name"}]}. Alternatives also fit and grant more.`,
		Example: "  astra role advise --needs cql,rest\n" +
			"  astra role advise --needs drivers --level read-write --for service-account -o json\n" +
			`  astra user invite ada@example.com --role "$(astra role advise --needs ui -o name)"`,
		Args: cli.Args(),
		RunE: func(*cobra.Command, []string) error { return in.run(app) },
	}
	f := cmd.Flags()
	flags.EnumList(f, &in.needs, "needs", toStrings(iam.Needs()), "purposes of the role, a comma-separated `list`; repeatable")
	flags.Enum(f, &in.level, "level", string(iam.ReadOnly), toStrings(iam.Accesses()), "access `level`")
	flags.Enum(f, &in.whose, "for", string(iam.Person), toStrings(iam.Kinds()), "`holder` of the role")
	return cmd
}

func (in advise) run(app *cli.App) error {
	demand, err := in.demand()
	if err != nil {
		return err
	}
	advice := iam.Advise(demand)
	if advice.Role.ID == "" {
		return errNoRole(demand, advice)
	}
	return cli.PrintOne(app, adviceColumns(), advice)
}

// demand returns the request from the flags.
func (in advise) demand() (iam.Request, error) {
	d := iam.Request{Access: iam.Access(in.level), Kind: iam.Kind(in.whose)}
	if !slices.Contains(iam.Accesses(), d.Access) {
		return d, exit.Usagef("--level must be one of %s, not %q", joinValues(iam.Accesses()), in.level)
	}
	if !slices.Contains(iam.Kinds(), d.Kind) {
		return d, exit.Usagef("--for must be one of %s, not %q", joinValues(iam.Kinds()), in.whose)
	}
	for _, list := range in.needs {
		for word := range strings.SplitSeq(list, ",") {
			need := iam.Capability(strings.ToLower(strings.TrimSpace(word)))
			switch {
			case need == "" || slices.Contains(d.Needs, need):
			case !slices.Contains(iam.Needs(), need):
				return d, exit.Usagef("unknown need %q", word).WithHint("valid needs: %s", joinValues(iam.Needs()))
			default:
				d.Needs = append(d.Needs, need)
			}
		}
	}
	if len(d.Needs) == 0 {
		return d, exit.Usagef("--needs is required").WithHint("valid needs: %s", joinValues(iam.Needs()))
	}
	return d, nil
}

// errNoRole returns the negative result, with a command that creates a custom
// role or requests the nearest possible role.
func errNoRole(d iam.Request, advice iam.Advice) error {
	e := exit.Failf(exit.CheckFailed, "%s", advice.Reason)
	if len(advice.Permissions) == 0 {
		return e.WithNext(shellword.Line("astra", "role", "advise",
			"--needs", strings.Join(toStrings(d.Needs), ","), "--level", string(advice.Instead.Access), "--for", string(advice.Instead.Kind)))
	}
	e = e.WithHint("a custom role can grant exactly this")
	if len(advice.Larger) > 0 {
		e = e.WithHint("a custom role can grant exactly this; %s also fits, but grants far more", advice.Larger[0].Name)
	}
	command := []string{"astra", "role", "create", strings.Join(toStrings(d.Needs), " ") + " " + string(d.Access)}
	for _, p := range advice.Permissions {
		command = append(command, "--permission", p)
	}
	return e.WithNext(shellword.Line(command...))
}

func adviceColumns() []output.Column[iam.Advice] {
	ref := func(r iam.Role) lookup.RoleRef { return lookup.RoleRef{ID: r.ID, Name: r.Name} }
	refs := func(a iam.Advice) []lookup.RoleRef {
		refs := []lookup.RoleRef{}
		for _, r := range a.Alternatives {
			refs = append(refs, ref(r))
		}
		return refs
	}
	return []output.Column[iam.Advice]{
		{Key: "role", Value: func(a iam.Advice) any { return ref(a.Role) }, Text: func(a iam.Advice) string { return a.Role.Name }, Name: true},
		{Key: "reason", Value: func(a iam.Advice) any { return a.Reason }},
		{Key: "alternatives", Value: func(a iam.Advice) any { return refs(a) }, Text: func(a iam.Advice) string { return lookup.RoleNames(refs(a)) }},
	}
}

// joinValues lists the values of a flag.
func joinValues[T ~string](values []T) string { return strings.Join(toStrings(values), ", ") }

func toStrings[T ~string](values []T) []string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return texts
}
