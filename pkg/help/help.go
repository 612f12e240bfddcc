// Package help lays out the help of commands, topics in Markdown and messages for the
// width of a terminal. The reference and the man pages are generated with it.
package help

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/flags"
)

// The widths of help: for a file or pipe, and the maximum, since long lines are hard to
// read.
const (
	DefaultWidth = 80
	MaxWidth     = 100
)

// A Layout says how text is laid out for people.
type Layout struct {
	Width int  // in columns
	Bold  bool // whether headings are bold
}

// Command returns the help of a command or of a topic.
func (l Layout) Command(cmd *cobra.Command) string {
	var b strings.Builder
	switch {
	case !cmd.HasParent():
		l.root(&b, cmd)
	case cmd.IsAdditionalHelpTopicCommand():
		b.WriteString(l.Markdown(cmd.Long))
	default:
		l.command(&b, cmd)
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// root writes the first page: what there is, and where to go on.
func (l Layout) root(b *strings.Builder, root *cobra.Command) {
	b.WriteString(l.Prose(root.Long) + "\n")
	l.heading(b, "Usage")
	b.WriteString("  " + UsageLine(root) + "\n")
	l.heading(b, "Commands")
	for _, group := range root.Groups() {
		l.entry(b, group.Title, strings.ReplaceAll(root.Annotations[group.ID], " ", ", "), 12)
	}
	l.heading(b, "Examples")
	b.WriteString(l.Commands(root.Example) + "\n")
	l.heading(b, "More")
	var topics []string
	for _, c := range root.Commands() {
		if c.IsAdditionalHelpTopicCommand() {
			topics = append(topics, c.Name())
		}
	}
	l.entry(b, "astra help COMMAND", "the help of a command, such as token rotate", 20)
	l.entry(b, "astra help TOPIC", strings.Join(topics, ", "), 20)
}

// command writes the help of a command: what it does, its usage, examples, the
// commands below it and its own flags.
func (l Layout) command(b *strings.Builder, cmd *cobra.Command) {
	b.WriteString(l.Prose(cmp.Or(cmd.Long, cmd.Short+".")) + "\n")
	l.heading(b, "Usage")
	b.WriteString(l.fill(UsageLine(cmd), "  ", "      ") + "\n")
	if len(cmd.Aliases) > 0 {
		l.heading(b, "Aliases")
		b.WriteString(l.fill(strings.Join(cmd.Aliases, ", "), "  ", "  ") + "\n")
	}
	if cmd.Example != "" {
		l.heading(b, "Examples")
		b.WriteString(l.Commands(cmd.Example) + "\n")
	}
	if below := availableCommands(cmd); len(below) > 0 {
		l.heading(b, "Commands")
		width := 0
		for _, c := range below {
			width = max(width, len(c.Name())+2)
		}
		for _, c := range below {
			l.entry(b, c.Name(), c.Short, width)
		}
	}
	if own := OwnFlags(cmd); len(own) > 0 {
		l.heading(b, "Flags")
		b.WriteString(l.Flags(own))
	}
	b.WriteString("\nGlobal flags: astra help flags\n")
}

// availableCommands are the commands below cmd that a user can run.
func availableCommands(cmd *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(cmd.Commands()), func(c *cobra.Command) bool { return !c.IsAvailableCommand() })
}

// UsageLine is the usage line of a command.
func UsageLine(cmd *cobra.Command) string {
	switch {
	case !cmd.HasParent():
		return cmd.Name() + " COMMAND [flags]"
	case cmd.HasAvailableSubCommands():
		return cmd.CommandPath() + " COMMAND [flags]"
	}
	return cmd.UseLine()
}

// OwnFlags are the flags that a command declares itself, without --help.
func OwnFlags(cmd *cobra.Command) []*pflag.Flag {
	return visible(cmd.LocalNonPersistentFlags())
}

// visible are the flags of a set that help lists.
func visible(f *pflag.FlagSet) []*pflag.Flag {
	var all []*pflag.Flag
	f.VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden && flag.Name != "help" {
			all = append(all, flag)
		}
	})
	return all
}

// FlagUsage returns a flag as it is written, such as "-o, --output FORMAT", and what
// it does.
func FlagUsage(f *pflag.Flag) (written, usage string) {
	placeholder, usage := pflag.UnquoteUsage(f)
	written = "--" + f.Name
	if f.Shorthand != "" {
		written = "-" + f.Shorthand + ", " + written
	}
	if placeholder != "" {
		value := " " + strings.ToUpper(placeholder)
		if f.NoOptDefVal != "" {
			value = "[=" + strings.ToUpper(placeholder) + "]"
		}
		written += value
	}
	switch f.DefValue {
	case "", "0", "false", "[]":
	default:
		listed, isEnum := strings.CutSuffix(usage, ")")
		if isEnum = isEnum && len(flags.EnumValues(f)) > 0; isEnum {
			usage = listed + "; default " + f.DefValue + ")"
		} else {
			usage += " (default " + f.DefValue + ")"
		}
	}
	return written, usage
}

