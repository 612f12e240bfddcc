package token

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulk"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
)

const (
	// most is how many tokens are dealt with at once.
	most = 500
	// manyPieces is how many pieces of tokens are named.
	manyPieces = 20
)

type panicCmd struct {
	file   string
	force  bool
	rotate bool
}

func newPanic(app *cli.App) *cobra.Command {
	var in panicCmd
	cmd := &cobra.Command{
		Use:        "panic [FILE]",
		SuggestFor: []string{"leak", "leaked"},
		Short:      "Revoke all tokens found in a file or log",
		Long: `Revoke all tokens found in a text: a log, commit, email or manifest of up to 8
MiB. The text is read from FILE or standard input, or pasted at a terminal that
does not show it. No token in it is shown or stored.

Tokens are found in plain text, escaped for URLs, JSON, HTML or a shell, in
base64, quoted-printable or UTF-16, and wrapped over several lines. Compressed
or encrypted text cannot be searched. A client ID with its secret but without
the token is not found: delete it by its ID.

First the lines, role and permissions of each token are shown on standard error,
as far as the login in use can see them. Each token is checked with the service
using the token itself. After one prompt all live tokens are revoked and the
deletion is verified. Saved secrets of revoked tokens are deleted.

A token of another organization is revoked with a profile of that organization,
else with the token itself if permitted. This works without a login. Revoking
the token in use requires --force and is done last. So does a listed token that
could not be proven to be in the text, since a forged text could name it.

With --rotate, live tokens stored on this machine, as a login or under a saved
name, are replaced by new ones with the same rights; all others are revoked.
This includes the token in use.

Each token is a row of the output: {row,input,id,action,outcome,exit,error}.
input counts the tokens; outcome is ok, failed, unknown, unchanged (not live) or
"not started". Exits with status 10 if the text contains no token.`,
		Example: "  echo \"curl -H 'X-Cassandra-Token: $(astra token generate --role 'RO User' --jq .token)' …\" > build.log\n" +
			"  astra token panic build.log --dry-run\n" +
			"  astra token panic build.log --yes",
		Args: cli.Args("[FILE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				in.file = args[0]
			}
			return in.run(cmd, app)
		},
	}
	cmd.Flags().BoolVar(&in.rotate, "rotate", false, "replace tokens stored on this machine by new ones with the same rights")
	cmd.Flags().BoolVar(&in.force, "force", false, "allow revoking the token in use, and tokens not proven to be in the text")
	return cmd
}

func (in panicCmd) run(cmd *cobra.Command, app *cli.App) error {
	if err := cli.CheckList(app, cli.RowColumns()); err != nil {
		return err
	}
	tokens, lines, err := in.find(cmd.Context(), app)
	if err != nil {
		return err
	}
	ctx, cancel := app.ExtendTimeout(cmd, time.Duration(len(tokens))*time.Second)
	defer cancel()
	leaks, err := assess(ctx, app, tokens)
	if err != nil {
		return err
	}
	in.order(app, leaks)
	live, replaced := 0, 0
	for _, l := range leaks {
		l.stands = in.locateInText(l.texts, lines)
		l.show(app)
		if l.replaced {
			replaced++
		}
		if l.shouldRevoke(in.force) {
			live++
		}
		if l.current && l.state() != isDead && !l.replaced {
			app.Warn("%s is the token that this command uses: %s", l.name(), in.ownTokenNote(l))
		}
	}
	if live > 0 {
		if err := app.Confirm(ctx, "%s?", in.words(live, replaced)); err != nil {
			return err
		}
	}
	if app.Globals.DryRun && live > 0 {
		return in.dryRun(ctx, app, leaks)
	}
	results := in.settle(ctx, app, leaks)
	if live > 0 {
		app.Say("Revoked %d of %d.", bulk.Done(results), live)
	}
	if replaced > 0 {
		app.Say("%d of them were to be replaced; the rows say which were.", replaced)
	}
	if err := cli.Print(app, cli.RowColumns(), results, ""); err != nil {
		return err
	}
	return app.BatchError(results, false)
}

// words says what is about to be done.
func (in panicCmd) words(live, replaced int) string {
	switch replaced {
	case 0:
		return "Revoke " + these(live)
	case live:
		return "Replace " + these(live)
	}
	return fmt.Sprintf("Revoke %s, %d of them after they are replaced", these(live), replaced)
}

// ownTokenNote says what becomes of the token in use. One that is kept here can be replaced.
func (in panicCmd) ownTokenNote(l *Exposed) string {
	if in.force {
		return "it is revoked last, and you are logged out"
	}
	if l.kept {
		return "it is left alone. --rotate replaces it and then revokes it; --force revokes it"
	}
	return "it is left alone, and --force revokes it too"
}

// find reads the text and takes its tokens out of it, and says where they stand.
func (in panicCmd) find(ctx context.Context, app *cli.App) ([]secret.Token, map[secret.Text][]secret.LineIndex, error) {
	text, err := app.ReadAnyText(ctx, in.file, "Paste the text, which is not shown, and press Ctrl-D: ", secret.MaxText)
	if err != nil {
		return nil, nil, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil, exit.Usagef("the text is empty; nothing was looked at").WithHint("give it on standard input, or name a file")
	}
	found, err := secret.Find(text)
	if errors.Is(err, secret.ErrTextSize) {
		return nil, nil, exit.Usagef("%v", err).WithHint("give it in parts that overlap by a few lines, so that no token is cut")
	}
	if err != nil {
		return nil, nil, err
	}
	for _, t := range found.Tokens {
		app.Secrets.Add(t.Text)
	}
	for i, clientID := range found.Pieces {
		if i == manyPieces {
			app.Warn("there are pieces of %s", spelling.Count(len(found.Pieces)-i, "more token"))
			break
		}
		app.Warn("%s is a piece of a token, cut off or masked; if all of it may be known: %s", clientID, app.Command("astra token delete "+clientID))
	}
	switch {
	case len(found.Tokens) == 0:
		return nil, nil, exit.Failf(exit.CheckFailed, "there is no whole token in the text; nothing was revoked").
			WithHint("text that is compressed, encrypted or an image cannot be read; a leaked client id with its secret: astra token delete CLIENT-ID")
	case len(found.Tokens) > most:
		return nil, nil, exit.Usagef("there are %s in the text, and %d at once is the limit", spelling.Count(len(found.Tokens), "token"), most).WithHint("give it in parts")
	}
	return found.Tokens, secret.Locate(text, found.Tokens), nil
}

// locateInText says where in the text a token stands, in all the forms of it.
func (in panicCmd) locateInText(texts []secret.Token, lines map[secret.Text][]secret.LineIndex) string {
	const several = 5
	var all []secret.LineIndex
	for _, t := range texts {
		all = append(all, lines[t.Text]...)
	}
	slices.SortFunc(all, func(a, b secret.LineIndex) int { return a.First - b.First })
	all = slices.Compact(all)
	if len(all) == 0 {
		return ""
	}
	var words []string
	for _, l := range all[:min(several, len(all))] {
		if l.First == l.Last {
			words = append(words, fmt.Sprint(l.First))
		} else {
			words = append(words, fmt.Sprintf("%d-%d", l.First, l.Last))
		}
	}
	text := "lines " + strings.Join(words, ", ")
	if len(all) == 1 && all[0].First == all[0].Last {
		text = "line " + words[0]
	}
	if len(all) > several {
		text += fmt.Sprintf(" and %d more", len(all)-several)
	}
	if in.file != "" && in.file != "-" {
		text += " of " + in.file
	}
	return text
}
