//go:build linux

package cmd_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A rewrite is a change of a source file: the text that is replaced is there
// exactly once.
type rewrite struct{ file, old, new string }

// A safeguard is a part of the program that a rig watches over.
type safeguard struct {
	name     string
	rewrites []rewrite // take it away
	rig      func(t *testing.T, h home) []string
}

func safeguards() []safeguard {
	return []safeguard{
		{"what creates is sent once", []rewrite{{"pkg/devops/retry.go", "case t.call.class == once, t.call.class == single:", "case t.call.class == single:"}}, bitesFault("token generate", "POST /clientIdSecrets", "drop-response,times=1")},
		{"invitations are sent once", []rewrite{{"pkg/devops/retry.go", "case t.call.class == once, t.call.class == single:", "case t.call.class == single:"}}, bitesFault("user invite", "PUT /organizations/users", "drop-response,times=1")},
		{"a token whose answer is lost is looked for", []rewrite{{"pkg/onetime/onetime.go", "return nothing, m.settle(ctx, entry, err)", "return nothing, err"}}, bitesFault("token generate", "POST /clientIdSecrets", "drop-response,times=1")},
		{"what nobody holds is revoked", []rewrite{{"pkg/onetime/revoke.go", "if err := m.revokeOurs(ctx, entry, clientID, seen); err != nil {", "if err := error(nil); err != nil {"}}, bitesFault("token generate", "POST /clientIdSecrets", "truncate,times=1")},
		{"a sign-in page is no success", []rewrite{{"pkg/devops/errors.go", "a.status < 300 && !isHTML(a.header, a.body):", "a.status < 300:"}}, bitesFault("user update", "PUT /organizations/users/*/roles", "html")},
		{"an unclear end is said to be one", []rewrite{{"pkg/cli/classify.go", "e.Outcome = NobodyKnows\n\t\t}\n\t\tadvise", "e.Outcome = Nothing\n\t\t}\n\t\tadvise"}, {"pkg/cli/classify.go", "case Unknown:\n\t\te.Outcome = NobodyKnows", "case Unknown:\n\t\te.Outcome = Nothing"}}, bitesFault("role create", "POST /organizations/roles", "drop-response")},

		{"errors hold no secret", []rewrite{
			{"pkg/cli/app.go", "redactor.Writer(app.err)", "app.err"},
			{"pkg/devops/message.go", "c.redact.Redact(s)", "s"},
		}, bitesCanary("user list", "500", "", false)},
		{"requests that are shown hold no secret", []rewrite{
			{"pkg/cli/app.go", "redactor.Writer(app.err)", "app.err"},
			{"pkg/devops/errors.go", "c.redact.Redact(requestID(a.header))", "requestID(a.header)"},
		}, bitesCanary("user list", "401", "-o json", false)},
		{"lists hold no secret", []rewrite{{"pkg/cli/app.go", "redactor.Writer(app.out), redactor", "app.out, redactor"}}, bitesCanary("role list", "names and descriptions", "-o json", false)},
		{"encoded secrets are secrets", []rewrite{{"pkg/secret/redact.go", "found := forms(s)", "found := []string{s}"}, {"pkg/secret/redact.go", "forms(string(token.Text[len(token.Text)-tailSize:]))...", "string(token.Text[len(token.Text)-tailSize:])"}}, bitesCanary("role list", "names and descriptions", "-o json", false)},
		{"programs that are started get no secret", []rewrite{{"pkg/cli/children.go", "return isSecretName(strings.ToUpper(name)) || secret.LooksLikeToken(value)", "return name+value == \"\" && secret.LooksLikeToken(value) && isSecretName(strings.ToUpper(name))"}}, bitesCanary("env export", "a healthy service", "", true)},
		{"a panic shows no memory", []rewrite{
			{"cmd/root.go", "defer app.Contain(&status)", "status = 0"},
			{"pkg/devops/transport.go", "begin := t.client.now()", "begin := t.client.now()\n\tpanic(req.Header.Get(\"Authorization\"))"},
		}, bitesCanary("user list", "a healthy service", "", false)},
		{"a panic of a row shows no memory", []rewrite{
			{"pkg/bulk/send.go", "r.rows[row].contained(calls)", "r.rows[row].Do(calls)"},
			{"pkg/devops/transport.go", "begin := t.client.now()", "begin := t.client.now()\n\tif req.Method == \"DELETE\" {\n\t\tpanic(req.Header.Get(\"Authorization\"))\n\t}"},
		}, bitesCanary("user remove", "a healthy service", "", false)},

		{"input is waited for no longer than allowed", []rewrite{{"pkg/cli/input.go", "case <-ctx.Done():", "case <-make(chan bool):"}}, bitesHang("auth login", "a silent pipe")},
		{"the keyring is waited for no longer than allowed", []rewrite{{"pkg/credential/keyring.go", "bounded, cancel := context.WithTimeout(ctx, limit)", "bounded, cancel := context.WithTimeout(context.Background(), limit*1000)"}}, bitesHang("org get", "a silent bus")},
		{"the service is waited for no longer than allowed", []rewrite{
			{"pkg/cli/start.go", "ctx, cancel := context.WithTimeoutCause(cmd.Context(), limit, lateError{limit})", "ctx, cancel := context.WithTimeoutCause(cmd.Context(), limit*1000, lateError{limit})"},
			{"pkg/devops/client.go", "config.AttemptTimeout = 30 * time.Second", "config.AttemptTimeout = 30 * time.Hour"},
		}, bitesHang("user list", "a service that says nothing")},
		{"no process is left behind", []rewrite{{"cmd/env/ignored.go", "git.WaitDelay = time.Second", "git.WaitDelay = time.Second\n\tif exec.Command(\"sleep\", \"20\").Start() != nil {\n\t\treturn false\n\t}"}}, bitesHang("env export", "standard input closed")},

		{"the journal is on the disk before anything is sent", []rewrite{{"pkg/onetime/journal.go", "err = atomicfile.Sync(e.file)", "err = nil"}}, bitesDurability("token generate")},
		{"a configuration is on the disk before its name", []rewrite{{"pkg/atomicfile/atomicfile.go", "if err := f.system.sync(f.File); err != nil {\n\t\t\treturn err", "if false {\n\t\t\treturn nil"}}, bitesDurability("profile rename")},
		{"the name of a secret is on the disk", []rewrite{{"pkg/atomicfile/atomicfile.go", "return syncDir(f.system, filepath.Dir(f.path))", "return nil"}}, bitesDurability("auth login")},

		{"a damaged configuration is left alone", []rewrite{{"pkg/config/update.go", "before, doc, err := parse(path, data)\n\tif err != nil {\n\t\treturn err\n\t}\n\tafter, _, err := parse(path, data) // a copy that shares nothing\n\tif err != nil {\n\t\treturn err\n\t}", "before, doc, _ := parse(path, data)\n\tafter, _, _ := parse(path, data)"}}, bitesDamage("auth login", "something else")},
		{"text from outside does not act", []rewrite{{"pkg/output/sanitize.go", "if harmless(s) {", "if harmless(s) || true {"}}, bitesHostile("role list", "tsv")},
		{"cells are no formulas", []rewrite{{"pkg/output/text.go", "if formula(cell) &&", "if false && formula(cell) &&"}}, bitesHostile("role list", "csv")},
		{"a repository chooses no address", []rewrite{
			{"pkg/config/project.go", "s.fail(key, \"%s: %s;", "_ = fmt.Sprintf(\"%s: %s;"},
			{"pkg/config/project.go", "\t\"errors\"\n", "\t\"errors\"\n\t\"fmt\"\n"},
			{"pkg/cli/service.go", "\t\"cmp\"\n", "\t\"cmp\"\n\t\"os\"\n\t\"strings\"\n"},
			{"pkg/cli/service.go", "func (a *App) RequestedURL() (string, error) {", "func (a *App) RequestedURL() (string, error) {\n\tif text, err := os.ReadFile(\".astra.yaml\"); err == nil {\n\t\tif _, url, ok := strings.Cut(string(text), \"api_url: \"); ok {\n\t\t\treturn devops.NormalizeURL(strings.TrimSpace(url))\n\t\t}\n\t}"},
		}, bitesRepository("auth login")},
	}
}

