package tokens

import (
	"testing"

	"github.com/astra-admin/astra/pkg/devops"
)

func TestFindAmbiguous(t *testing.T) {
	t.Parallel()
	const id = "abcdefghijklmnopqrstuvwx"
	all := []Token{{Token: devops.Token{ClientID: "other"}, Saved: id}, {Token: devops.Token{ClientID: id}}}
	if r, err := Find(all, id); !isAmbiguous(err) {
		t.Errorf("got %v, %v", r, err)
	}
	if r, err := Find(all, "other"); err != nil || r.Saved != id {
		t.Errorf("got %v, %v", r, err)
	}
}
