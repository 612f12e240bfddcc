//go:build unix && !race

package installtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// An action is what this test reads of action.yml.
type action struct {
	Inputs map[string]struct {
		Default string
	}
	Outputs map[string]struct {
		Value string
	}
	Runs struct {
		Steps []struct {
			ID, If, Shell, Run, Uses string
			Env, With                map[string]string
		}
	}
}

// A job is a run of the action.
type job struct {
	*home
	values map[string]string // of expressions
	cache  string            // key of actions/cache
	log    string            // what the steps print
	failed bool
}

// runAction runs the steps of action.yml as a runner does, but without actions/cache:
// the directory of the archive is kept from an earlier run in the same home.
func runAction(t *testing.T, h *home, r *release, inputs map[string]string) *job {
	t.Helper()
	testkit.NeedPart(t, "bash")
	testkit.NeedPart(t, "curl")
	root, err := testkit.Root()
	testkit.Check(t, err)
	text, err := os.ReadFile(filepath.Join(root, "action.yml"))
	testkit.Check(t, err)
	var a action
	testkit.Check(t, yaml.Unmarshal(text, &a))
	system := map[string]string{"linux": "Linux", "darwin": "macOS"}[runtime.GOOS]
	processor := map[string]string{"amd64": "X64", "arm64": "ARM64"}[runtime.GOARCH]
	j := &job{home: h, values: map[string]string{"github.token": "ghs_test", "runner.os": system, "runner.arch": processor}}
	for name, input := range a.Inputs {
		j.values["inputs."+name] = j.expand(t, input.Default)
	}
	j.values["inputs.releases-url"] = r.URL + "/releases"
	for name, value := range inputs {
		if _, found := a.Inputs[name]; !found {
			t.Fatalf("action.yml has no input %s", name)
		}
		j.values["inputs."+name] = value
	}
	for _, step := range a.Runs.Steps {
		if name, found := strings.CutSuffix(step.If, " != ''"); step.If != "" && (!found || j.value(t, name) == "") {
			continue
		}
		if step.Uses != "" {
			j.cache = j.expand(t, step.With["key"])
			continue
		}
		output := filepath.Join(h.tmp, "output")
		env := []string{
			"GITHUB_ACTION_PATH=" + root, "GITHUB_OUTPUT=" + output, "GITHUB_API_URL=" + r.URL, "RUNNER_OS=" + system, "RUNNER_ARCH=" + processor,
			"RUNNER_TEMP=" + filepath.Join(h.dir, "temp"), "GITHUB_PATH=" + filepath.Join(h.dir, "path.txt"), "GITHUB_ENV=" + filepath.Join(h.dir, "env.txt"),
		}
		for name, value := range step.Env {
			env = append(env, name+"="+j.expand(t, value))
		}
		stdout, stderr, status := h.run(t, env, step.Shell, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step.Run)
		j.log += stdout + stderr
		if status != 0 {
			j.failed = true
			return j
		}
		written, _ := os.ReadFile(output) // a step may have no output
		os.Remove(output)
		for line := range strings.Lines(string(written)) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			j.values["steps."+step.ID+".outputs."+name] = value
		}
	}
	for name, output := range a.Outputs {
		j.values["outputs."+name] = j.expand(t, output.Value)
	}
	return j
}

var expression = regexp.MustCompile(`\$\{\{ *(.*?) *\}\}`)

func (j *job) expand(t *testing.T, text string) string {
	return expression.ReplaceAllStringFunc(text, func(found string) string {
		return j.value(t, expression.FindStringSubmatch(found)[1])
	})
}

func (j *job) value(t *testing.T, name string) string {
	value, found := j.values[name]
	if !found && name != "steps.token.outputs.token" { // a step that may be left out
		t.Fatalf("action.yml uses %s, which has no value", name)
	}
	return value
}

// withGH makes a program gh available that accepts every release for the right token.
func (h *home) withGH(t *testing.T) *home {
	h.replace(t, "gh", `[ "$GH_TOKEN" = ghs_test ]`)
	return h
}

