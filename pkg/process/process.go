// Package process is about processes: the environment of programs that this one starts,
// the programs that these have started, the shell that runs this one, signals, and core
// dumps.
package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/secret"
)

// A Status is the exit status of a program that was run for the user. The command ends
// with it and prints no error.
type Status int

// Error says how the program ended.
func (s Status) Error() string { return "the program ended with status " + strconv.Itoa(int(s)) }

// Env returns the environment for programs that this one starts for itself, such as git:
// environ without our secrets, which none of them needs. The list is a copy.
func Env(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(variable string) bool {
		name, value, _ := strings.Cut(variable, "=")
		return (isSecretName(strings.ToUpper(name)) || secret.LooksLikeToken(value)) && !failpoint.Disabled("child-environment")
	})
}

// ThirdPartyEnv returns Env without any variable of ours, for programs that have nothing
// to do with Astra, such as a browser.
func ThirdPartyEnv(environ []string) []string {
	return slices.DeleteFunc(Env(environ), func(v string) bool { return strings.HasPrefix(strings.ToUpper(v), "ASTRA_") })
}

// isSecretName tells by its name whether a variable of ours, or one that env
// export makes, holds a secret.
func isSecretName(name string) bool {
	return strings.HasPrefix(name, "ASTRA_") &&
		slices.ContainsFunc([]string{"TOKEN", "SECRET", "PASSWORD"}, func(word string) bool { return strings.Contains(name, word) })
}

// Self returns the path of this program, under the name by which it was called
// where that is known.
func Self() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	path, err := exec.LookPath(os.Args[0])
	if err != nil {
		return self, nil //nolint:nilerr // then the name is no path
	}
	if path, err = filepath.Abs(path); err != nil || !isSameFile(path, self) {
		return self, nil //nolint:nilerr // then the name is another program's
	}
	return path, nil
}

func isSameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	two, err := os.Stat(b)
	return err == nil && os.SameFile(one, two)
}
