package envfile

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A Dialect is a kind of text, known by the name of the shell or format that
// stands for it.
type Dialect string

// The dialects of shells. Sh is the one form that every shell of the Bourne
// family reads.
const (
	Sh     Dialect = "sh"
	Fish   Dialect = "fish"
	Tcsh   Dialect = "tcsh"
	Pwsh   Dialect = "pwsh"
	Cmd    Dialect = "cmd"
	Nu     Dialect = "nu"
	Elvish Dialect = "elvish"
	Xonsh  Dialect = "xonsh"
)

// The dialects of files.
const (
	Dotenv  Dialect = "dotenv"
	Docker  Dialect = "docker"
	Systemd Dialect = "systemd"
	GitHub  Dialect = "github"
	GitLab  Dialect = "gitlab"
	K8s     Dialect = "k8s"
	TFVars  Dialect = "tfvars"
	JSON    Dialect = "json"
	YAML    Dialect = "yaml"
	CSV     Dialect = "csv"
)

// rules is all that the package knows about one dialect.
type rules struct {
	dialect  Dialect
	aliases  []string // other names that stand for it
	shell    bool     // evaluated, not read as a file
	caseless bool     // two names that differ in case alone are one variable
	check    func(value string) (why string)
	export   func(b []byte, vars []Var) []byte
	unset    func(b []byte, names []string) []byte // nil where nothing can be unset
	split    lineParser                            // nil where nothing can be merged
	failure  string
}

func table() []rules {
	return []rules{
		{
			dialect: Sh, aliases: []string{"ash", "bash", "busybox", "dash", "ksh", "ksh93", "mksh", "posh", "yash", "zsh"}, shell: true,
			check: checkShell, export: exportSh, unset: eachName("unset %s;\n"), failure: "false;\n",
		},
		{
			dialect: Fish, shell: true,
			check: checkShell, export: exportFish, unset: eachName("set -e %s;\n"), failure: "false;\n",
		},
		{
			dialect: Tcsh, aliases: []string{"csh"}, shell: true,
			check: checkCsh, export: exportCsh, unset: eachName("unsetenv %s;\n"), failure: "false;\n",
		},
		{
			dialect: Pwsh, aliases: []string{"powershell"}, shell: true, caseless: true,
			check: checkPwsh, export: exportPwsh, unset: eachName("${env:%s} = $null;\n"), failure: "throw 'astra has failed';\n",
		},
		{
			dialect: Cmd, shell: true, caseless: true,
			check: checkCmd, export: exportCmd, unset: eachName("set \"%s=\"\n"), failure: "exit /b 1\n",
		},
		{
			dialect: Nu, aliases: []string{"nushell"}, shell: true, caseless: true,
			check: checkText, export: exportJSON, unset: unsetNu, failure: "error make {msg: \"astra has failed\"}\n",
		},
		{
			dialect: Elvish, shell: true,
			check: checkText, export: exportElvish, unset: eachName("unset-env %s;\n"), failure: "fail 'astra has failed';\n",
		},
		{
			dialect: Xonsh, shell: true,
			check: checkText, export: exportXonsh, unset: eachName("${...}.pop('%s', None);\n"), failure: "raise RuntimeError('astra has failed');\n",
		},
		{dialect: Dotenv, aliases: []string{"env"}, check: checkDotenv, export: exportDotenv, split: splitDotenv},
		{dialect: Docker, check: checkDocker, export: exportRaw, split: splitDocker},
		{dialect: Systemd, check: checkSystemd, export: exportSystemd, split: splitSystemd},
		{dialect: GitHub, check: checkGitHub, export: exportGitHub},
		{dialect: GitLab, check: checkGitLab, export: exportRaw, split: splitGitLab},
		{dialect: K8s, aliases: []string{"kubernetes"}, check: checkShell, export: exportK8s},
		{dialect: TFVars, check: checkTFVars, export: exportTFVars},
		{dialect: JSON, check: checkJSON, export: exportJSON},
		{dialect: YAML, check: checkJSON, export: exportYAML},
		{dialect: CSV, check: checkCSV, export: exportCSV},
	}
}

func eachName(format string) func(b []byte, names []string) []byte {
	return func(b []byte, names []string) []byte {
		for _, name := range names {
			b = fmt.Appendf(b, format, name)
		}
		return b
	}
}

// Lookup finds the dialect for the name of a shell or format. A shell may be
// given as a path, with the suffix of Windows, or, as login shells name
// themselves, with a leading dash.
func Lookup(shellOrFormat string) (Dialect, error) {
	name := path.Base(strings.ReplaceAll(shellOrFormat, `\`, "/"))
	name = strings.TrimSuffix(strings.TrimPrefix(name, "-"), ".exe")
	for _, r := range table() {
		if slices.Contains(r.names(), name) {
			return r.dialect, nil
		}
	}
	return "", fmt.Errorf("%w %q; expected %s", ErrDialect, shellOrFormat, strings.Join(append(Shells(), Formats()...), ", "))
}

// IsShell tells whether the text of d is for a shell to evaluate. Otherwise it
// is for a file.
func (d Dialect) IsShell() bool {
	r, err := d.rules()
	return err == nil && r.shell
}

// Shells returns every name of a shell that [Lookup] knows.
func Shells() []string { return names(true) }

// Formats returns every name of a file format that [Lookup] knows.
func Formats() []string { return names(false) }

func names(shell bool) []string {
	var all []string
	for _, r := range table() {
		if r.shell == shell {
			all = append(all, r.names()...)
		}
	}
	return all
}

func (r rules) names() []string { return append([]string{string(r.dialect)}, r.aliases...) }
