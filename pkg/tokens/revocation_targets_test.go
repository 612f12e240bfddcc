package tokens

import (
	"testing"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/exit"
)

func TestMatchDeletions(t *testing.T) {
	t.Parallel()
	const own, other, absent = "ownownownownownownownown", "otherotherotherotherothe", "absentabsentabsentabsent"
	token := func(id, saved string) Token {
		t := Token{Saved: saved, Current: id == own}
		t.ClientID = id
		return t
	}
	all := []Token{token(own, "login"), token(other, "orders"), token("third", "")}
	saved := []config.SavedToken{{Name: "orders", ClientID: other}, {Name: "stale", ClientID: "revoked"}}
	named := func(refs ...string) (all []NamedToken) {
		for _, r := range refs {
			all = append(all, NamedToken{Ref: r})
		}
		return all
	}
	for name, tc := range map[string]struct {
		names   []NamedToken
		options DeletionOptions
		want    string // client IDs; * = duplicate, ~ = stale, ? = not listed, - = does not exist
		code    exit.Code
	}{
		"client ID":                      {named(other), DeletionOptions{}, other, exit.OK},
		"saved name":                     {named("orders"), DeletionOptions{}, other, exit.OK},
		"twice":                          {named("orders", "third", other), DeletionOptions{}, other + " third *" + other, exit.OK},
		"revoked elsewhere":              {named("stale"), DeletionOptions{}, "~revoked", exit.OK},
		"revoked elsewhere, twice":       {named("stale", "revoked"), DeletionOptions{}, "~revoked *revoked", exit.OK},
		"unknown":                        {named("order"), DeletionOptions{}, "", exit.NotFound},
		"one of several is unknown":      {named("orders", "order"), DeletionOptions{}, "", exit.NotFound},
		"several are unknown":            {named("order", "ordrs"), DeletionOptions{}, "", exit.NotFound},
		"unknown with --if-exists":       {named("order", "third"), DeletionOptions{IfExists: true}, "- third", exit.OK},
		"client ID that is not listed":   {named(absent), DeletionOptions{Single: true}, "?" + absent, exit.OK},
		"the same in a file":             {named(absent), DeletionOptions{}, "", exit.NotFound},
		"the same with another name":     {named(absent, "third"), DeletionOptions{Single: true}, "", exit.NotFound},
		"token in use":                   {named(own), DeletionOptions{}, "", exit.Refused},
		"token in use, by name":          {named("login"), DeletionOptions{}, "", exit.Refused},
		"token in use with --force":      {named(own), DeletionOptions{Force: true}, own, exit.OK},
		"token in use with --if-exists":  {named(own), DeletionOptions{IfExists: true}, "", exit.Refused},
		"empty name of an unsaved token": {named(""), DeletionOptions{}, "", exit.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := matchDeletions(all, saved, own, tc.names, tc.options)
			if tc.code != exit.OK {
				if !exit.Is(err, tc.code) {
					t.Errorf("got %v", err)
				}
				return
			}
			got := ""
			for _, d := range found {
				if got != "" {
					got += " "
				}
				switch {
				case d.Duplicate != "":
					got += "*" + d.Duplicate
				case d.Stale != "":
					got += "~" + d.Stale
				case d.Unlisted:
					got += "?" + d.ClientID
				case d.ClientID == "":
					got += "-"
				default:
					got += d.ClientID
				}
			}
			if err != nil || got != tc.want {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
