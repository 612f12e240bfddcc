package rights

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/astra-admin/astra/pkg/access"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/spelling"
)

// DescribePlace describes a place, such as "demo.app", or "all databases".
func DescribePlace(p access.Place) string {
	segments := []string{cmp.Or(p.DatabaseName, p.Database), p.Keyspace, p.Table}
	for len(segments) > 0 && (segments[len(segments)-1] == "" || segments[len(segments)-1] == iam.Wildcard) {
		segments = segments[:len(segments)-1]
	}
	switch {
	case len(segments) > 0:
		return strings.Join(segments, ".")
	case p.Database != "":
		return "all databases"
	}
	return "the organization"
}

// maxPlaces is the maximum number of places in a sentence.
const maxPlaces = 5

// DescribePlaces describes places as the end of a sentence.
func DescribePlaces(places []access.Place) string {
	var words []string
	for i, p := range places {
		if i == maxPlaces {
			words = append(words, fmt.Sprintf("and %d more", len(places)-i))
			break
		}
		words = append(words, DescribePlace(p))
	}
	return strings.Join(words, ", ")
}

// Name returns what a principal is called in a sentence.
func Name(p access.Principal) string {
	switch {
	case p.Kind == access.RoleAlone:
		return "a holder of " + p.Name
	case p.Kind == access.Token && p.Name != p.ID:
		return p.Name + " (token " + p.ID + ")"
	case p.Kind == access.Token:
		return "token " + p.ID
	}
	return p.Name
}

// Reason says in one line why the answer is what it is.
func Reason(q access.Question, a access.Answer) string {
	can, cannot, may := "has "+a.What, "does not have "+a.What, "may have "+a.What
	if q.What.Capability {
		task := strings.ReplaceAll(a.What, "-", " ")
		can, cannot, may = "can "+task, "cannot "+task, "may "+task
	}
	in := " in " + DescribePlace(a.Place)
	if q.What.Level <= iam.DepthOrganization {
		in = ""
	}
	text := Name(a.Principal) + " "
	switch a.Answer {
	case access.Yes:
		return text + can + in
	case access.Partly:
		if a.Undecided() {
			return text + can + " in " + DescribePlaces(a.Places) + "; it is unknown whether elsewhere too" + assumption(a)
		}
		text += can + " only in " + DescribePlaces(a.Places)
		if a.Now == access.All {
			text += "; these are all that exist now, without those created later"
		}
		return text
	case access.Unclear:
		return text + may + in + assumption(a)
	case access.Unknown:
		return "it is unknown whether " + text + can + in + assumption(a)
	default:
	}
	text += cannot + in
	if why := firstReason(a); why != "" {
		text += ": " + why
	}
	return text
}

func assumption(a access.Answer) string {
	if a.Assumes == nil {
		return ""
	}
	return ": " + *a.Assumes
}

// firstReason returns why the first link does not hold, and how many others do not.
func firstReason(a access.Answer) string {
	if len(a.Missing) > 0 && len(a.Principal.Roles) == len(a.Missing) {
		return "its roles were deleted"
	}
	if len(a.Principal.Roles) == 0 {
		return "it has no roles"
	}
	first, others := "", 0
	for _, l := range a.Links {
		switch {
		case l.Holds:
		case first == "" && l.Why != nil && l.Atom == a.What:
			first = *l.Why // the sentence has named it
		case first == "" && l.Why != nil:
			first = l.Atom + ": " + *l.Why
		default:
			others++
		}
	}
	if others > 0 {
		first += "; " + spelling.Count(others, "other permission") + " also missing"
	}
	return first
}
