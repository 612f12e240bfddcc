package envfile_test

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/envfile"
)

// parser is a program that reads files of a format and prints the variables.
type parser struct {
	name    string
	dialect envfile.Dialect
	read    func(t *testing.T, file string) (map[string]string, error)
	takes   func(value string) bool // nil for all values that the format accepts
}

func parsers() []parser {
	return []parser{
		{"bash", envfile.Dotenv, shellParser("bash", "--norc"), nil},
		{"dash", envfile.Dotenv, shellParser("dash"), nil},
		{"python-dotenv", envfile.Dotenv, python("dotenv", `v = dotenv.dotenv_values(f)`), nil},
		{"direnv", envfile.Dotenv, program("direnv", "dotenv", "json"), nil},
		{"ruby dotenv", envfile.Dotenv, ruby("dotenv", `puts JSON.generate(Dotenv::Parser.call(File.read(ARGV[0], encoding: "UTF-8")))`), nil},
		{"npm dotenv", envfile.Dotenv, node("dotenv", `const v = require('dotenv').parse(require('fs').readFileSync(f))`), nil},
		{"node --env-file", envfile.Dotenv, nodeEnvFile, nil},
		{"docker", envfile.Docker, docker, nil},
		{"systemd", envfile.Systemd, readBySystemd, nil},
		{"runner", envfile.GitHub, runner, nil},
		{"act", envfile.GitHub, program("githubenv"), beginsOnFirstLine},
		{"GitLab", envfile.GitLab, gitlab, nil},
		{"PyYAML", envfile.K8s, python("yaml", `v = {k: base64.b64decode(s).decode("utf-8", "surrogateescape") for k, s in yaml.safe_load(open(f))["data"].items()}`), nil},
		{"PyYAML", envfile.YAML, python("yaml", `v = yaml.safe_load(open(f, encoding="utf-8"))`), nil},
		{"yaml.v3", envfile.YAML, goYAML, nil},
		{"HCL", envfile.TFVars, hcl, nil},
		{"jq", envfile.JSON, program("jq", "-c", "."), nil},
		{"python", envfile.JSON, python("json", `v = json.load(open(f))`), nil},
		{"python", envfile.CSV, python("csv", `v = {r["name"]: r["value"] for r in csv.DictReader(open(f, newline="", encoding="utf-8"))}`), nil},
		{"go", envfile.CSV, goCSV, nil},
	}
}

// beginsOnFirstLine excludes files that act, unlike GitHub's runner, reads
// without their empty first line.
func beginsOnFirstLine(value string) bool { return !strings.HasPrefix(value, "\n") }

func TestProgramsReadEveryValueBack(t *testing.T) {
	values := append(hostile(), generated(t)...)
	for _, p := range parsers() {
		t.Run(fmt.Sprintf("%s by %s", p.dialect, p.name), func(t *testing.T) {
			t.Parallel()
			writable := reader{dialect: p.dialect, takes: p.takes}.writable(values)
			for _, batch := range batches(writable, 500) {
				vars := variables(batch)
				want := map[string]string{}
				for _, v := range vars {
					want[v.Name] = v.Value
				}
				got, err := p.read(t, written(t, export(t, p.dialect, vars)))
				if diff := cmp.Diff(want, got); diff != "" || err != nil {
					t.Fatalf("%v %.1000s", err, diff)
				}
			}
			t.Logf("%d values", len(writable))
		})
	}
}

func written(t *testing.T, text []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// output runs a program with only PATH in its environment.
func output(t *testing.T, env []string, name string, args ...string) (string, error) {
	t.Helper()
	need(t, name)
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(env, "PATH="+os.Getenv("PATH"), "HOME="+t.TempDir(), "LC_ALL=C.UTF-8")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w: %.500s", name, err, stderr.String())
	}
	return string(out), err
}

// program returns a parser that writes JSON.
func program(name string, args ...string) func(*testing.T, string) (map[string]string, error) {
	return func(t *testing.T, file string) (map[string]string, error) {
		t.Helper()
		return fromJSON(output(t, nil, name, append(args, file)...))
	}
}

