package auth

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/tokens"
)

type login struct {
	profile  string
	store    string
	noVerify bool
}

// defaultProfile is the name of a profile when none is given.
const defaultProfile = "default"

func newLogin(app *cli.App) *cobra.Command {
	var in login
	cmd := &cobra.Command{
		Use:        "login [PROFILE]",
		SuggestFor: []string{"signin", "add"},
		Short:      "Log in with an application token",
		Long: `Log in with an application token. Other commands then use its organization.

The token is read from a prompt that does not show it, from --token-file, or
from standard input: the token alone, or a file written by "astra token generate
--out". It is verified with the service before it is stored. A token of a
service account works as well.

The token is stored in the keyring of the operating system, or where --store
says: "file" stores it in a file readable only by you, "env" stores nothing and
expects the token in ASTRA_TOKEN. It never falls back to a less secure store.

An existing profile keeps its store unless --store or ASTRA_STORE is given. If
it belongs to another organization, the change must be confirmed.

The token is only ever sent to the service that verified it.

To get a first token, open the Portal: Settings, Token Management, Generate
Token.`,
		Example: "  astra auth login\n" +
			"  astra auth login production --token-file ./token.txt\n" +
			"  astra auth login local --api-url http://127.0.0.1:8787 --store file --token-file ./token.txt",
		Args:        cli.Args("[PROFILE]"),
		Annotations: completion.Args(completion.Profiles),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.profile = cmp.Or(append(args, app.Globals.Profile, defaultProfile)...)
			return in.run(cmd.Context(), app)
		},
	}
	flags.Enum(cmd.Flags(), &in.store, "store", "", []string{"keyring", "file", "env"}, "`store` for the token (default as the profile, else keyring)")
	cmd.Flags().BoolVar(&in.noVerify, "no-verify", false, "store the token without verifying it")
	return cmd
}

func (in login) run(ctx context.Context, app *cli.App) error {
	if app.UsesSandbox() {
		name := "local"
		if in.profile != defaultProfile {
			name = in.profile
		}
		return exit.Usagef("the sandbox needs no login; it uses its admin token").
			WithHint("to try a login, serve the sandbox and log in to it").
			WithNext("astra sandbox serve", shellword.Line("astra", "auth", "login", name, "--api-url", "URL", "--store", cmp.Or(in.store, "file")))
	}
	if err := config.CheckName(in.profile); err != nil {
		return exit.Usagef("invalid profile name %q: %s", in.profile, strings.TrimPrefix(err.Error(), config.ErrName.Error()+": "))
	}
	if err := cli.CheckOne(app, columns()); err != nil {
		return err
	}
	kind, err := app.LoginStore(in.store, in.profile)
	if err != nil {
		return err
	}
	in.store = kind
	url, err := in.url(app)
	if err != nil {
		return err
	}
	keep := tokens.Login{Profile: in.profile, Kind: kind, URL: url, Verify: !in.noVerify}
	store, err := keep.Probe(ctx, app)
	if err != nil {
		return err
	}
	token, err := in.token(ctx, app)
	if err != nil {
		return err
	}
	if err := in.notSandbox(app, url, token.ClientID); err != nil {
		return err
	}
	if app.DryRunf("store the token %s in profile %s", token.ClientID, in.profile) {
		return nil
	}
	p, err := keep.Keep(ctx, app, store, token)
	if err != nil {
		return err
	}
	in.report(app, p)
	return cli.PrintOne(app, columns(), p)
}

// notSandbox refuses a token of the sandbox on this machine for the public service, which
// does not know it.
func (in login) notSandbox(app *cli.App, url, clientID string) error {
	if url != devops.DefaultURL || !app.IsSandboxToken(clientID) {
		return nil
	}
	e := exit.Usagef("this token belongs to the sandbox on this machine, not to %s; nothing was sent", url)
	served, err := app.RunningServers()
	if err != nil || len(served) == 0 {
		return e.WithHint("serve the sandbox and log in to its address with --api-url").WithNext("astra sandbox serve")
	}
	words := []string{"astra", "auth", "login", in.profile, "--api-url", served[0], "--store", in.store}
	if file := app.Globals.TokenFile; file != "" && file != "-" {
		words = append(words, "--token-file", file)
	}
	return e.WithHint("log in to the address at which the sandbox is served").WithNext(shellword.Line(words...))
}

// url is the service that is asked for, or the one that the profile belongs to
// already: a token for it must not go elsewhere because a flag was left out.
func (in login) url(app *cli.App) (string, error) {
	if p, err := app.NamedProfile(in.profile); err == nil && !app.NamesURL() {
		return p.APIURL, nil
	}
	return app.RequestedURL()
}

// token takes the token from where it is, and checks its shape.
func (in login) token(ctx context.Context, app *cli.App) (secret.Token, error) {
	var text secret.Text
	var err error
	switch {
	case app.Globals.TokenFile != "":
		text, err = app.ReadTokenFile(ctx, app.Globals.TokenFile)
	case app.Interactive():
		text, err = app.AskSecret(ctx, "Application token")
	case in.store == string(credential.Env) && app.EnvironmentToken() != "":
		text = app.EnvironmentToken()
	case app.Terminal.In:
		err = exit.Failf(exit.Unconfirmed, "token required, but this is not an interactive terminal").WithHint("use --token-file FILE or standard input")
	default:
		text, err = app.ReadTokenFile(ctx, "-")
	}
	if err != nil {
		return secret.Token{}, err
	}
	app.Secrets.Add(text)
	token, err := secret.ParseToken(text.Reveal())
	if err != nil {
		return token, exit.Usagef("%v", err).WithHint("a token consists of AstraCS:, 24 letters, a colon and 64 hexadecimal digits")
	}
	return token, nil
}

func (in login) report(app *cli.App, p config.Profile) {
	if in.noVerify {
		app.Warn("the token was not verified")
	}
	where := map[string]string{
		string(credential.Keyring): "is stored in the keyring",
		string(credential.File):    "is stored in a file readable only by you",
		string(credential.Env):     "is not stored: set ASTRA_TOKEN for each command",
	}
	app.Say("Logged in to %s as profile %s; the token "+where[p.Store]+".", cmp.Or(p.Org.Name, p.Org.ID, "an unverified organization"), p.Name)
	if cfg, err := app.Config(); err == nil && cfg.CurrentProfile != p.Name {
		app.Say("The current profile is still %s. To change it: astra profile use %s", cfg.CurrentProfile, p.Name)
	}
}

func columns() []output.Column[config.Profile] {
	return []output.Column[config.Profile]{
		{Key: "profile", Value: func(p config.Profile) any { return p.Name }, Name: true},
		{Key: "orgId", Value: func(p config.Profile) any { return output.OrNull(p.Org.ID) }},
		{Key: "orgName", Value: func(p config.Profile) any { return output.OrNull(p.Org.Name) }},
		{Key: "clientId", Value: func(p config.Profile) any { return p.ClientID }},
		{Key: "apiUrl", Value: func(p config.Profile) any { return p.APIURL }},
		{Key: "store", Value: func(p config.Profile) any { return p.Store }},
	}
}
