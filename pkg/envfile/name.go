package envfile

import (
	"fmt"
	"strings"
)

const maxName = 128

// reserved lists the names that change how a shell, the loader or a program
// works, and those that this program reads itself; what it exports, it must
// not take for its own settings. A star stands for any ending.
const reserved = `
	_ __* _ASTRA*
	ASTRA_TOKEN ASTRA_API_TOKEN ASTRA_PROFILE ASTRA_SANDBOX ASTRA_API_URL ASTRA_CONFIG_DIR ASTRA_STATE_DIR
	ASTRA_CACHE_DIR ASTRA_STORE ASTRA_OUTPUT ASTRA_NO_INPUT ASTRA_TIMEOUT ASTRA_SHELL ASTRA_KEYRING_TIMEOUT ASTRA_DEBUG

	ARGC ARGV ARGV0 BASH BASH_* BASHOPTS BASHPID CDPATH CMD_DURATION COLUMNS COMP_* COMPREPLY COPROC CPUTYPE DIRSTACK EGID
	ENV EPOCH* ERRNO EUID EXECIGNORE FCEDIT FIGNORE FISH_* FPATH FUNCFIRST FUNCNAME FUNCNEST GID GLOBIGNORE GLOBSORT
	GROUPS HISTCHARS HISTCMD HISTCONTROL HISTFILE HISTFILESIZE HISTIGNORE HISTSIZE HISTTIMEFORMAT HOME HOST HOSTFILE
	HOSTNAME HOSTTYPE IFS IGNOREEOF INPUTRC KEYBD_TRAP KEYBOARD_HACK KEYTIMEOUT KSH* LINENO LINES LISTMAX LOGCHECK LOGNAME
	MACHTYPE MAIL MAILCHECK MAILPATH MAPFILE MODULE_PATH NULLCMD OLDPWD OPTARG OPTERR OPTIND OSTYPE PATH PATHEXT PATHSEP
	PGRP PIPESTATUS POSIXLY_CORRECT POSTEDIT PPID PROMPT PROMPT2 PROMPT3 PROMPT4 PROMPT_* PS0 PS1 PS2 PS3 PS4 PSVAR PWD
	RANDOM READLINE_* READNULLCMD REPLY REPORTMEMORY REPORTTIME RPROMPT RPROMPT2 RPS1 RPS2 SAVEHIST SECONDS SHELL
	SHELLOPTS SHLVL SPROMPT SRANDOM STTY TIMEFMT TMOUT TMPPREFIX TRY_BLOCK_ERROR TRY_BLOCK_INTERRUPT TTY TTYIDLE UID USER
	USERNAME USER_ID VENDOR WATCH WATCHFMT WORDCHARS ZDOTDIR ZLE_* ZLS_* ZSH ZSH_*

	DYLD_* GCONV_PATH GETCONF_DIR GLIBC_TUNABLES HOSTALIASES LANG LANGUAGE LC_* LD_* LOCALDOMAIN LOCPATH MALLOC_* NIS_PATH
	NLSPATH RESOLV_HOST_CONF RES_OPTIONS TERM TERMCAP TERMINFO TERMINFO_DIRS TMP TMPDIR TEMP TZ TZDIR

	ALL_PROXY BROWSER CARGO_* CGO_* CLASSPATH COMSPEC CURL_* CURL_CA_BUNDLE DBUS_* DIRENV_* DISPLAY DOCKER_* EDITOR ELECTRON_*
	FTP_PROXY GCC_* GIT_* GITHUB_* GITLAB_* GNUPGHOME GOBIN GODEBUG GOENV GOFLAGS GOPATH GOPROXY GOROOT GOTOOLCHAIN
	GRADLE_OPTS HTTP_PROXY HTTPS_PROXY JAVA_OPTS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS KUBECONFIG LESS LESSCLOSE LESSKEY LESSOPEN
	LUA_* MAKEFLAGS MANPAGER MANPATH MAVEN_OPTS NODE_* NO_PROXY NPM_CONFIG_* OPENSSL_* PAGER PERL* PIP_* PSMODULEPATH
	PYTHON* REQUESTS_CA_BUNDLE RUBYLIB RUBYOPT RUNNER_* RUSTC* SSH_* SSL_CERT_* SUDO_* SYSTEMROOT VISUAL WAYLAND_DISPLAY WINDIR
	XAUTHORITY XDG_* _JAVA_OPTIONS
`

// CheckName says whether a variable of this name may be set for somebody
// else's shell. It is [ErrName] if the name is no portable variable name, or
// if setting it does more than setting a value. Case does not matter for the
// second, because it does not on Windows.
func CheckName(name string) error {
	if len(name) > maxName || !isVariable(name) {
		return fmt.Errorf("%.*q is %w: it is made of letters, digits and _, and begins with a capital or _", maxName, name, ErrName)
	}
	upper := strings.ToUpper(name)
	for word := range strings.FieldsSeq(reserved) {
		prefix, open := strings.CutSuffix(word, "*")
		if upper == word || open && strings.HasPrefix(upper, prefix) {
			return fmt.Errorf("%s is %w: it changes how shells or programs work", name, ErrName)
		}
	}
	return nil
}

// isVariable leaves out names that begin in lower case: zsh and fish have
// special variables among them (path, status), and HTTP clients their proxies.
// Lower-case letters may follow, for TF_VAR_token.
func isVariable(name string) bool {
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'A' && c <= 'Z' || c == '_':
		case i > 0 && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9'):
		default:
			return false
		}
	}
	return name != ""
}