func fromJSON(text string, err error) (map[string]string, error) {
	var vars map[string]string
	if err == nil {
		err = json.Unmarshal([]byte(text), &vars)
	}
	return vars, err
}

// ruby returns a Ruby script with a gem that writes JSON.
func ruby(gem, script string) func(*testing.T, string) (map[string]string, error) {
	return func(t *testing.T, file string) (map[string]string, error) {
		t.Helper()
		need(t, "ruby")
		for _, part := range []string{gem, "json"} {
			needs(t, "the ruby gem "+part, nil, "ruby", "-r", part, "-e", "0")
		}
		return program("ruby", "-r", gem, "-r", "json", "-e", script)(t, file)
	}
}

// python returns a Python script that reads file f into v. The values are
// written as base64, because JSON cannot represent every byte.
func python(module, script string) func(*testing.T, string) (map[string]string, error) {
	return func(t *testing.T, file string) (map[string]string, error) {
		t.Helper()
		const python = "/usr/bin/python3" // the interpreter of Debian's modules
		need(t, python)
		needs(t, "the python module "+module, nil, python, "-c", "import "+module)
		vars, err := fromJSON(output(t, nil, python, "-c", "import sys, json, base64, "+module+"; f = sys.argv[1]\n"+script+
			"\nprint(json.dumps({k: base64.b64encode((s or '').encode('utf-8', 'surrogateescape')).decode() for k, s in v.items()}))", file))
		for name, text := range vars {
			value, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return nil, err
			}
			vars[name] = string(value)
		}
		return vars, err
	}
}

// readBySystemd calls systemd's function that reads an EnvironmentFile.
func readBySystemd(t *testing.T, file string) (map[string]string, error) {
	t.Helper()
	libraries, err := filepath.Glob("/usr/lib/*/systemd/libsystemd-shared-*.so")
	if err != nil {
		return nil, err
	}
	if len(libraries) == 0 {
		missing(t, "the library libsystemd-shared is missing")
	}
	return python("ctypes", fmt.Sprintf("lib = ctypes.CDLL(%q)", libraries[0])+systemd)(t, file)
}

const systemd = `
p = ctypes.POINTER(ctypes.c_char_p)()
if lib.load_env_file(None, f.encode(), ctypes.byref(p)) < 0: sys.exit("systemd does not read it")
v, i = {}, 0
while p and p[i]:
	name, _, value = p[i].decode().partition("=")
	v[name], i = value, i + 1
`

var npmRoot = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("npm", "root", "-g").Output()
	return strings.TrimSpace(string(out)), err
})

// node returns a script with a module that reads file f into v.
func node(module, script string) func(*testing.T, string) (map[string]string, error) {
	return func(t *testing.T, file string) (map[string]string, error) {
		t.Helper()
		need(t, "node", "npm")
		modules, err := npmRoot()
		if err != nil {
			return nil, err
		}
		env := []string{"NODE_PATH=" + modules}
		needs(t, "the npm module "+module, env, "node", "-e", "require('"+module+"')")
		return fromJSON(output(t, env, "node", "-e",
			"(async () => { const f = process.argv[1]; "+script+"; console.log(JSON.stringify(v)) })()", file))
	}
}

// nodeEnvFile returns node itself, since version 20.
func nodeEnvFile(t *testing.T, file string) (map[string]string, error) {
	t.Helper()
	need(t, "node")
	needs(t, "--env-file of node", nil, "node", "--env-file=/dev/null", "-e", "0")
	vars, err := fromJSON(output(t, nil, "node", "--env-file="+file, "-e", "console.log(JSON.stringify(process.env))"))
	for _, name := range []string{"PATH", "HOME", "LC_ALL"} {
		delete(vars, name)
	}
	return vars, err
}

