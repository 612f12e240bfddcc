// Package open is "astra open": pages of the Portal.
package open

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/browser"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
)

// page is a page of the Portal.
type page struct {
	name  string
	menu  string   // where it is found from the front page
	below []string // the organization's page
}

func pages() []page {
	return []page{
		{"org", "the front page of the organization", nil},
		{"users", "Settings, User Management", []string{"settings", "users"}},
		{"roles", "Settings, Role Management", []string{"settings", "roles"}},
		{"tokens", "Settings, Token Management", []string{"settings", "tokens"}},
		{"billing", "Settings, Billing", []string{"billing"}},
		{"db", "Databases", []string{"database"}},
	}
}

type open struct {
	page, db  string
	printOnly bool
}

// New returns the command.
func New(app *cli.App) *cobra.Command {
	var in open
	cmd := &cobra.Command{
		Use:   "open PAGE [DB]",
		Short: "Open a page of the Portal in the browser",
		Long: `Open a page of the Portal in the browser and print its URL. The pages are:

    org      the organization
    users    members and invitations
    roles    default and custom roles
    tokens   application tokens
    billing  plan, payment method, cost
    db       a database (default: the selected one)

BROWSER sets the program to use, or several separated by colons; %s in it is
replaced by the URL. Without a browser, as over ssh, and with --print, the URL
is only printed. It contains IDs and no secret. The Portal has its own login.

For tasks that require the Portal, see "astra help portal".`,
		Example:     "  astra open tokens\n  astra open db demo",
		ValidArgs:   names(),
		Args:        cli.Args("PAGE", "[DB]"),
		Annotations: completion.Args(completion.Values, completion.Databases),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.page, in.db = args[0], ""
			if len(args) > 1 {
				in.db = args[1]
			}
			return in.run(cmd.Context(), app)
		},
	}
	cmd.Flags().BoolVar(&in.printOnly, "print", false, "print the URL without opening it")
	return cmd
}

func names() []string {
	var all []string
	for _, p := range pages() {
		all = append(all, p.name)
	}
	return all
}

func (in open) run(ctx context.Context, app *cli.App) error {
	i := slices.IndexFunc(pages(), func(p page) bool { return p.name == in.page })
	if i < 0 {
		e := exit.NotFoundf("page", in.page, names())
		e.Exit, e.Name = exit.Usage, ""
		pages := "pages: " + strings.Join(names(), ", ")
		if e.Hint != "" {
			pages = e.Hint + " " + strings.ToUpper(pages[:1]) + pages[1:]
		}
		return e.WithHint("%s", pages).WithNext("astra open --help")
	}
	p := pages()[i]
	if p.name != "db" && in.db != "" {
		return exit.Usagef("unexpected argument %q; only the page db takes a database", in.db)
	}
	session, err := app.Session(ctx)
	if err != nil {
		return err
	}
	if p.name == "db" {
		d, err := session.TargetDatabase(ctx, in.db)
		if err != nil {
			return err
		}
		p.below = append(p.below, d.ID)
	}
	return browser.OpenPortal(ctx, app, session, p.menu, in.printOnly, p.below...)
}
