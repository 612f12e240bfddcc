package token

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/bulkcmd"
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/completion"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/lookup"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/secret"
	"github.com/astra-admin/astra/pkg/spelling"
	"github.com/astra-admin/astra/pkg/tokens"
)

const (
	// maxTokens is how many tokens are revoked at once.
	maxTokens = 500
	// maxFragments is how many incomplete tokens are named.
	maxFragments = 20
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
		Args:        cli.Args("[FILE]"),
		Annotations: completion.Args(completion.Files),
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
	if err := cli.CheckList(app, bulkcmd.Columns()); err != nil {
		return err
	}
	texts, lines, err := in.find(cmd.Context(), app)
	if err != nil {
		return err
	}
	ctx, cancel := app.ExtendTimeout(cmd, time.Duration(len(texts))*time.Second)
	defer cancel()
	exposed, err := tokens.AssessExposed(ctx, app, texts, in.rotate)
	if err != nil {
		return err
	}
	var live []*tokens.ExposedToken
	replaced := 0
	for _, l := range exposed {
		l.FoundAt = in.locateInText(l.Texts, lines)
		show(app, l)
		if l.Replaced {
			replaced++
		}
		if l.ShouldRevoke(in.force) {
			live = append(live, l)
		}
		if l.Current && l.State() != tokens.StateNotLive && !l.Replaced {
			app.Warn("%s is the token in use: %s", l.Name(), in.ownTokenNote(l))
		}
	}
	if len(live) > 0 {
		if err := app.Confirm(ctx, "%s?", effect(live, replaced)); err != nil {
			return err
		}
	}
	if app.Globals.DryRun && len(live) > 0 {
		return tokens.DryRunExposed(ctx, app, exposed, in.force)
	}
	results := tokens.RevokeExposed(ctx, app, exposed, in.force)
	if len(live) > 0 {
		app.Say("Revoked %d of %s.", countRevoked(results), spelling.Count(len(live), "token"))
	}
	if replaced > 0 {
		app.Say("Requested to replace %s; the rows show the result.", spelling.Count(replaced, "token"))
	}
	if err := cli.Print(app, bulkcmd.Columns(), results, ""); err != nil {
		return err
	}
	return bulkcmd.Summarize(app, results, false)
}

// show prints the facts about a token before the confirmation.
func show(app *cli.App, l *tokens.ExposedToken) {
	if app.Globals.Quiet {
		return
	}
	var columns []output.Column[*tokens.ExposedToken]
	add := func(key, text string) {
		if text != "" {
			columns = append(columns, output.Column[*tokens.ExposedToken]{Key: key, Value: func(*tokens.ExposedToken) any { return text }})
		}
	}
	add("token", fmt.Sprint(l.Number))
	add("foundAt", l.FoundAt)
	add("clientId", l.ClientID)
	add("state", l.State())
	add("organization", cmp.Or(l.OrgName, l.OrgID))
	if l.IsListed() {
		add("roles", cmp.Or(lookup.RoleNames(l.RoleRefs), "none"))
		add("permissions", cmp.Or(strings.Join(l.Permissions, ", "), "none"))
		add("description", l.Text)
		add("age", cli.Age(l.Now, l.GeneratedOn))
	} else if l.IsAccepted() {
		add("permissions", "unknown: no login here can list the tokens of its organization")
	}
	if !l.ExpiresAt.IsZero() {
		add("expires", tokens.FormatTime(l.ExpiresAt))
	}
	add("here", strings.Join(l.Locations(), "; "))
	if l.Replaced {
		add("then", "replaced by a new token with the same rights, then revoked")
	}
	_ = output.One(app.Err, output.Options{Format: output.Table}, columns, l) // text in memory, to people
	fmt.Fprintln(app.Err)
}

// effect names the tokens and the action on them.
func effect(live []*tokens.ExposedToken, replaced int) string {
	named := spelling.Count(len(live), "token")
	if len(live) == 1 {
		named = live[0].ClientID + " (" + live[0].Describe() + ")"
	}
	switch replaced {
	case 0:
		return "Revoke " + named
	case len(live):
		return "Replace " + named
	}
	return fmt.Sprintf("Revoke %s, replacing %d of them first", named, replaced)
}

// ownTokenNote explains the action on the token in use, which can be replaced if it is
// stored here.
func (in panicCmd) ownTokenNote(l *tokens.ExposedToken) string {
	if in.force {
		return "it is revoked last, which logs you out"
	}
	if l.Stored {
		return "it is not revoked. --rotate replaces it and then revokes it; --force revokes it"
	}
	return "it is not revoked; --force revokes it too"
}

// find reads the text and returns its tokens with their lines.
func (in panicCmd) find(ctx context.Context, app *cli.App) ([]secret.Token, map[secret.Text][]secret.LineIndex, error) {
	text, err := app.ReadAnyText(ctx, in.file, "Paste the text (hidden), then press Ctrl-D: ", secret.MaxText)
	if err != nil {
		return nil, nil, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil, exit.Usagef("the text is empty").WithHint("pass it on standard input or name a file")
	}
	found, err := secret.Find(text)
	if errors.Is(err, secret.ErrTextSize) {
		return nil, nil, exit.Usagef("%v", err).WithHint("split it into parts that overlap by a few lines, so that no token is cut")
	}
	if err != nil {
		return nil, nil, err
	}
	for _, t := range found.Tokens {
		app.Secrets.Add(t.Text)
	}
	for i, clientID := range found.Pieces {
		if i == maxFragments {
			app.Warn("found parts of %s", spelling.Count(len(found.Pieces)-i, "more token"))
			break
		}
		app.Warn("%s is an incomplete token (cut off or masked). If the rest may be known: %s", clientID, app.Command("astra token delete "+clientID))
	}
	switch {
	case len(found.Tokens) == 0:
		return nil, nil, exit.Failf(exit.CheckFailed, "no complete token found; nothing was revoked").
			WithHint("compressed or encrypted text and images cannot be searched. If a client ID leaked with its secret, revoke it").
			WithNext("astra token delete CLIENT-ID")
	case len(found.Tokens) > maxTokens:
		return nil, nil, exit.Usagef("%s found; at most %d can be revoked at once", spelling.Count(len(found.Tokens), "token"), maxTokens).WithHint("split the text into parts")
	}
	return found.Tokens, secret.Locate(text, found.Tokens), nil
}

// locateInText returns the lines of the text that contain a token in any form.
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
	place := "lines "
	switch {
	case in.file != "" && in.file != "-":
		place = in.file + ":"
	case len(all) == 1 && all[0].First == all[0].Last:
		place = "line "
	}
	text := place + strings.Join(words, ",")
	if len(all) > several {
		text += fmt.Sprintf(" and %d more", len(all)-several)
	}
	return text
}
