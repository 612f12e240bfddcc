// Package api is "astra api": requests that no other command sends.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/output"
)

// methodGet is the method without a given one.
const methodGet = "GET"

type api struct {
	method, path, input string
	fields              []string
	paginate            bool
}

// New returns the command.
func New(app *cli.App) *cobra.Command {
	var in api
	cmd := &cobra.Command{
		Use:        "api [METHOD] PATH",
		SuggestFor: []string{"curl", "request", "raw", "rest"},
		Short:      "Send a request to the DevOps API",
		Long: `Send a request to the DevOps API with the active credential, and print the
response. METHOD is GET (the default), HEAD, POST, PUT, PATCH or DELETE. PATH is
a path of the API, such as databases or /v3/databases/ID/cdc; /v2 is added to a
path without a version. Requests only go to the API of the credential, never to
another host.

--field NAME=VALUE adds a key to the JSON body, or with GET a parameter to the
query. true, false, null and numbers become JSON values, @FILE the text of the
file without its last line break (@- reads standard input; not with GET, where
the URL would show it), and anything else a string. NAME[KEY]=VALUE sets a key
of an object, NAME[]=VALUE adds to a list, and NAME[] alone is an empty list.

--input sends a JSON document instead. --paginate requests the list of databases
page by page; other lists have no pages.

Every request but GET and HEAD counts as a change: it asks for confirmation, is
shown by --dry-run, and is never repeated. Status 15 means that its response was
lost. A request that would create a credential is refused (status 19), because
its secret is shown only once and nothing here would keep it.

The response is indented on a terminal and unchanged in a pipe, except that
invisible characters are escaped; without a body, -o json prints {"status":200}.
Passwords, keys and tokens in it, everything
below their names, and the user and password of a URL are replaced by [secret].
IDs, also those of tokens, are shown.`,
		Example: "  astra api organizations/roles --jq '.[].name'\n" +
			"  astra api databases --paginate --field include=all -o json\n" +
			"  astra api POST organizations/roles --yes --field name=Readers \\\n" +
			"    --field 'policy[description]=read data' --field 'policy[effect]=allow' \\\n" +
			"    --field 'policy[actions][]=db-table-select' \\\n" +
			"    --field \"policy[resources][]=drn:astra:org:$(astra org get -o name)\"",
		ValidArgs:   devops.RawMethods(),
		Args:        cli.Args("[METHOD]", "PATH"),
		Annotations: completion.Args(completion.Values, completion.None),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.method, in.path = methodGet, args[len(args)-1]
			if len(args) > 1 {
				in.method = strings.ToUpper(args[0])
			}
			return in.run(cmd.Context(), app, len(args) > 1)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&in.fields, "field", "F", nil, "add a `NAME=VALUE` to the body, or to the query of GET; repeatable")
	f.StringVar(&in.input, "input", "", "send the JSON document of a `file`; - reads standard input")
	f.BoolVar(&in.paginate, "paginate", false, "request all pages of the list of databases and join them")
	completion.Flags(f, completion.Files, "input")
	cmd.MarkFlagsMutuallyExclusive("field", "input")
	return cmd
}

func (in api) run(ctx context.Context, app *cli.App, named bool) error {
	request, err := in.request(ctx, app, named)
	if err != nil {
		return err
	}
	if !app.Globals.DryRun || !request.Changes() { // a dry run prints the request
		if err := cli.CheckDocument(app); err != nil {
			return err
		}
	}
	if request.CreatesCredential() {
		return exit.Refusef("%s %s would create a credential, and its secret would be shown only once", request.Method, request.Path).
			WithHint("generate it with a command that delivers the secret").WithNext("astra token generate --role ROLE --save NAME")
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	if request.Changes() {
		if err := app.Confirm(ctx, "Send %s %s?", request.Method, request.Path); err != nil {
			return err
		}
	}
	send := session.Raw.Do
	if in.paginate && request.HasPages() {
		send = session.Raw.All
	}
	response, err := send(ctx, request)
	if devops.NoSuchPath(err) { // what another command could not expect is a mistake here
		e := exit.Classify(err)
		e.Exit = exit.NotFound
		return e
	}
	if err != nil {
		return err
	}
	if len(response.Body) == 0 {
		if cli.WantsDocument(app) {
			return cli.PrintDocument(app, fmt.Appendf(nil, `{"status":%d}`, response.Status))
		}
		app.Say("%s %s: %s.", request.Method, request.Path, response.StatusText())
		return nil
	}
	body, hidden := hideSecrets(response.Body)
	if hidden > 0 {
		app.Say("Replaced secrets in the response by [secret].")
	}
	err = cli.PrintDocument(app, body)
	if errors.Is(err, output.ErrNotJSON) {
		return exit.Failf(exit.Server, "%s %s: the response is not JSON; without -o, --jq and --template it is printed as it is", request.Method, request.Path)
	}
	return err
}

// request returns the request of the command line. It reads files, and sends nothing.
func (in api) request(ctx context.Context, app *cli.App, named bool) (devops.RawRequest, error) {
	var none devops.RawRequest
	if !slices.Contains(devops.RawMethods(), in.method) {
		return none, exit.Usagef("unknown method %q; expected one of %s", in.method, strings.Join(devops.RawMethods(), ", "))
	}
	if !named && slices.Contains(devops.RawMethods(), strings.ToUpper(in.path)) {
		return none, exit.Usagef("PATH is required").WithHint("usage: astra api [METHOD] PATH")
	}
	path, query, err := devops.ParsePath(in.path)
	if err != nil {
		return none, exit.Usagef("%s", strings.TrimPrefix(err.Error(), devops.ErrURL.Error()+": ")).WithHint("PATH is a path of the DevOps API, such as databases or /v2/databases")
	}
	r := devops.RawRequest{Method: in.method, Path: path, Query: query}
	switch {
	case in.method != methodGet && in.paginate:
		return none, exit.Usagef("--paginate requires GET")
	case in.paginate && strings.Contains(strings.ToLower(path), "/scim/"):
		return none, exit.Usagef("--paginate does not apply to SCIM lists, which are paged with startIndex and count")
	case !r.Changes() && in.input != "":
		e := exit.Usagef("%s has no body; --input requires POST, PUT, PATCH or DELETE", in.method)
		if !named {
			e = e.WithHint("METHOD is GET unless it is given")
		}
		return none, e
	}
	if in.input != "" {
		text, err := app.ReadText(ctx, "--input", in.input)
		if err != nil {
			return none, err
		}
		if !json.Valid([]byte(text)) {
			return none, exit.Usagef("--input: the document is not JSON")
		}
		r.Body = json.RawMessage(text)
	}
	fields, err := in.parseFields(ctx, app, r.Changes())
	if err != nil || fields == nil {
		r.Redacted = redactedBody(r.Body, nil)
		return r, err
	}
	if !r.Changes() {
		return r, addToQuery(query, fields)
	}
	tree, err := buildTree(fields)
	if err != nil {
		return none, err
	}
	if r.Body, err = json.Marshal(tree); err != nil {
		return none, err
	}
	shown, err := buildTree(hideFiles(fields))
	if err != nil {
		return none, err
	}
	r.Redacted = redactedBody(nil, shown)
	return r, nil
}

// addToQuery adds fields to a query.
func addToQuery(query url.Values, fields []field) error {
	for _, f := range fields {
		if len(f.keys) > 1 {
			return exit.Usagef("--field %s: a query has no objects and lists; repeat --field NAME=VALUE", f.name)
		}
		query.Add(f.keys[0], f.text)
	}
	return nil
}