// TestRigsBite takes away one safeguard of the program after the other, and runs
// the part of a rig that watches over it: it must complain.
func TestRigsBite(t *testing.T) {
	if !fullRig() {
		t.Skip("it builds the program a dozen times; ASTRA_RIG=full runs it")
	}
	h := newHome(t)
	for _, c := range safeguards() {
		t.Run(c.name, func(t *testing.T) {
			if complaints := c.rig(t, h); len(complaints) > 0 {
				t.Fatalf("the rig complains of the program as it is:\n%s", strings.Join(complaints, "\n"))
			}
			mutant := h
			mutant.program = rebuilt(t, c.rewrites)
			complaints := c.rig(t, mutant)
			if len(complaints) == 0 {
				t.Fatal("the rig does not see that the safeguard is gone")
			}
			t.Logf("%.300s", complaints[0])
		})
	}
}

// TestSafeguardsAreFound makes sure that each rewrite still finds its text, since
// the rewrites are only made by the full form.
func TestSafeguardsAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range safeguards() {
		rewritten(t, c.rewrites)
	}
}

// TestPanicsAreContained builds a program that panics with a secret where it
// sends a request, in the command itself and in a row of several.
func TestPanicsAreContained(t *testing.T) {
	if !fullRig() {
		t.Skip("it builds the program anew; ASTRA_RIG=full runs it")
	}
	h := newHome(t)
	h.program = rebuilt(t, []rewrite{{"pkg/devops/transport.go", "begin := t.client.now()", "begin := t.client.now()\n\tif req.Method == \"DELETE\" || trip.call.permission == \"org-token-read\" {\n\t\tpanic(req.Header.Get(\"Authorization\"))\n\t}"}})
	for _, path := range []string{"token list", "user remove"} {
		report(t, bitesCanary(path, "a healthy service", "", false)(t, h))
		report(t, each(2, linesOf(path), func(c command) []string {
			return inScratch(func(_, dir string) []string {
				w, err := h.serveHere(dir, asIs)
				if err != nil {
					return broken(err)
				}
				defer w.stop()
				if r := w.run(runOptions{line: c.with("")}); !strings.Contains(r.stderr, "a bug in astra") || strings.Contains(r.stderr, "goroutine ") {
					return []string{r.stderr}
				}
				return nil
			})
		}))
	}
}

