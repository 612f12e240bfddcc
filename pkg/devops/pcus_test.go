package devops

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPCUChanges(t *testing.T) {
	const group, other = "e0e0e0e0-0000-4000-8000-000000000005", "e0e0e0e0-0000-4000-8000-000000000006"
	one := fixture(t, "POST_v2_pcus_actions_get.json")
	types := fixture(t, "POST_v2_pcus_types.json")
	c, s := newScriptedClient(t, status(201, fixture(t, "POST_v2_pcus.json")), status(200, one), status(200, ""), status(200, one), status(200, ""), status(200, ""), status(201, "[]"), status(202, ""),
		status(200, ""), status(200, ""), status(200, types), status(200, `[{"type":"huge","enabled":false}]`))
	ctx := t.Context()
	made, err := c.PCUs.Create(ctx, PCUGroup{
		Title: "shop", Description: "for the shop", Cloud: "aws", Region: "us-east-1", Type: "small", Provision: "shared", Min: 1, Max: 3, Reserved: 1,
	})
	if err != nil || made.ID != group {
		t.Error(made, err)
	}
	got, err := c.PCUs.Get(ctx, group)
	if diff := cmp.Diff(made, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	made.Max = 4
	if err := c.PCUs.Update(ctx, made); err != nil { // the response may be empty
		t.Error(err)
	}
	of, err := c.PCUs.OfDatacenter(ctx, testVector+"-1")
	if err != nil || of.ID != group {
		t.Error(of, err)
	}
	if err := errors.Join(
		c.PCUs.Park(ctx, group), c.PCUs.Unpark(ctx, group), c.PCUs.Add(ctx, group, testVector+"-1"), c.PCUs.Move(ctx, testVector+"-1", group, other),
		c.PCUs.Remove(ctx, other, testVector+"-1"), c.PCUs.Delete(ctx, group),
	); err != nil {
		t.Error(err)
	}
	for _, want := range []PCUType{{"small", "aws", "us-east-1", 4, "16GB", "125GB", true}, {Name: "huge"}} {
		got, err := c.PCUs.Types(ctx, "AWS", "us-east-1")
		if diff := cmp.Diff([]PCUType{want}, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	checkRequest(t, s.seen[0], "POST /v2/pcus", "POST_v2_pcus.request.json")
	checkRequest(t, s.seen[2], "PUT /v2/pcus", "PUT_v2_pcus.request.json")
	checkRequest(t, s.seen[10], "POST /v2/pcus/types", "POST_v2_pcus_types.request.json")
	if diff := cmp.Diff([]string{
		"GET /v2/pcus/actions/get/" + testVector + "-1",
		"POST /v2/pcus/park/" + group,
		"POST /v2/pcus/unpark/" + group,
		"POST /v2/pcus/association/" + group + "/" + testVector + "-1",
		`POST /v2/pcus/association/transfer {"datacenterUUID":"` + testVector + `-1","fromPCUGroupUUID":"` + group + `","toPCUGroupUUID":"` + other + `"}`,
		"DELETE /v2/pcus/association/" + other + "/" + testVector + "-1",
		"DELETE /v2/pcus/" + group,
	}, s.seen[3:10]); diff != "" {
		t.Error(diff)
	}
	if want := `POST /v2/pcus/actions/get {"pcuGroupUUIDs":["` + group + `"]}`; s.seen[1] != want {
		t.Errorf("sent %s, want %s", s.seen[1], want)
	}
}

// TestCreatePCUIsSentOnce checks that an ambiguous response leaves the outcome
// unknown.
func TestCreatePCUIsSentOnce(t *testing.T) {
	for name, answer := range map[string]reply{
		"no group": status(201, "[]"), "no id": status(201, `[{"title":"shop"}]`), "a gateway": status(502, ""), "a reset": failWith(reset),
	} {
		c, s := newScriptedClient(t, answer, status(201, fixture(t, "POST_v2_pcus_actions_get.json")))
		if _, err := c.PCUs.Create(t.Context(), PCUGroup{Title: "shop"}); !errors.Is(err, ErrOutcomeUnknown) || len(s.seen) != 1 {
			t.Errorf("%s: %v, sent %d times", name, err, len(s.seen))
		}
	}
}

func TestUnknownPCUHasNoMembers(t *testing.T) {
	c, _ := newScriptedClient(t, status(404, `{"errors":[{"ID":2000367,"message":"PCU group not found"}]}`))
	if _, err := c.PCUs.Members(t.Context(), "g"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}