// TestActionVersions runs the action with exact versions and ranges.
func TestActionVersions(t *testing.T) {
	t.Parallel()
	versions := []string{"0.9.0", "0.9.9", "0.9.10", "0.10.0", "1.0.0", "1.2.3", "1.10.0", "2.0.0-rc.1", "1.9.0"} // the last one is the latest
	for input, want := range map[string]string{
		"latest": "1.9.0", "": "1.9.0", "0.9.0": "0.9.0", "v0.9.9": "0.9.9", "2.0.0-rc.1": "2.0.0-rc.1",
		"0.9": "0.9.10", "0.9.x": "0.9.10", "0": "0.10.0", "0.x": "0.10.0", "1": "1.10.0", "1.2.*": "1.2.3",
		"~0.9.1": "0.9.10", "^0.9.1": "0.9.10", "^1.2": "1.10.0", "^1": "1.10.0", "~1.2": "1.2.3", ">=0.9 <1": "0.10.0", ">0.9.10": "1.10.0", "<=1.2.3": "1.2.3", "<2": "1.10.0",
		"3":            "error: No release of astra is in the range 3.",
		"^0.11":        "error: No release of astra is in the range ^0.11.",
		"9.9.9":        "error: There is no release 9.9.9 of astra at ",
		"0.9; id":      "error: The input version is not valid: 0.9; id. Use a version, a range such as 0.9.x, or latest.",
		"../../v0.9.0": "error: The input version is not valid: ../../v0.9.0.",
	} {
		t.Run(input, func(t *testing.T) {
			t.Parallel()
			j := runAction(t, newHome(t).withGH(t), newRelease(t, versions...), map[string]string{"version": input})
			if says, fails := strings.CutPrefix(want, "error: "); fails {
				if !j.failed || !strings.Contains(j.log, "::error::"+says) {
					t.Errorf("want the error %q\n%s", says, j.log)
				}
				return
			}
			bin := filepath.Join(j.dir, "temp", "astra-"+want)
			if j.failed || j.values["outputs.version"] != want || j.values["outputs.path"] != filepath.Join(bin, "astra") {
				t.Fatalf("version %q, path %q, want %s\n%s", j.values["outputs.version"], j.values["outputs.path"], want, j.log)
			}
			if said, stderr, _ := j.run(t, nil, j.values["outputs.path"], "version"); said != "astra v"+want+"\n" {
				t.Errorf("the program says %q %s", said, stderr)
			}
			if path, err := os.ReadFile(filepath.Join(j.dir, "path.txt")); err != nil || string(path) != bin+"\n" {
				t.Errorf("PATH gets %q, %v", path, err)
			}
			if !strings.HasSuffix(j.cache, "-"+want+"-"+j.values["steps.resolve.outputs.checksum"]) || len(j.values["steps.resolve.outputs.checksum"]) != 64 {
				t.Errorf("the key of the cache is %s", j.cache)
			}
		})
	}
}

// TestActionCache runs the action again with the archive from its cache, and with a
// damaged one.
func TestActionCache(t *testing.T) {
	t.Parallel()
	h, r := newHome(t).withGH(t), newRelease(t, "0.9.0")
	archive := "/releases/download/v0.9.0/" + archiveName("0.9.0")
	downloads := func() int { return strings.Count(r.served()+"\n", archive+"\n") }
	for _, c := range []struct {
		arrange func(string)
		want    int // downloads in total
	}{
		{want: 1},
		{want: 1},
		{want: 2, arrange: func(file string) { testkit.Check(t, os.WriteFile(file, []byte("damaged"), 0o600)) }},
	} {
		stored := filepath.Join(h.dir, "temp", "astra-archive", archiveName("0.9.0"))
		if c.arrange != nil {
			c.arrange(stored)
		}
		j := runAction(t, h, r, nil)
		text, err := os.ReadFile(stored)
		if j.failed || err != nil || !bytes.Equal(text, r.files[archive]) || downloads() != c.want {
			t.Errorf("%d downloads, want %d, %v\n%s", downloads(), c.want, err, j.log)
		}
	}
}

