package cli

import (
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
