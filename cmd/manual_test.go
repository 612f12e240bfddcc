package cmd_test

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/help"
	"github.com/astra-admin/astra/pkg/usage"
)

// referencePage is the page of a command in docs/reference.
func referencePage(c *cobra.Command) []byte {
	var b strings.Builder
	section := func(title, text string) {
		if text != "" {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, text)
		}
	}
	fmt.Fprintf(&b, "# %s\n\n%s\n", c.CommandPath(), cmp.Or(c.Long, c.Short+"."))
	section("Usage", "```\n"+help.UsageLine(c)+"\n```")
	if len(c.Aliases) > 0 {
		section("Aliases", "`"+strings.Join(c.Aliases, "`, `")+"`")
	}
	if c.Example != "" {
		section("Examples", "```\n"+c.Example+"\n```")
	}
	var rows []string
	for _, below := range children(c) {
		rows = append(rows, fmt.Sprintf("- [%s](%s.md): %s", below.CommandPath(), pageName(below, "_"), below.Short))
	}
	section("Commands", strings.Join(rows, "\n"))
	rows = nil
	if c.HasParent() {
		for _, f := range help.OwnFlags(c) {
			written, usage := help.FlagUsage(f)
			rows = append(rows, fmt.Sprintf("- `%s`: %s", written, usage))
		}
	}
	section("Flags", strings.Join(rows, "\n"))
	fmt.Fprintf(&b, "\nGlobal flags: [flags](../flags.md)\n")
	if c.HasParent() {
		fmt.Fprintf(&b, "\nSee also: [%s](%s.md)\n", c.Parent().CommandPath(), pageName(c.Parent(), "_"))
	}
	return []byte(b.String())
}

// manual is the manual page of a command. Its sections are those of man-pages(7).
func manual(c *cobra.Command) []byte {
	var b strings.Builder
	section := func(title string) { fmt.Fprintf(&b, ".SH %s\n", title) }
	name := pageName(c, "-")
	fmt.Fprintf(&b, ".TH %s 1 2026-01-01 astra \"Astra Manual\"\n.nh\n.ad l\n", roff(strings.ToUpper(name)))
	section("NAME")
	fmt.Fprintf(&b, "%s \\- %s\n", roff(name), roff(lowerFirst(c.Short)))
	section("SYNOPSIS")
	fmt.Fprintf(&b, "\\fB%s\\fR%s\n", roff(c.CommandPath()), roff(strings.TrimPrefix(help.UsageLine(c), c.CommandPath())))
	section("DESCRIPTION")
	paragraphs(&b, cmp.Or(c.Long, c.Short+"."))
	if below := children(c); len(below) > 0 {
		section("COMMANDS")
		for _, child := range below {
			fmt.Fprintf(&b, ".TP\n\\fB%s\\fR\n%s\n", roff(child.Name()), roff(child.Short+"."))
		}
	}
	if len(c.Aliases) > 0 {
		section("ALIASES")
		b.WriteString(roff(strings.Join(c.Aliases, ", ")) + "\n")
	}
	if own := help.OwnFlags(c); c.HasParent() && len(own) > 0 {
		section("OPTIONS")
		options(&b, own)
	}
	section("GLOBAL OPTIONS")
	options(&b, globalFlags(c))
	if c.Example != "" {
		section("EXAMPLES")
		fmt.Fprintf(&b, ".nf\n%s\n.fi\n", roff(c.Example))
	}
	section("ENVIRONMENT")
	table(&b, topic(c.Root(), "environment"), "| Variable |")
	section("FILES")
	for _, file := range [][2]string{
		{"~/.config/astra/config.yaml", "Profiles, defaults and added organizations. Holds no secret. ASTRA_CONFIG_DIR sets the directory."},
		{"~/.config/astra/credentials/", "Secrets of profiles with --store file, readable only by you."},
		{"~/.local/state/astra/", "Journals of pending operations, downloaded bundles and the sandbox. ASTRA_STATE_DIR sets the directory."},
		{"~/.cache/astra/", "Names for completion; can be deleted at any time. ASTRA_CACHE_DIR sets the directory."},
		{".astra.yaml", "Selects the profile, database, keyspace, region and saved token of a project."},
	} {
		fmt.Fprintf(&b, ".TP\n\\fI%s\\fR\n%s\n", roff(file[0]), roff(file[1]))
	}
	section("EXIT STATUS")
	for _, e := range exit.Table() {
		fmt.Fprintf(&b, ".TP\n\\fB%s\\fR %s\n%s\n", e.Code, roff(e.Name), roff(e.Meaning))
	}
	section("SEE ALSO")
	var others []string
	if c.HasParent() {
		others = append(others, pageName(c.Parent(), "-"))
		for _, sibling := range children(c.Parent()) {
			if sibling != c {
				others = append(others, pageName(sibling, "-"))
			}
		}
	}
	for _, child := range children(c) {
		others = append(others, pageName(child, "-"))
	}
	for i, other := range others {
		others[i] = "\\fB" + roff(other) + "\\fR(1)"
	}
	b.WriteString(strings.Join(others, ",\n") + "\n")
	return []byte(b.String())
}

