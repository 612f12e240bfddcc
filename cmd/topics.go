package cmd

import (
	"embed"
	"strings"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
)

//go:embed topics/*.md
var texts embed.FS

// topics are the help topics that are no commands: "astra help environment".
// The topic of the sandbox is the help of the noun.
// Each is a file in topics; the table of exit statuses is put in where the file
// asks for it.
func topics(app *cli.App) []*cobra.Command {
	var all []*cobra.Command
	for _, t := range []struct{ name, short string }{
		{"environment", "Settings, environment variables and files"},
		{"exit-codes", "What the exit status says"},
		{"formats", "Output formats, filters and queries"},
		{"portal", "What only the Portal can do, and where"},
		{"security", "Where secrets are and are not"},
		{"shells", "How each shell takes over variables"},
	} {
		topic := &cobra.Command{Use: t.name, Short: t.short}
		if app.Mentions(t.name) {
			text, err := texts.ReadFile("topics/" + t.name + ".md")
			if err != nil {
				panic(err) // the file is compiled in
			}
			topic.Long = strings.ReplaceAll(strings.TrimSpace(string(text)), "{{exits}}", exitTable())
		}
		if app.Terminal.Out {
			topic.SetHelpFunc(func(c *cobra.Command, _ []string) { c.Println(forTerminal(c.Long, app.Terminal.Width)) })
		}
		all = append(all, topic)
	}
	return all
}

// exitTable is the table of exit statuses in Markdown.
func exitTable() string {
	var b strings.Builder
	b.WriteString("| Status | Name | Meaning |\n|---|---|---|")
	for _, e := range exit.Table() {
		b.WriteString("\n| " + e.Code.String() + " | `" + e.Name + "` | " + e.Meaning + " |")
	}
	return b.String()
}
