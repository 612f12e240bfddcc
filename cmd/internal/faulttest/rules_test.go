//go:build linux

package faulttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// A tokenRule is a rule about tokens, of docs/decisions.md "An answer is a claim". Its
// story is the smallest one in which the habits rig sees that it is taken away.
type tokenRule struct {
	names    string // of failpoint.Disabled, separated by commas
	quick    bool   // the short form tells it too
	protects string
	kind     string // of the complaint
	task     string
	behavior string
	faults   []string
	story    func(h *habitTrial)
}

const (
	toStore    = "to the store"
	toOutput   = "to standard output"
	lostPost   = "POST /clientIdSecrets=drop-response,times=1"
	unsentPost = "POST /clientIdSecrets=reset,times=1"
)

func tokenRules() []tokenRule {
	return []tokenRule{
		{"own-mark", true, "a token without the mark of the operation is not revoked", isWrong, toStore, noHabit, []string{lostPost}, (*habitTrial).toTheEnd},
		{"caller-untouched", false, "the login in use is not offered to be revoked", isWrong, toStore, "quote-caller,list-lag=24h", []string{"POST /clientIdSecrets=status,arg=500,times=1"}, func(h *habitTrial) {
			h.toTheEnd()
			h.judgeOffers(h.login())
		}},
		{"older-untouched", false, "a token that was there before is not offered to be revoked", isWrong, toStore, "description=drop,quote-older", nil, func(h *habitTrial) {
			h.toTheEnd()
			h.judgeOffers(h.ground.neighbor)
		}},
		{"caller-listed", false, "a list without the login in use proves nothing", isLost, toStore, "list-lag=24h", []string{lostPost}, (*habitTrial).toTheEnd},
		{"older-listed", false, "a list without older tokens proves nothing", isLost, toStore, "page-later", []string{lostPost}, (*habitTrial).toTheEnd},
		{"deletion-confirmed", false, "a token that is not listed is not taken for deleted", isLost, toStore, "page-later", []string{lostPost}, (*habitTrial).toTheEnd},
		{"expiry-known", false, "an expired token is not missed", isUnfinished, toStore, noHabit, []string{unsentPost}, func(h *habitTrial) {
			id := h.expiring(5 * time.Minute)
			h.run(h.args...)
			h.pass(pastGrace)
			h.be(h.listing(isList, func(listed string) bool { return listed != id }))
			h.mustFinish()
		}},
		{"deletion-noted", false, "a token that was deleted from this machine is not missed", isUnfinished, toStore, noHabit, []string{unsentPost}, func(h *habitTrial) {
			h.run(h.args...)
			h.run("token", "delete", h.ground.neighbor, "--yes")
			delete(h.before, h.ground.neighbor)
			h.pass(pastGrace)
			h.mustFinish()
		}},
		{"second-list", false, "after a failed DELETE, one list proves nothing", isLost, toOutput, "stale-once", []string{"DELETE /clientIdSecrets/*=status,arg=500,times=9"}, func(h *habitTrial) {
			h.do(h.place("POST /v2/clientIdSecrets: after"), 0, h.args...)
			h.pass(pastGrace)
			h.afterwards()
		}},
		{"asked-before-drop", false, "a stored secret is deleted only once the service rejects it", isForgotten, "deleted", "revoke=lie-ok", nil, func(h *habitTrial) {
			h.be(h.hiding(h.old))
			h.toTheEnd()
		}},
		{"clear-rejection", false, "only \"no such token\" is a rejection", isForgotten, "deleted", "revoke=lie-ok", nil, func(h *habitTrial) {
			h.be(h.forbidding(h.hiding(h.old)))
			h.toTheEnd()
		}},
		{"unmarked-named", false, "a new token without a mark may be ours", isLost, toStore, "description=drop", []string{lostPost}, (*habitTrial).toTheEnd},
		{"arrival-grace", false, "a request may be carried out for five minutes", isLost, toStore, "late-commit=4m", nil, (*habitTrial).atOnce},
		{"list-grace", false, "a list may show a token minutes after it was created", isLost, toStore, "late-commit=4m,list-lag=2m", nil, func(h *habitTrial) {
			h.run(h.args...)
			h.pass(5*time.Minute + 45*time.Second)
			h.concludeAtOnce()
		}},
		{"grace-from-end", true, "the five minutes begin with the end of the attempt", isLost, toStore, "late-commit=4m", nil, func(h *habitTrial) {
			h.be(h.afterSleep())
			h.atOnce()
		}},
		{"future-is-recent", true, "an attempt in the future is recent", isLost, toStore, "late-commit=4m", nil, func(h *habitTrial) {
			h.setClock(time.Hour)
			h.run(h.args...)
			h.setClock(0)
			h.concludeAtOnce()
		}},
		{"lock-errors", true, "a lock that fails is no sign of another process", isUntrue, toStore, noHabit, nil, func(h *habitTrial) {
			h.do(h.place("POST /v2/clientIdSecrets: after"), 0, h.args...)
			names, err := filepath.Glob(filepath.Join(h.path, strings.Replace(journalPath, ".jsonl", ".lock", 1)))
			testkit.Check(h.t, err)
			for _, name := range names {
				testkit.Check(h.t, os.Remove(name))
				testkit.Check(h.t, os.Mkdir(name, 0o700))
			}
			recovers := []string{"token", "recover", "--yes"}
			_, _, status := h.run(recovers...)
			h.believe(recovers, status)
		}},
		{"answer-compared", true, "a client ID in an answer is compared with the list", isUntrue, toStore, noHabit, nil, func(h *habitTrial) {
			h.be(h.answering(h.lying, func() string { return "strangeANSWERofTHEservic" }))
			h.toTheEnd()
		}},
		{"refusal-doubt", true, "a refusal is compared with the list", isUnnamed, toStore, "commit-then=403", nil, (*habitTrial).toTheEnd},
		{"doubt-kept", true, "a token that is neither listed nor accepted is unfinished", isUntrue, toStore, "wrong-id,list-lag=24h", nil, (*habitTrial).toTheEnd},
		{"id-form", true, "a client ID has no characters of paths", isWrong, toStore, noHabit, []string{lostPost}, func(h *habitTrial) {
			h.be(h.listingPaths())
			h.run(h.args...)
			if h.strayed.Load() {
				h.complain(isWrong, "path", "a DELETE went to another path than that of a token")
			}
		}},
		{"shown-before", false, "a list that never showed a token does not prove that it is gone", isLost, toStore, noHabit, nil, func(h *habitTrial) {
			h.do(h.place("journal created: after"), 0, h.args...)
			h.be(h.listing(isList, h.isOld))
			h.pass(pastGrace)
			h.afterwards()
		}},
		{"old-rejected", false, "an old token counts as revoked once the service rejects its stored secret", isUnfinished, "rotated at once", noHabit, []string{"DELETE /clientIdSecrets/*=status,arg=404,times=1"}, func(h *habitTrial) {
			h.be(h.hiding(h.old))
			h.run(h.args...)
			h.be(h.honest)
			h.run("token", "rotate", h.old, "--resume", "--yes")
			h.mustFinish()
		}},
		{"new-accepted", false, "an old token is revoked only once the new one is accepted", isUnusable, "rotated at once", noHabit, nil, func(h *habitTrial) {
			h.be(h.mistaken())
			h.run(h.args...)
			h.judge("after the run")
		}},
		{"rollback-proof", false, "a rollback revokes only what is proven to be ours", isWrong, "rotated at once", noHabit, nil, func(h *habitTrial) {
			h.be(h.mistaken())
			h.run(h.args...)
			h.run("token", "rotate", h.old, "--rollback", "--yes")
			h.judge("after the rollback")
		}},
		{"older-rows-listed", false, "a list without older roles proves nothing", isUntrue, toStore, noHabit, []string{"DELETE /organizations/roles/*=status,arg=500,times=9"}, func(h *habitTrial) {
			h.must("role", "create", "Held", "--permission", "db-rest")
			h.must("role", "create", "Doomed", "--permission", "db-rest")
			h.be(h.withoutRoles())
			if _, stderr, status := h.run("role", "delete", "Doomed", "--yes"); status == 0 {
				h.complain(isUntrue, "role", "the role is there\n%s", stderr)
			}
		}},
	}
}

