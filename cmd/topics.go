package cmd

import (
	"embed"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/help"
)

//go:embed topics/*.md
var texts embed.FS

// topics are the help topics that are no commands: "astra help environment".
// The topic of the sandbox is the help of the noun.
// Each is a file in topics, in which the tables of exit statuses and of the global
// flags are inserted.
func topics(app *cli.App, global *pflag.FlagSet) []*cobra.Command {
	var all []*cobra.Command
	for _, t := range []struct{ name, short string }{
		{"access-files", "Describe the format of access files"},
		{"environment", "Describe settings, environment variables and files"},
		{"exit-codes", "List the exit statuses"},
		{"flags", "List the global flags"},
		{"formats", "Describe output formats, filters and queries"},
		{"portal", "List the tasks that require the Portal"},
		{"resources", "Describe the names of resources in roles"},
		{"security", "Describe how secrets are protected"},
		{"shells", "Describe the variables for each shell"},
	} {
		topic := &cobra.Command{Use: t.name, Short: t.short}
		if app.Mentions(t.name) {
			text, err := texts.ReadFile("topics/" + t.name + ".md")
			if err != nil {
				panic(err) // the file is compiled in
			}
			topic.Long = strings.NewReplacer(
				"{{exits}}", exitTable(),
				"{{everywhere}}", flagTable(global, "profile", "sandbox", "api-url", "token-file", "timeout", "yes", "no-input", "quiet", "verbose", "debug", "color"),
				"{{output}}", flagTable(global, "output", "jq", "template", "columns", "no-headers", "sort", "filter"),
				"{{change}}", flagTable(global, "dry-run"),
			).Replace(strings.TrimSpace(string(text)))
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

// flagTable is a table of flags in Markdown.
func flagTable(f *pflag.FlagSet, names ...string) string {
	var b strings.Builder
	b.WriteString("| Flag | Meaning |\n|---|---|")
	for _, name := range names {
		written, usage := help.FlagUsage(f.Lookup(name))
		b.WriteString("\n| `" + written + "` | " + usage + " |")
	}
	return b.String()
}
