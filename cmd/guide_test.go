package cmd_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// guideFiles returns the files of docs/org-in-git.md by their paths. A block without a path
// is a part of an access file.
func guideFiles(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../docs/org-in-git.md")
	check(t, err)
	files := map[string]string{}
	for _, m := range regexp.MustCompile("(?ms)^```yaml\n(?:# ([.][^\n]*)\n)?(.*?)^```$").FindAllStringSubmatch(string(page), -1) {
		files[m[1]] = m[2]
	}
	if len(files) != 5 {
		t.Fatalf("the guide has %d files", len(files))
	}
	return files
}

// TestGuideSettings checks the settings of an access file that the guide shows.
func TestGuideSettings(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	check(t, os.WriteFile(filepath.Join(b.dir, "part.yaml"), []byte(guideFiles(t)[""]), 0o600))
	b.run("astra role create Look --permission org-db-view; astra org export | sed '/^manage:/,/^$/d' > file.yaml; cat part.yaml >> file.yaml; astra org check file.yaml; astra org plan -f file.yaml || test $? = 10") // it signs the role
}

// TestGuideWorkflows validates the workflows of the guide.
func TestGuideWorkflows(t *testing.T) {
	t.Parallel()
	testkit.NeedPart(t, "action-validator")
	for path, text := range guideFiles(t) {
		if !strings.HasPrefix(path, ".github/") {
			continue
		}
		file := filepath.Join(t.TempDir(), filepath.Base(path))
		check(t, os.WriteFile(file, []byte(text), 0o600))
		if out, err := exec.CommandContext(t.Context(), "action-validator", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", path, err, out)
		}
	}
}

// A pipeline runs the jobs of the guide in a repository whose organization is served.
type pipeline struct {
	*bench
	files    map[string]string
	env      []string
	comments []string // that GitLab was sent
}

// newPipeline returns a pipeline with the roles and tokens of the guide, and its file.
func newPipeline(t *testing.T) *pipeline {
	t.Helper()
	for _, program := range []string{"bash", "curl", "sed"} {
		testkit.NeedPart(t, program)
	}
	p := &pipeline{bench: newBench(t), files: guideFiles(t)}
	page, err := os.ReadFile("../docs/org-in-git.md")
	check(t, err)
	roles := regexp.MustCompile("(?m)^astra role create .*$").FindAllString(string(page), -1)
	p.run(strings.Join(roles, "\n") + `
		for kind in plan apply; do astra token generate --role "Access $kind" --description "access $kind in CI" --expires 90d --jq .token > $kind.token; done
		astra org export --pin --out astra-access.yaml`)
	gitlab := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("PRIVATE-TOKEN") != "glpat-test" || r.URL.Path != "/projects/7/merge_requests/12/notes" {
			t.Errorf("%s with %q", r.URL, r.Header)
		}
		p.comments = append(p.comments, r.FormValue("body"))
	}))
	t.Cleanup(gitlab.Close)
	p.env = append(p.bench.env, "GITHUB_OUTPUT="+filepath.Join(p.dir, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(p.dir, "summary"),
		"ASTRA_CONFIG_DIR="+filepath.Join(p.dir, "none"), "ASTRA_STATE_DIR="+filepath.Join(p.dir, "runner"), "CI_PROJECT_DIR="+p.dir,
		"GITLAB_COMMENT_TOKEN=glpat-test", "CI_API_V4_URL="+gitlab.URL, "CI_PROJECT_ID=7", "CI_MERGE_REQUEST_IID=12")
	return p
}