// TestTokenRules tells each story twice, with the rule and without it. In short, it
// does so with those that hardly wait.
func TestTokenRules(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	rules := slices.DeleteFunc(tokenRules(), func(r tokenRule) bool { return !r.quick && !fullRig() })
	grounds := map[string]*ground{}
	for _, c := range tasks() {
		if slices.ContainsFunc(rules, func(r tokenRule) bool { return r.task == c.name }) {
			grounds[c.name] = prepareGround(t, program, c)
		}
	}
	report(t, each(4, rules, func(r tokenRule) []string { // most of a story is waiting
		t.Run(r.names, func(t *testing.T) {
			whole := grounds[r.task]
			if complaints := r.tell(t, whole); len(complaints) > 0 {
				t.Fatalf("the rig complains of the program as it is: %v", complaints)
			}
			without := *whole
			without.armed = []string{"ASTRA_FAILPOINT_DISABLE=" + r.names}
			complaints := r.tell(t, &without)
			if !slices.ContainsFunc(complaints, func(c complaint) bool { return c.kind == r.kind }) {
				t.Fatalf("the rig does not see that the rule is gone: %v", complaints)
			}
			for _, c := range complaints {
				t.Logf("%s: %.300s", c.kind, c.text)
			}
		})
		return nil
	}))
}