// shellParser returns a shell that reads the file as a script.
func shellParser(args ...string) func(*testing.T, string) (map[string]string, error) {
	return func(t *testing.T, file string) (map[string]string, error) {
		t.Helper()
		need(t, args[0])
		r := reader{name: args[0], dialect: envfile.Sh, args: append(args, "-c"), script: `set -a; . "$TEXT"`}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		dir := trap(t)
		defer checkCanary(t, dir)
		return r.environment(t, dir, text)
	}
}

// docker starts a container with the docker client, on a fake service.
func docker(t *testing.T, file string) (map[string]string, error) {
	t.Helper()
	need(t, "docker")
	socket := filepath.Join(filepath.Dir(file), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	asked := make(chan []string, 1)
	service := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/containers/create") {
			return
		}
		var body struct{ Env []string }
		if err := json.NewDecoder(r.Body).Decode(&body); err == nil {
			asked <- body.Env
		}
		http.Error(w, "{}", http.StatusTeapot)
	})}
	go service.Serve(listener)
	defer service.Close()
	cmd := exec.CommandContext(t.Context(), "docker", "create", "--env-file", file, "image")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "DOCKER_HOST=unix://" + socket, "DOCKER_API_VERSION=1.41"}
	out, _ := cmd.CombinedOutput()
	select {
	case env := <-asked:
		vars := map[string]string{}
		for _, entry := range env {
			name, value, _ := strings.Cut(entry, "=")
			vars[name] = value
		}
		return vars, nil
	default:
		return nil, fmt.Errorf("docker asks for nothing: %.500s", out)
	}
}

// runner reimplements the parser of GitHub's runner, which is not available
// separately.
func runner(t *testing.T, file string) (map[string]string, error) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	vars := map[string]string{}
	for rest := string(text); rest != ""; {
		line, behind, _ := strings.Cut(rest, "\n")
		rest = behind
		equals, here := strings.Index(line, "="), strings.Index(line, "<<")
		switch {
		case line == "":
		case equals >= 0 && (here < 0 || equals < here):
			vars[line[:equals]] = line[equals+1:]
		case here > 0 && here+2 < len(line):
			value, found := "", false
			for lines := 0; !found; lines++ {
				if rest == "" {
					return nil, fmt.Errorf("no end of %s", line[:here])
				}
				next, behind, _ := strings.Cut(rest, "\n")
				rest = behind
				if found = next == line[here+2:]; !found && lines > 0 {
					value += "\n"
				}
				if !found {
					value += next
				}
			}
			vars[line[:here]] = value
		default:
			return nil, fmt.Errorf("%q is no assignment", line)
		}
	}
	return vars, nil
}

// gitlab reimplements GitLab's parser of dotenv reports, without expansion.
func gitlab(t *testing.T, file string) (map[string]string, error) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	vars := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !found || strings.ContainsAny(value, "$%") {
			return nil, fmt.Errorf("%q is no assignment", line)
		}
		vars[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return vars, nil
}

// hcl runs an HCL parser compiled for node, and undoes its template escapes.
func hcl(t *testing.T, file string) (map[string]string, error) {
	t.Helper()
	vars, err := node("@cdktf/hcl2json", `const v = await require('@cdktf/hcl2json').parse('a.tfvars', require('fs').readFileSync(f, 'utf8'))`)(t, file)
	for name, value := range vars {
		vars[name] = strings.NewReplacer("$${", "${", "%%{", "%{").Replace(value)
	}
	return vars, err
}

func goYAML(t *testing.T, file string) (map[string]string, error) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var vars map[string]string
	if err := yaml.Unmarshal(text, &vars); err != nil {
		return nil, err
	}
	return vars, nil
}

func goCSV(t *testing.T, file string) (map[string]string, error) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	vars := map[string]string{}
	for r := csv.NewReader(f); ; {
		row, err := r.Read()
		if err == io.EOF {
			delete(vars, "name")
			return vars, nil
		}
		if err != nil {
			return nil, err
		}
		vars[row[0]] = row[1]
	}
}
