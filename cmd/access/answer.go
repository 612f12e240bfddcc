package access

import (
	"slices"
	"strings"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/output"
	"github.com/astra-admin/astra/pkg/rights"
)

// answerColumns are the columns of an answer. Documents have all but the reason, which is
// a sentence made of them. Text has those with keys, unless others are asked for.
func answerColumns(app *cli.App, keys ...string) []output.Column[rights.Answer] {
	all := []output.Column[rights.Answer]{
		{Key: "answer", Value: func(a rights.Answer) any { return string(a.Answer.Answer) }, Name: true, State: true},
		{Key: "reason", Value: func(a rights.Answer) any { return a.Reason }},
		{Key: "what", Value: func(a rights.Answer) any { return a.What }},
		{Key: "place", Value: func(a rights.Answer) any { return a.Place }, Text: func(a rights.Answer) string { return rights.DescribePlace(a.Place) }},
		{Key: "principal", Value: func(a rights.Answer) any { return a.Principal }, Text: func(a rights.Answer) string { return rights.Label(a.Principal) }},
		{Key: "places", Value: func(a rights.Answer) any { return a.Places }, Text: func(a rights.Answer) string { return rights.DescribePlaces(a.Places) }},
		{Key: "now", Value: func(a rights.Answer) any { return a.Now }},
		{Key: "future", Value: func(a rights.Answer) any { return a.Future }},
		{Key: "models", Value: func(a rights.Answer) any { return a.Models }},
		linesColumn("links", func(a rights.Answer) any { return a.Links }, rights.Answer.LinkLines),
		linesColumn("near", func(a rights.Answer) any { return a.Near }, rights.Answer.NearLines),
		linesColumn("fix", func(a rights.Answer) any { return a.Fix }, func(a rights.Answer) []string { return a.Fix }),
		{Key: "assumes", Value: func(a rights.Answer) any { return a.Assumes }},
		linesColumn("beside", func(a rights.Answer) any { return a.Beside }, func(a rights.Answer) []string { return a.Beside }),
	}
	document := cli.WantsDocument(app)
	return slices.DeleteFunc(all, func(c output.Column[rights.Answer]) bool {
		switch {
		case c.Key == "beside" && !slices.Contains(keys, c.Key):
			return true
		case document:
			return c.Key == "reason"
		}
		return len(app.Globals.Columns) == 0 && !slices.Contains(keys, c.Key)
	})
}

// linesColumn is a column with a line for each element.
func linesColumn(key string, value func(rights.Answer) any, lines func(rights.Answer) []string) output.Column[rights.Answer] {
	return output.Column[rights.Answer]{
		Key: key, Value: value, Lines: lines,
		Text: func(a rights.Answer) string { return strings.Join(lines(a), "; ") },
	}
}
