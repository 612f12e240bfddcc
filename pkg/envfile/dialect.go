package envfile

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Dialect is a text format, with the name of its shell or file format.
type Dialect string

// The dialects of shells. Sh is valid in all Bourne shells.
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

// rules describes one dialect.
type rules struct {
	dialect  Dialect
	aliases  []string // alternative names
	shell    bool     // evaluated by a shell, not read as a file
	caseless bool     // names that differ only in case are the same variable
	check    func(value string) (why string)
	export   func(b []byte, vars []Var) []byte
	unset    func(b []byte, names []string) []byte // nil if unsetting is not supported
	split    lineParser                            // nil if merging is not supported
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

// Lookup returns the dialect of a shell or format. A shell may be a path, have
// the suffix .exe, or start with a dash as in a login shell.
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

// IsShell reports whether a shell evaluates the text of d. Otherwise it is a
// file.
func (d Dialect) IsShell() bool {
	r, err := d.rules()
	return err == nil && r.shell
}

// Shells returns all names of shells that [Lookup] accepts.
func Shells() []string { return names(true) }

// Formats returns all names of file formats that [Lookup] accepts.
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