// children are the commands below c that have a page.
func children(c *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() && child.Name() != "help" {
			all = append(all, child)
		}
	}
	return all
}

func pageName(c *cobra.Command, joint string) string {
	return strings.ReplaceAll(c.CommandPath(), " ", joint)
}

// globalFlags are the flags of the root that c accepts.
func globalFlags(c *cobra.Command) []*pflag.Flag {
	var all []*pflag.Flag
	c.Root().PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if usage.Accepts(c, f.Name) {
			all = append(all, f)
		}
	})
	return all
}

func options(b *strings.Builder, flags []*pflag.Flag) {
	for _, f := range flags {
		written, usage := help.FlagUsage(f)
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR\n%s.\n", roff(written), roff(strings.TrimSuffix(usage, ".")))
	}
}

// topic is the text of a help topic.
func topic(root *cobra.Command, name string) string {
	for _, c := range root.Commands() {
		if c.Name() == name {
			return c.Long
		}
	}
	return ""
}

// table writes the rows of the table of a text that begins with a heading.
func table(b *strings.Builder, text, heading string) {
	_, rows, _ := strings.Cut(text, heading)
	for line := range strings.SplitSeq(rows, "\n") {
		cells := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) != 2 {
			if line == "" {
				return
			}
			continue
		}
		plain := func(s string) string { return roff(strings.ReplaceAll(strings.Trim(s, "| "), "`", "")) }
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR\n%s.\n", plain(cells[0]), plain(cells[1]))
	}
}

// paragraphs writes text: indented lines are code.
func paragraphs(b *strings.Builder, text string) {
	point := regexp.MustCompile(`^([0-9]+\.) `)
	code := false
	for line := range strings.SplitSeq(text, "\n") {
		if indented := strings.HasPrefix(line, "    "); indented != code && line != "" {
			b.WriteString(map[bool]string{true: ".RS 4\n.nf\n", false: ".fi\n.RE\n"}[indented])
			code = indented
		}
		mark := point.FindString(line)
		switch {
		case line == "" && !code:
			b.WriteString(".PP\n")
		case mark != "":
			fmt.Fprintf(b, ".TP 4\n%s\n%s\n", strings.TrimSpace(mark), roff(line[len(mark):]))
		default:
			b.WriteString(roff(strings.TrimPrefix(line, "    ")) + "\n")
		}
	}
	if code {
		b.WriteString(".fi\n.RE\n")
	}
}

// roff escapes text for a manual page.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "…", "...", "`", "\\(ga", "'", "\\(aq", "^", "\\(ha", "~", "\\(ti").Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

func lowerFirst(text string) string { return strings.ToLower(text[:1]) + text[1:] }
