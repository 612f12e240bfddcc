package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/failpoint"
	"github.com/astra-admin/astra/pkg/secret"
)

// ChildEnv is the environment of the programs that this one starts for
// itself, such as git or a browser: the caller's without our secrets, which none
// of them needs. The list is a copy.
func (a *App) ChildEnv() []string {
	return slices.DeleteFunc(slices.Clone(a.Environ()), func(variable string) bool {
		name, value, _ := strings.Cut(variable, "=")
		return (isSecretName(strings.ToUpper(name)) || secret.LooksLikeToken(value)) && !failpoint.Disabled("child-environment")
	})
}

// ThirdPartyEnv is ChildEnviron without anything of ours, for programs that have
// nothing to do with Astra.
func (a *App) ThirdPartyEnv() []string {
	return slices.DeleteFunc(a.ChildEnv(), func(v string) bool { return strings.HasPrefix(strings.ToUpper(v), "ASTRA_") })
}

// isSecretName tells by its name whether a variable of ours, or one that env
// export makes, holds a secret.
func isSecretName(name string) bool {
	return strings.HasPrefix(name, "ASTRA_") &&
		slices.ContainsFunc([]string{"TOKEN", "SECRET", "PASSWORD"}, func(word string) bool { return strings.Contains(name, word) })
}

// Self returns the path of this program, under the name by which it was called
// where that can be told.
func Self() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	called, err := exec.LookPath(os.Args[0])
	if err != nil {
		return self, nil //nolint:nilerr // then the name is no path
	}
	if called, err = filepath.Abs(called); err != nil || !same(called, self) {
		return self, nil //nolint:nilerr // then the name is another program's
	}
	return called, nil
}

func same(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	two, err := os.Stat(b)
	return err == nil && os.SameFile(one, two)
}
