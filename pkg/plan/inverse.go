package plan

// UndoOf says whether a step can be undone: a deleted role returns with another ID, a
// removed user must accept a new invitation, and a token stays revoked.
func UndoOf(s Step) Reversible {
	switch {
	case s.Kind == TokenStep:
		return No
	case s.Kind == RoleStep && s.Action == Delete, s.Kind == UserStep && s.Action == Remove:
		return Partly
	default:
		return Yes
	}
}