// script runs lines as a step of a job, with the token of a kind, and returns the status.
func (p *pipeline) script(kind, lines string, env ...string) int {
	p.t.Helper()
	token, err := os.ReadFile(filepath.Join(p.dir, kind+".token"))
	check(p.t, err)
	c := exec.CommandContext(p.t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", lines)
	c.Dir, c.Env = p.dir, append(append(p.env, "ASTRA_TOKEN="+strings.TrimSpace(string(token))), env...)
	text, err := c.CombinedOutput()
	p.t.Logf("%s\n%s", lines, text)
	if c.ProcessState == nil {
		p.t.Fatal(err)
	}
	return c.ProcessState.ExitCode()
}

// step returns the lines of the step of a workflow that run a command.
func (p *pipeline) step(file, command string) string {
	p.t.Helper()
	var w struct {
		Jobs map[string]struct {
			Steps []struct {
				Run, Shell string
			}
		}
	}
	check(p.t, yaml.Unmarshal([]byte(p.files[".github/workflows/"+file]), &w))
	for _, job := range w.Jobs {
		for _, s := range job.Steps {
			if strings.Contains(s.Run, command) {
				if s.Shell != "bash" {
					p.t.Errorf("%s: the shell of %q does not set pipefail", file, s.Run)
				}
				return s.Run
			}
		}
	}
	p.t.Fatalf("%s does not run %s", file, command)
	return ""
}

// want reports a status that a step must not have.
func (p *pipeline) want(status, got int) {
	p.t.Helper()
	if got != status {
		p.t.Errorf("status %d, want %d", got, status)
	}
}

// holds reports a file without a text.
func (p *pipeline) holds(file, text string) {
	p.t.Helper()
	all, err := os.ReadFile(filepath.Join(p.dir, file))
	check(p.t, err)
	if !strings.Contains(string(all), text) {
		p.t.Errorf("%s has no %q:\n%s", file, text, all)
	}
}

const guideChange = `cat >> astra-access.yaml <<'END'
groups: [{name: Team, roles: [RO User], members: [ada@example.com]}]
END`

// TestGuideGitHub takes a change through the workflows of the guide.
func TestGuideGitHub(t *testing.T) {
	t.Parallel()
	p := newPipeline(t)
	review, plan := p.step("access-plan.yml", "astra org plan"), p.step("access-apply.yml", "astra org plan")
	apply, drift := p.step("access-apply.yml", "astra org apply"), p.step("access-drift.yml", "astra org plan")
	p.want(0, p.script("plan", drift))
	p.want(0, p.script("plan", review))
	p.holds("output", "status=0\n")

	p.run(guideChange)
	p.want(0, p.script("plan", review))
	p.holds("output", "status=10\n")
	p.holds("plan.md", "| 1 | `+` | user | ada")
	p.want(10, p.script("plan", drift))
	p.want(0, p.script("plan", plan))
	p.holds("summary", "1 to add")
	p.want(5, p.script("plan", apply)) // its token cannot change anything
	p.want(0, p.script("apply", apply))
	p.want(0, p.script("apply", apply)) // it is done, and not done twice
	p.want(0, p.script("plan", drift))
	p.want(0, p.script("apply", "mkdir artifact; mv runner/runs artifact; ASTRA_STATE_DIR=$PWD/artifact astra org undo --yes")) // the artifact, downloaded
	p.want(10, p.script("plan", drift))

	p.run("rm plan.json; sed -i 's/users: listed/users: all/; /developer@/d; /viewer@/d' astra-access.yaml; astra user invite c@example.com d@example.com --role 'RO User' --yes")
	p.want(0, p.script("plan", review))
	p.holds("output", "status=19\n")
	p.holds("plan.md", "Refused")
	p.want(0, p.script("plan", plan))
	p.want(19, p.script("apply", apply))
	p.want(8, p.script("apply", apply, "ALLOW=removals"))
	p.want(0, p.script("apply", apply, "ALLOW=removals", "CONFIRM=Acme Production"))

	p.run("rm plan.json; echo 'rolls: []' >> astra-access.yaml")
	p.want(2, p.script("plan", review))
	p.want(2, p.script("plan", plan))
	p.want(2, p.script("plan", drift))
}

// TestGuideGitLab takes a change through the jobs of the guide.
func TestGuideGitLab(t *testing.T) {
	t.Parallel()
	p := newPipeline(t)
	type job struct {
		Script       []string `yaml:"script"`
		After        []string `yaml:"after_script"`
		AllowFailure struct {
			Codes []int `yaml:"exit_codes"`
		} `yaml:"allow_failure"`
	}
	var jobs map[string]yaml.Node
	check(t, yaml.Unmarshal([]byte(p.files[".gitlab-ci.yml"]), &jobs))
	run := func(kind, name string, env ...string) int {
		t.Helper()
		node := jobs[name]
		var j job
		check(t, node.Decode(&j))
		status := p.script(kind, strings.Join(j.Script, "\n"), env...)
		if j.After != nil {
			p.want(0, p.script(kind, strings.Join(j.After, "\n")))
		}
		return status
	}
	p.want(0, run("plan", "access drift"))
	p.run(guideChange)
	p.want(10, run("plan", "access plan"))
	if len(p.comments) != 1 || !strings.Contains(p.comments[0], "1 to add") {
		t.Errorf("comments: %q", p.comments)
	}
	p.want(10, run("plan", "access plan of main"))
	p.want(0, run("apply", "access apply"))
	p.want(0, run("plan", "access drift"))
}
