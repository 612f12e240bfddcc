package iam

import "slices"

// Allow is the only effect of a policy.
const Allow = "allow"

// Policy grants each of its actions on each of its resources.
type Policy struct {
	Description string
	Resources   []string
	Actions     []string
	Effect      string
}

// Allows reports whether the policy lists the action, given by its API
// parameter, and a resource that covers on; see DRN.Covers. Malformed resources
// grant nothing.
func (p Policy) Allows(action string, on DRN) bool {
	return p.Effect == Allow && slices.Contains(p.Actions, action) && slices.ContainsFunc(p.Resources, func(resource string) bool {
		d, ok := DescribeResource(resource)
		return ok && d.Covers(on)
	})
}