// Flags returns a list of flags.
func (l Layout) Flags(list []*pflag.Flag) string {
	var b strings.Builder
	const maxColumn = 30
	width := 0
	for _, f := range list {
		if written, _ := FlagUsage(f); len(written) <= maxColumn {
			width = max(width, len(written))
		}
	}
	short := slices.ContainsFunc(list, func(f *pflag.Flag) bool { return f.Shorthand != "" })
	if short {
		width = min(width+4, maxColumn)
	}
	for _, f := range list {
		written, usage := FlagUsage(f)
		if short && f.Shorthand == "" {
			written = "    " + written
		}
		l.entry(&b, written, usage, width+2)
	}
	return b.String()
}

// entry writes a name and, beside it, what it is. Where there is no room beside it,
// that goes below.
func (l Layout) entry(b *strings.Builder, name, text string, width int) {
	const minWidth = 24 // columns in which words can be read
	beside := 2 + width
	if l.Width-beside < minWidth {
		b.WriteString("  " + name + "\n" + l.fill(text, "      ", "      ") + "\n")
		return
	}
	indent := strings.Repeat(" ", beside)
	first := "  " + name
	if len(name) > width-2 {
		b.WriteString(first + "\n")
		first = ""
	}
	b.WriteString(l.fill(text, fmt.Sprintf("%-*s", beside, first), indent) + "\n")
}

// heading writes a heading of a section.
func (l Layout) heading(b *strings.Builder, text string) {
	b.WriteString("\n" + l.bold(strings.ToUpper(text)) + "\n")
}

func (l Layout) bold(text string) string {
	if l.Bold {
		return "\x1b[1m" + text + "\x1b[0m"
	}
	return text
}

// fill breaks text between words, so that it fits the width. A word that is too long
// stays whole, so that it can be copied.
func (l Layout) fill(text, first, rest string) string {
	var b strings.Builder
	b.WriteString(first)
	used, empty := utf8.RuneCountInString(first), true
	for word := range strings.FieldsSeq(text) {
		size := utf8.RuneCountInString(word)
		switch {
		case empty:
		case used+1+size > l.Width:
			b.WriteString("\n" + rest)
			used = utf8.RuneCountInString(rest)
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used, empty = used+size, false
	}
	return strings.TrimRight(b.String(), " ")
}

// Commands returns lines of a shell. Those that do not fit the width are continued on
// the next line, in front of a flag or after a pipe, so that they can still be copied.
func (l Layout) Commands(lines string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(lines, "\n"), "\n") {
		parts := flagParts(line)
		b.WriteString(parts[0])
		used := utf8.RuneCountInString(parts[0])
		for _, part := range parts[1:] {
			size := utf8.RuneCountInString(part)
			if used+1+size+len(" \\") > l.Width {
				b.WriteString(" \\\n    ")
				used = 3
			}
			if used > 3 {
				b.WriteByte(' ')
			}
			b.WriteString(part)
			used += 1 + size
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}

// flagParts splits a line of a shell in front of flags and pipes that are not in
// quotes.
func flagParts(line string) []string {
	var parts []string
	var quote byte
	begin := 0
	for i := range len(line) {
		switch c := line[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"' || c == '`':
			quote = c
		case c == ' ' && (strings.HasPrefix(line[i:], " --") || strings.HasPrefix(line[i:], " | ")) && i > begin && strings.TrimSpace(line[begin:i]) != "":
			parts = append(parts, line[begin:i])
			begin = i + 1
		}
	}
	return append(parts, line[begin:])
}

// Prose returns paragraphs that fit the width. Lines that are indented by four columns
// are code or tables and stay as they are; points of a list have a hanging indent.
func (l Layout) Prose(text string) string {
	point := regexp.MustCompile(`^ *(-|[0-9]+\.) `)
	var b bytes.Buffer
	var paragraph []string
	flush := func() {
		if len(paragraph) == 0 {
			return
		}
		mark := point.FindString(paragraph[0])
		paragraph[0] = paragraph[0][len(mark):]
		b.WriteString(l.fill(strings.Join(paragraph, " "), mark, strings.Repeat(" ", len(mark))) + "\n")
		paragraph = nil
	}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		switch {
		case strings.TrimSpace(line) == "":
			flush()
			b.WriteByte('\n')
		case strings.HasPrefix(line, "    "):
			flush()
			b.WriteString(l.verbatim(line) + "\n")
		case point.MatchString(line):
			flush()
			paragraph = []string{line}
		default:
			paragraph = append(paragraph, line)
		}
	}
	flush()
	return strings.TrimRight(b.String(), "\n")
}

// verbatim returns a line of code as it is, or one of a table, with what stands in its
// second column broken where it does not fit.
func (l Layout) verbatim(line string) string {
	cells := regexp.MustCompile(`^( +\S+(?: \S+)*)(  +)(\S.*)$`).FindStringSubmatch(line)
	if cells == nil || utf8.RuneCountInString(line) <= l.Width {
		return line
	}
	const minWidth, below = 16, "        "
	room, longest := l.Width-utf8.RuneCountInString(cells[1]+cells[2]), minWidth
	for word := range strings.FieldsSeq(cells[3]) {
		longest = max(longest, utf8.RuneCountInString(word))
	}
	if room < longest {
		return cells[1] + "\n" + l.fill(cells[3], below, below)
	}
	return l.fill(cells[3], cells[1]+cells[2], strings.Repeat(" ", l.Width-room))
}