// TestActionSignature runs the action without a program that verifies signatures.
func TestActionSignature(t *testing.T) {
	t.Parallel()
	r := newRelease(t, "0.9.0")
	if j := runAction(t, newHome(t), r, nil); !j.failed || !strings.Contains(j.log, "error: cannot verify the signature: ") {
		t.Error(j.log)
	}
	if j := runAction(t, newHome(t), r, map[string]string{"require-signature": "false"}); j.failed {
		t.Error(j.log)
	}
	r.files["/releases/download/v0.9.0/"+archiveName("0.9.0")] = []byte("other")
	if j := runAction(t, newHome(t).withGH(t), r, nil); !j.failed || !strings.Contains(j.log, "error: wrong checksum of ") {
		t.Error(j.log)
	}
}

// TestActionChecksums runs the action with a list of checksums that is ambiguous.
func TestActionChecksums(t *testing.T) {
	t.Parallel()
	const sums = "/download/checksums.txt"
	for version, want := range map[string]string{
		"0.9.0":  "::error::Release 0.9.0 of astra has more than one checksum for ",
		"latest": "::error::The latest release of astra does not have one valid version for ",
	} {
		r := newRelease(t, "0.9.0")
		for _, path := range []string{"/releases/latest" + sums, "/releases/download/v0.9.0/checksums.txt"} {
			r.files[path] = append(bytes.Clone(r.files[path]), r.files[path]...)
		}
		if j := runAction(t, newHome(t).withGH(t), r, map[string]string{"version": version}); !j.failed || !strings.Contains(j.log, want) {
			t.Errorf("want %s\n%s", want, j.log)
		}
	}
}

// TestActionToken follows the token: only masks and the output have it.
func TestActionToken(t *testing.T) {
	t.Parallel()
	const piece = "5555555555555" // longer than the numbers in names of temporary directories
	token := "AstraCS:" + strings.Repeat("i", 24) + ":" + strings.Repeat("5", 64)
	j := runAction(t, newHome(t).withGH(t), newRelease(t, "0.9.0"), map[string]string{"token": token + "\n"})
	if j.failed || j.values["outputs.token"] != token {
		t.Fatal(j.log)
	}
	masks := fmt.Sprintf("::add-mask::%s\n::add-mask::%s\n", token, token[len(token)-64:])
	if rest, found := strings.CutPrefix(j.log, masks); !found || strings.Contains(rest, piece) {
		t.Errorf("the log does not begin with the masks, or has the token: %s", j.log)
	}
	for _, name := range []string{"env.txt", "path.txt"} {
		if text, _ := os.ReadFile(filepath.Join(j.dir, name)); strings.Contains(string(text), piece) {
			t.Errorf("%s has the token", name)
		}
	}
	if j := runAction(t, newHome(t).withGH(t), newRelease(t, "0.9.0"), nil); j.failed || j.values["outputs.token"] != "" || strings.Contains(j.log, "mask") {
		t.Error(j.log)
	}
	wrong := runAction(t, newHome(t), newRelease(t, "0.9.0"), map[string]string{"token": piece + "-no-token"})
	if rest, found := strings.CutPrefix(wrong.log, "::add-mask::"+piece+"-no-token\n::error::"); !wrong.failed || !found || strings.Contains(rest, piece) {
		t.Error(wrong.log)
	}
}

// TestProblemMatcher holds the problem matcher to the messages of the program.
func TestProblemMatcher(t *testing.T) {
	t.Parallel()
	root, err := testkit.Root()
	testkit.Check(t, err)
	text, err := os.ReadFile(filepath.Join(root, ".github", "setup", "problem-matcher.json"))
	testkit.Check(t, err)
	var file struct {
		ProblemMatcher []struct {
			Pattern []struct {
				Regexp            string
				Severity, Message int
			}
		}
	}
	testkit.Check(t, json.Unmarshal(text, &file))
	pattern := file.ProblemMatcher[0].Pattern[0]
	match := regexp.MustCompile(pattern.Regexp)
	for line, want := range map[string][]string{
		`error: database "nope" does not exist`:        {"error", `database "nope" does not exist`},
		"warning: unknown column \"Name\"":             {"warning", "unknown column \"Name\""},
		"sandbox: warning: 1 pending operation":        {"warning", "1 pending operation"},
		"  run: astra db list":                         nil,
		"Created role Reporting.":                      nil,
		"x error: of another program, within its line": nil,
	} {
		var got []string
		if found := match.FindStringSubmatch(line); found != nil {
			got = []string{found[pattern.Severity], found[pattern.Message]}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
