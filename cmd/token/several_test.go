package token

import (
	"testing"

	"github.com/astra-admin/astra/pkg/devops"
)

func TestFindAmbiguous(t *testing.T) {
	t.Parallel()
	const id = "abcdefghijklmnopqrstuvwx"
	all := []tokenRow{{Token: devops.Token{ClientID: "other"}, saved: id}, {Token: devops.Token{ClientID: id}}}
	if r, err := find(all, id); !ambiguous(err) {
		t.Errorf("got %v, %v", r, err)
	}
	if r, err := find(all, "other"); err != nil || r.saved != id {
		t.Errorf("got %v, %v", r, err)
	}
}