// rewritten returns the root of the project, and the changed texts by their files.
func rewritten(t *testing.T, rewrites []rewrite) (root string, texts map[string]string) {
	t.Helper()
	root, err := filepath.Abs("..")
	check(t, err)
	texts = map[string]string{}
	for _, r := range rewrites {
		path := filepath.Join(root, r.file)
		if texts[path] == "" {
			text, err := os.ReadFile(path)
			check(t, err)
			texts[path] = string(text)
		}
		if n := strings.Count(texts[path], r.old); n != 1 {
			t.Fatalf("%s has %d times %q: say here how its safeguard can be taken away now", r.file, n, r.old)
		}
		texts[path] = strings.Replace(texts[path], r.old, r.new, 1)
	}
	return root, texts
}

// rebuilt builds the program with changes.
func rebuilt(t *testing.T, rewrites []rewrite) string {
	t.Helper()
	dir := t.TempDir()
	root, texts := rewritten(t, rewrites)
	var overlay struct{ Replace map[string]string }
	overlay.Replace = map[string]string{}
	for path, text := range texts {
		changed := filepath.Join(dir, strings.ReplaceAll(strings.TrimPrefix(path, root), "/", "-"))
		check(t, os.WriteFile(changed, []byte(text), 0o600))
		overlay.Replace[path] = changed
	}
	file, program := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "astra")
	text, err := json.Marshal(overlay)
	check(t, err)
	check(t, os.WriteFile(file, text, 0o600))
	if out, err := exec.Command("go", "build", "-overlay", file, "-o", program, root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// linesOf are the lines of one command.
func linesOf(path string) []command {
	return slices.DeleteFunc(commands(), func(c command) bool { return c.path != path })
}

func bitesFault(path, request, kind string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		healthy := h
		var err error
		healthy.program, err = program() // learns what should be
		check(t, err)
		cells, complaints := faultCells(t, healthy, linesOf(path))
		cells = slices.DeleteFunc(cells, func(c faultCell) bool { return c.request != request || c.fault.kind != kind })
		for i := range cells {
			cells[i].prepared.program = h.program
		}
		if len(cells) == 0 {
			t.Fatalf("%s sends no %s any more", path, request)
		}
		return append(complaints, each(4, cells, faultCell.run)...)
	}
}

func bitesCanary(path, echoed, flags string, traced bool) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		var cells []canaryCell
		for _, c := range linesOf(path) {
			for _, e := range echoes() {
				if e.name == echoed {
					cells = append(cells, canaryCell{c, h, e, flags, traced})
				}
			}
		}
		return each(4, cells, canaryCell.run)
	}
}

func bitesHang(path, name string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		var cells []hangCell
		for _, s := range standstills(t) {
			for _, c := range linesOf(path) {
				if s.name == name {
					cells = append(cells, hangCell{c, s, h, 5 * time.Second, 2 * time.Second})
				}
			}
		}
		return each(4, cells, hangCell.run)
	}
}

func bitesDurability(path string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		var cells []durabilityCell
		for _, c := range linesOf(path) {
			cells = append(cells, durabilityCell{c, h})
		}
		return each(4, cells, durabilityCell.run)
	}
}

func bitesDamage(path, name string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		var cells []damageCell
		for _, d := range damages() {
			for _, c := range linesOf(path) {
				if d.name == name {
					cells = append(cells, damageCell{c, h, "config/config.yaml", d})
				}
			}
		}
		return each(4, cells, damageCell.run)
	}
}

func bitesHostile(path, format string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		poisoned, err := h.copyTo(t.TempDir(), h.url)
		check(t, err)
		poison(t, poisoned.dir)
		return hostileCell{linesOf(path)[0], poisoned, format}.run()
	}
}

func bitesRepository(path string) func(*testing.T, home) []string {
	return func(t *testing.T, h home) []string {
		t.Helper()
		return inRepositories(t, func(evil string) []repositoryCell {
			var cells []repositoryCell
			for _, c := range linesOf(path) {
				for _, f := range projectFiles() {
					if strings.HasPrefix(f.name, "api_url") {
						cells = append(cells, repositoryCell{c, h, f, evil})
					}
				}
			}
			return cells
		})
	}
}
