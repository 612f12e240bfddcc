package lookup

import (
	"errors"
	"strings"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
	"github.com/astra-admin/astra/pkg/shellword"
	"github.com/astra-admin/astra/pkg/spelling"
)

// Resolve finds the one of items that ref means: by its ID, or by a name that only one
// of them has. A prefix id: or name: says which. IDs are compared exactly.
func Resolve[T any](kind, ref string, items []T, names func(T) (id, name string)) (T, error) {
	return resolveBy(spelling.SameName, kind, ref, items, names)
}

// PCUGroup finds the one of all groups that ref means: an ID, or the title of one
// group.
func PCUGroup(ref string, all []devops.PCUGroup) (devops.PCUGroup, error) {
	found, err := Resolve("group", ref, all, func(g devops.PCUGroup) (string, string) { return g.ID, g.Title })
	if e, ok := errors.AsType[*exit.Error](err); ok {
		e.Message = "PCU " + e.Message // the kind is part of the name of the error, which stays GROUP_NOT_FOUND
	}
	return found, err
}

// CheckPCUGroupChange refuses a group that is parked, which cannot be changed.
func CheckPCUGroupChange(g devops.PCUGroup) error {
	if !g.IsParked() {
		return nil
	}
	return exit.Failf(exit.Conflict, "PCU group %s is %s", g.Title, strings.ToLower(g.Status)).
		WithHint("unpark it first").WithNext(shellword.Line("astra", "pcu", "unpark", "id:"+g.ID, "--wait"))
}

// resolveWarning is Resolve with names that same compares. It warns of names that look
// like the one that was found, since the user may mean another.
func resolveWarning[T any](warn func(string, ...any), same func(a, b string) bool, kind, ref string, items []T, names func(T) (id, name string)) (T, error) {
	found, err := resolveBy(same, kind, ref, items, names)
	id, name := names(found)
	if err != nil || ref == id || ref == "id:"+id {
		return found, err
	}
	for _, item := range items {
		_, other := names(item)
		WarnAlike(warn, kind, name, other)
	}
	return found, nil
}

// WarnAlike warns where the name of another resource looks like name.
func WarnAlike(warn func(format string, args ...any), kind, name, other string) {
	if spelling.Alike(name, other) {
		warn("another %s has a name that looks like %q: %s", kind, name, spelling.Difference(name, other))
	}
}

// resolveBy is Resolve with names that same compares.
func resolveBy[T any](same func(a, b string) bool, kind, ref string, items []T, names func(T) (id, name string)) (T, error) {
	var zero T
	byID, byName := true, true
	want := ref
	if rest, ok := strings.CutPrefix(ref, "id:"); ok {
		want, byName = rest, false
	} else if rest, ok := strings.CutPrefix(ref, "name:"); ok {
		want, byID = rest, false
	}
	var found []T
	var ids, known []string
	for _, item := range items {
		id, name := names(item)
		known = append(known, name)
		if byID && id == want || byName && same(name, want) {
			found, ids = append(found, item), append(ids, id)
		}
	}
	switch len(found) {
	case 0:
		e := exit.NotFoundf(kind, want, known)
		if list, ok := map[string]string{"role": "role", "user": "user", "database": "db", "group": "pcu", "tenant": "streaming tenant"}[kind]; ok {
			e = e.WithNext("astra " + list + " list")
		}
		return zero, e
	case 1:
		return found[0], nil
	}
	return zero, exit.Ambiguous(kind, want, ids)
}