// tell tells the story at a service with its habits.
func (r tokenRule) tell(t *testing.T, g *ground) []complaint {
	t.Helper()
	h := beginHabit(t, g, r.behavior, r.faults, rand.New(rand.NewPCG(1, 1)))
	defer h.end()
	h.deletes, h.caller = false, ""
	h.order = strangeOrder(g.org, "astra-cli/0123456789abcdef") // the mark of another astra
	r.story(h)
	return h.complaints
}

// toTheEnd runs the task, and does what is next at the same service, and at an honest
// one.
func (h *habitTrial) toTheEnd() {
	_, _, status := h.run(h.args...)
	h.believe(h.args, status)
	h.judge("after the run")
	h.pass(pastGrace)
	h.afterwards()
}

// afterwards does what is next when no request is on its way any more.
func (h *habitTrial) afterwards() {
	h.conclude(false, false, 0)
	h.judge("after a conclusion at the same service")
	h.be(h.honest)
	h.judge("in the end")
	if lost := h.unheldUnnamed(); len(lost) > 0 {
		h.complain(isLost, "end", "in the end: no destination holds %v, and no operation is open", lost)
	}
}

// atOnce runs the task, and does what is next at once.
func (h *habitTrial) atOnce() {
	h.run(h.args...)
	h.concludeAtOnce()
}

func (h *habitTrial) concludeAtOnce() {
	h.conclude(false, false, 0)
	h.pass(pastGrace)
	if lost := h.unheldUnnamed(); len(lost) > 0 {
		h.complain(isLost, "end", "in the end: no destination holds %v, and no operation is open", lost)
	}
}

// unheldUnnamed returns the tokens that are lost while no operation is open.
func (h *habitTrial) unheldUnnamed() []string {
	if len(h.records()) > 0 {
		return nil
	}
	return h.unheld(h.live())
}

// guess is where the program says what it may have made.
var guess = regexp.MustCompile(`the new token may be (one of )?[A-Za-z, ]+`)

// judgeOffers complains if the program offers to revoke a token that it cannot have
// made.
func (h *habitTrial) judgeOffers(id string) {
	out, _, _ := h.account.run("token", "recover", "--dry-run", "-o", "json")
	offers := strings.Join(guess.FindAllString(h.said, -1), "\n") + out
	if strings.Contains(offers, id) {
		h.complain(isWrong, id, "%s was there before and is offered to be revoked\n%s", id, offers)
	}
}

// mustFinish complains unless all operations end without the word of a person.
func (h *habitTrial) mustFinish() {
	if _, stderr, status := h.run("token", "recover", "--yes"); status != 0 || len(h.records()) > 0 {
		h.complain(isUnfinished, "recover", "status %d\n%s", status, stderr)
	}
	h.judge("in the end")
}

// place returns the number of the place with this name.
func (h *habitTrial) place(suffix string) int {
	g := *h.ground
	g.armed = nil
	return slices.IndexFunc(placesOf(h.t, &g), func(name string) bool { return strings.HasSuffix(name, suffix) }) + 1
}

// expiring makes a token that was there before and expires soon.
func (h *habitTrial) expiring(in time.Duration) string {
	var made struct{ ClientID string }
	order := fmt.Sprintf(`{"roles":[%q],"tokenExpiry":%q}`, roUserID, time.Now().Add(in).UTC().Format(time.RFC3339))
	testkit.Check(h.t, json.Unmarshal([]byte(ask(h.t, h.honest, http.MethodPost, "/v2/tokens", h.admin, order)), &made))
	h.before = maps.Clone(h.before)
	h.before[made.ClientID] = listed{}
	return made.ClientID
}

// setClock sets the clock of the program ahead.
func (h *habitTrial) setClock(ahead time.Duration) {
	testkit.Check(h.t, os.WriteFile(filepath.Join(h.path, clockPath), []byte(ahead.String()), 0o600))
}

func isList(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/clientIdSecrets")
}

// changing is the service with other answers to some requests.
func (h *habitTrial) changing(service http.Handler, changes func(r *http.Request) bool, change func(answer map[string]any)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !changes(r) {
			service.ServeHTTP(w, r)
			return
		}
		kept := httptest.NewRecorder()
		service.ServeHTTP(kept, r)
		var answer map[string]any
		body := kept.Body.Bytes()
		if json.Unmarshal(body, &answer) == nil {
			change(answer)
			body, _ = json.Marshal(answer)
		}
		maps.Copy(w.Header(), kept.Header())
		w.Header().Del("Content-Length")
		w.WriteHeader(kept.Code)
		_, _ = w.Write(body)
	})
}

