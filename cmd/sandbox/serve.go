package sandbox

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/flags"
	"github.com/astra-admin/astra/pkg/sandbox"
	"github.com/astra-admin/astra/pkg/suggest"
)

type serve struct {
	listen    string
	latency   time.Duration
	rate      float64
	scale     float64
	faults    []string
	behavior  []string
	published bool
}

func newServe(app *cli.App) *cobra.Command {
	var in serve
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the sandbox over HTTP to other clients",
		Long: `Serve the sandbox over HTTP to other clients until interrupted. The first line
on standard output is the address; clients may append /v2 to it. To print the
token, use "astra sandbox status".

Operations on databases take a hundredth of their time at the service, where a
creation takes two minutes; --time-scale 1 uses the full time.

A fault is 'METHOD PATH=KIND[,arg=V][,times=N]', where * is any method, any
path, or any one segment of a path. The kinds are drop-response (performs the
request and closes the connection), status (answers with the status arg),
truncate (cuts the answer off), slow (waits arg before the answer), reset
(resets the connection) and html (answers with a sign-in page). --verbose names
each request.

--behavior NAME[=VALUE],... simulates deviations of a service:

    list-lag=DURATION     list tokens as they were this long ago
    page-size=N           list at most N tokens, ordered by client ID
    description=HABIT     drop, truncate, suffix, escape or upper: change descriptions
    roles=HABIT           null, names or extra: change the roles of listed tokens
    quote-caller          quote the client ID of the caller in errors
    late-commit=DURATION  answer 504 to a new token and create it this much later
    foreign-org           hide tokens of other organizations from the enterprise
    ignore-org            create tokens in the organization of the caller only
    revoke=HABIT          lie-ok: answer 204 and revoke nothing;
                          lie-fail: revoke and answer 500
    token-delay=DURATION  refuse a new token for this long
    commit-then=STATUS    create a token and answer with this error
    wrong-id              name another token in the answer to a new one
    existing-keyspace     answer 201 to the creation of a keyspace that exists
    extra-keys            ignore unknown keys of bodies, and the credentials of
                          a new serverless database
    acl-conflict          refuse additions to an existing DevOps API list
    park-remove           allow removing databases from a parked PCU group`,
		Example: "  astra sandbox serve --listen 127.0.0.1:8787\n" +
			"  astra sandbox serve --listen 127.0.0.1:0 --latency 150ms --fault 'POST /clientIdSecrets=drop-response,times=1'\n" +
			"  astra sandbox serve --listen 127.0.0.1:0 --behavior list-lag=10s,page-size=50",
		Args: cli.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error { return in.run(cmd.Context(), app) },
	}
	f := cmd.Flags()
	f.StringVar(&in.listen, "listen", "127.0.0.1:8787", "local `address` to listen on; port 0 picks a free one")
	flags.Duration(f, &in.latency, "latency", "delay each answer by this `duration`")
	f.Float64Var(&in.rate, "rate-limit", 0, "answer 429 above this `number` of requests per second")
	f.Float64Var(&in.scale, "time-scale", sandbox.Speed, "speed up database operations by this `factor`, compared with the service")
	f.StringArrayVar(&in.faults, "fault", nil, "inject a `fault`; repeatable")
	f.StringArrayVar(&in.behavior, "behavior", nil, "simulate deviations of a service, comma-separated `names`; repeatable")
	f.BoolVar(&in.published, "published-tokens", false, "list tokens as the published specification does: without description, times and expiry")
	return cli.WithoutTimeout(cmd)
}

func (in serve) run(ctx context.Context, app *cli.App) error {
	debug.SetMemoryLimit(math.MaxInt64) // a server is no command that writes a list
	behavior, err := parseBehavior(in.behavior)
	if err != nil {
		return err
	}
	options := sandbox.ServeOptions{Latency: in.latency, RateLimit: in.rate, Now: app.Now, Behavior: behavior}
	for _, text := range in.faults {
		fault, err := sandbox.ParseFault(text)
		if err != nil {
			return exit.Usagef("--fault: %v", err)
		}
		options.Faults = append(options.Faults, fault)
	}
	if in.rate < 0 {
		return exit.Usagef("--rate-limit must be at least 0")
	}
	if least, most := 0.01, 1e6; math.IsNaN(in.scale) || in.scale < least || in.scale > most {
		return exit.Usagef("--time-scale must be %v to %v", least, most)
	}
	server, err := app.OpenSandbox(func(o *sandbox.Options) {
		o.PublishedTokens, o.TimeScale, o.Behavior = in.published, in.scale, behavior
		o.Log = func(method, path string) { app.Verbosef("%s %s", method, path) }
	})
	if err != nil {
		return err
	}
	options.Clock = server.Clock
	listener, err := in.open(ctx)
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	unregister, err := register(app, url)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer unregister()
	if _, err := fmt.Fprintln(app.Out, url); err != nil {
		return errors.Join(err, listener.Close())
	}
	app.Say("Sandbox listening on %s. To show its token: astra sandbox status --jq .token", url)
	return serveUntil(ctx, &http.Server{Handler: sandbox.Listener(server, options), ReadHeaderTimeout: 10 * time.Second}, listener)
}

// parseBehavior parses --behavior. Unknown words are reported with the nearest
// known ones.
func parseBehavior(texts []string) (sandbox.Behavior, error) {
	behavior, err := sandbox.ParseBehavior(texts...)
	if err == nil {
		return behavior, nil
	}
	failure := exit.Usagef("--behavior: %v", err)
	if unknown, ok := errors.AsType[*sandbox.UnknownWordError](err); ok {
		if near := suggest.Nearest(unknown.Word, unknown.Known); len(near) > 0 {
			failure = failure.WithHint("did you mean %s?", strings.Join(near, " or "))
		}
	}
	return behavior, failure
}

// open listens on a loopback address only: the token of a sandbox is no secret.
func (in serve) open(ctx context.Context) (net.Listener, error) {
	host, _, err := net.SplitHostPort(in.listen)
	if err != nil {
		return nil, exit.Usagef("--listen must be HOST:PORT, not %q", in.listen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, exit.Usagef("--listen must be an address of this machine (127.0.0.1, ::1, localhost), not %q", host)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", in.listen)
	if err != nil {
		return nil, exit.Failf(exit.Network, "%v", err)
	}
	return listener, nil
}

// serveUntil serves until ctx ends, which is a normal end.
func serveUntil(ctx context.Context, server *http.Server, listener net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if err := server.Shutdown(grace); err != nil {
			return server.Close()
		}
		return nil
	}
}
