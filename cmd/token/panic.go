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
)

const (
	// most is how many tokens are dealt with at once.
	most = 500
	// manyPieces is how many pieces of tokens are named.
	manyPieces = 20
)

type alarm struct {
	file   string
	force  bool
	rotate bool
}

func newPanic(app *cli.App) *cobra.Command {
	var in alarm
	cmd := &cobra.Command{
		Use:        "panic [FILE]",
		SuggestFor: []string{"leak", "leaked"},
		Short:      "Revoke every token that is in a text",
		Long: `Revoke every token that is in a text: a log, a commit, a mail, a manifest, up to
8 MiB. The text comes from FILE, from standard input, or is pasted at a terminal,
which does not show it. No token of it is shown or kept.

Tokens are found however they are written: plain, escaped for URLs, JSON, HTML or
a shell, in base64 among other things, in quoted-printable or UTF-16, wrapped over
several lines. What cannot be read is text that was compressed or encrypted. A client
id with its secret, but without the token, is not found: delete that by its id.

The lines where each token stands, what it is and what it may do are shown first,
on standard error, as far as the login in use can see it. Whether it is live the
service is asked with the token itself. After one question all that are live are
revoked, and it is verified that they are gone. Saved secrets of revoked tokens are
dropped.

A token of another organization is revoked with the login of a profile of that
organization, else with the token itself if that may; this works without any login.
The token that this command itself uses is left alone without --force, and is
revoked last with it. So is a token that is listed while the one that was found is
not accepted: somebody may have made it up to have yours revoked.

With --rotate a live token that is kept here, as a login or under a saved name, is
replaced by a new one with the same rights, which takes its place at once; all
others are revoked. That works for the token in use too.

Each token is a row of the output: {row,input,id,action,outcome,exit,error}, where
input counts the tokens, and outcome is ok, failed, unknown, unchanged (it was not
live) or "not started". The status is 10 if the text holds no token.`,
		Example: "  echo \"curl -H 'X-Cassandra-Token: $(astra --sandbox token generate --role 'RO User' --jq .token)' …\" > build.log\n" +
			"  astra --sandbox token panic build.log --dry-run\n" +
			"  astra --sandbox token panic build.log --yes",
		Args: cli.Args("[FILE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				in.file = args[0]
			}
			return in.run(cmd, app)
		},
	}
	cmd.Flags().BoolVar(&in.rotate, "rotate", false, "replace those that are kept here by new tokens with the same rights")
	cmd.Flags().BoolVar(&in.force, "force", false, "also revoke the token that this command uses, and those that were not proven to be in the text")
	return cmd
}

func (in alarm) run(cmd *cobra.Command, app *cli.App) error {
	if err := cli.CheckList(app, cli.RowColumns()); err != nil {
		return err
	}
	tokens, lines, err := in.find(cmd.Context(), app)
	if err != nil {
		return err
	}
	ctx, cancel := app.Longer(cmd, time.Duration(len(tokens))*time.Second)
	defer cancel()
	leaks, err := assess(ctx, app, tokens)
	if err != nil {
		return err
	}
	in.order(app, leaks)
	live, replaced := 0, 0
	for _, l := range leaks {
		l.stands = in.stands(l.texts, lines)
		l.show(app)
		if l.replaced {
			replaced++
		}
		if l.todo(in.force) {
			live++
		}
		if l.current && l.state() != isDead && !l.replaced {
			app.Warn("%s is the token that this command uses: %s", l.name(), in.ownWords(l))
		}
	}
	if live > 0 {
		if err := app.Confirm(ctx, "%s?", in.words(live, replaced)); err != nil {
			return err
		}
	}
	if app.Globals.DryRun && live > 0 {
		return in.rehearse(ctx, app, leaks)
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
	return app.RowsVerdict(results, false)
}

// words says what is about to be done.
func (in alarm) words(live, replaced int) string {
	switch replaced {
	case 0:
		return "Revoke " + count(live)
	case live:
		return "Replace " + count(live)
	}
	return fmt.Sprintf("Revoke %s, %d of them after they are replaced", count(live), replaced)
}

// ownWords says what becomes of the token in use. One that is kept here can be replaced.
func (in alarm) ownWords(l *leak) string {
	if in.force {
		return "it is revoked last, and you are logged out"
	}
	if l.kept {
		return "it is left alone. --rotate replaces it and then revokes it; --force revokes it"
	}
	return "it is left alone, and --force revokes it too"
}

// find reads the text and takes its tokens out of it, and says where they stand.
func (in alarm) find(ctx context.Context, app *cli.App) ([]secret.Token, map[secret.Text][]secret.Lines, error) {
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
			app.Warn("there are pieces of %d more tokens", len(found.Pieces)-i)
			break
		}
		app.Warn("%s is a piece of a token, cut off or masked; if all of it may be known: %s", clientID, app.Command("astra token delete "+clientID))
	}
	switch {
	case len(found.Tokens) == 0:
		return nil, nil, exit.Failf(exit.CheckFailed, "there is no whole token in the text; nothing was revoked").
			WithHint("text that is compressed, encrypted or an image cannot be read; a leaked client id with its secret: astra token delete CLIENT-ID")
	case len(found.Tokens) > most:
		return nil, nil, exit.Usagef("there are %d tokens in the text, and %d at once is the limit", len(found.Tokens), most).WithHint("give it in parts")
	}
	return found.Tokens, secret.Locate(text, found.Tokens), nil
}

// stands says where in the text a token stands, in all the forms of it.
func (in alarm) stands(texts []secret.Token, lines map[secret.Text][]secret.Lines) string {
	const several = 5
	var all []secret.Lines
	for _, t := range texts {
		all = append(all, lines[t.Text]...)
	}
	slices.SortFunc(all, func(a, b secret.Lines) int { return a.First - b.First })
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