// listing is the service whose list holds only some tokens.
func (h *habitTrial) listing(changes func(r *http.Request) bool, holds func(id string) bool) http.Handler {
	return h.changing(h.lying, changes, func(answer map[string]any) {
		clients, _ := answer["clients"].([]any)
		answer["clients"] = slices.DeleteFunc(clients, func(c any) bool {
			id, _ := c.(map[string]any)["clientId"].(string)
			return !holds(id)
		})
	})
}

// showing lists one token only, once a token was asked for.
func (h *habitTrial) showing(only string) http.Handler {
	return h.listing(func(r *http.Request) bool { return isList(r) && h.asked.Load() > 0 }, func(id string) bool { return id == only })
}

// hiding does not list a token.
func (h *habitTrial) hiding(hidden string) http.Handler {
	var gone atomic.Bool
	return h.listing(func(r *http.Request) bool {
		if r.Method == http.MethodDelete {
			gone.Store(true)
		}
		return isList(r) && gone.Load()
	}, func(id string) bool { return id != hidden })
}

// hidingOnce does not list what is new, in the first list after a revocation.
func (h *habitTrial) hidingOnce() http.Handler {
	var stale atomic.Bool
	return h.listing(func(r *http.Request) bool {
		if r.Method == http.MethodDelete {
			stale.Store(true)
		}
		return isList(r) && stale.Swap(false)
	}, h.isOld)
}

// isOld reports whether a token was not made by the program.
func (h *habitTrial) isOld(id string) bool {
	_, older := h.before[id]
	return older || id == h.intruder
}

// forbidding refuses the old token, without saying that there is no such one.
func (h *habitTrial) forbidding(service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Authorization"), h.old) {
			service.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"errors":[{"ID":1020,"message":"denied by the gateway"}]}`)
	})
}

// answering names another token where one was made.
func (h *habitTrial) answering(service http.Handler, clientID func() string) http.Handler {
	return h.changing(service, asksForToken, func(answer map[string]any) {
		made, _ := answer["clientId"].(string)
		token, _ := answer["token"].(string)
		answer["clientId"], answer["token"] = clientID(), strings.Replace(token, made, clientID(), 1)
	})
}

// mistaken names another client's new token where one was made, and does not list that.
func (h *habitTrial) mistaken() http.Handler {
	return h.answering(h.listing(isList, h.isOld), func() string { return h.intruder })
}

// quoting answers with an error that quotes a token, where one was made.
func (h *habitTrial) quoting(clientID string) http.Handler {
	service := h.lying
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !asksForToken(r) {
			service.ServeHTTP(w, r)
			return
		}
		service.ServeHTTP(httptest.NewRecorder(), r)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, `{"errors":[{"message":"conflict with a token","clientId":%q}]}`, clientID)
	})
}

// listingPaths lists a path in the place of the new token, and notes a DELETE of it.
func (h *habitTrial) listingPaths() http.Handler {
	listing := h.changing(h.lying, isList, func(answer map[string]any) {
		clients, _ := answer["clients"].([]any)
		for _, c := range clients {
			client, _ := c.(map[string]any)
			id, _ := client["clientId"].(string)
			if _, older := h.before[id]; !older && id != h.intruder {
				client["clientId"] = "x/../../organizations/users/y"
			}
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "..") {
			h.strayed.Store(true)
		}
		listing.ServeHTTP(w, r)
	})
}

// afterSleep is the service for a machine that slept before the request was sent.
func (h *habitTrial) afterSleep() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asksForToken(r) {
			h.setClock(pastGrace)
		}
		h.lying.ServeHTTP(w, r)
	})
}

// withoutRoles lists no custom roles after a deletion.
func (h *habitTrial) withoutRoles() http.Handler {
	var gone atomic.Bool
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			gone.Store(true)
		}
		if gone.Load() && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/organizations/roles") {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "[]")
			return
		}
		h.lying.ServeHTTP(w, r)
	})
}

// TestOlderTokenIsNoGuess has an answer name a token that was there before: no command
// says that it may be the new one.
func TestOlderTokenIsNoGuess(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("processes, which the race detector does not see")
	}
	t.Parallel()
	program, err := armed()
	testkit.Check(t, err)
	g := prepareGround(t, program, tasks()[slices.IndexFunc(tasks(), func(c task) bool { return c.name == toStore })])
	h := beginHabit(t, g, "description=drop", nil, rand.New(rand.NewPCG(1, 1)))
	defer h.end()
	h.be(h.answering(h.lying, func() string { return g.neighbor }))
	h.run(h.args...)
	h.pass(pastGrace)
	h.judgeOffers(g.neighbor)
	if _, next, _ := h.account.run("org", "list"); strings.Contains(next, g.neighbor) || !strings.Contains(next, "unfinished") {
		t.Error(next)
	}
	for _, c := range h.complaints {
		t.Error(c)
	}
}
