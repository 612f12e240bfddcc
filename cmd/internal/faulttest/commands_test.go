//go:build linux

package faulttest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// A rigLine is how the rigs run a command, in a home that newHome made.
type rigLine struct {
	args   string // behind the command, as in a shell
	stdin  string // the file of the home that it reads on standard input
	before string // shell lines that come first, while all is well
	status int    // how it ends while all is well
	shows  bool   // standard output is where its secret goes
	saves  string // the file that its secret goes to, besides the stores
}

// rigLines has at least one line for every command. A new command gets a line of
// its own here; if it changes something at the service, the fault rig finds that
// out by itself.
func rigLines() map[string][]rigLine {
	const listed = "astra access-list add 192.0.2.1 192.0.2.2 --db demo --yes"
	const file = `printf 'version: 1\norganization: {id: %s}\nroles:\n  - {name: New, permissions: [db-rest], in: all}\nusers:\n` +
		`  - {email: ada@example.com, roles: [New]}\n  - {email: viewer@example.com, roles: [New, UI View Only]}\n' $(astra org get --jq .id) > access.yaml`
	const spare = "astra pcu create spare --cloud gcp --region us-east1 --min 1 --max 1 --yes"
	return map[string][]rigLine{
		"access audit":        {{status: 10}, {args: "--rule TOK001 -o json", status: 10}, {args: "--rule ROL003 -o sarif"}},
		"access can":          {{args: "read-rows --db demo --keyspace app --as developer@example.com"}, {args: "see-databases --as -", stdin: "token.txt"}},
		"access diff":         {{args: "viewer@example.com role:Held", status: 10}},
		"access graph":        {{args: "-o svg"}, {args: "developer@example.com role:Held -o json"}},
		"access list":         {{args: "developer@example.com role:Held"}},
		"access who":          {{args: "delete-databases --could"}},
		"access why":          {{args: "role:Held write-rows --db demo", status: 10}},
		"access-list add":     {{args: "192.0.2.1 --db demo"}, {args: "192.0.2.1 192.0.2.2 --db demo --yes"}},
		"access-list clear":   {{args: "--db demo --yes", before: listed}},
		"access-list disable": {{args: "--db demo --yes", before: listed + "; astra access-list enable --db demo --yes"}},
		"access-list enable":  {{args: "--db demo --yes", before: listed}},
		"access-list get":     {{args: "--db demo"}},
		"access-list list":    {{}},
		"access-list remove": {
			{args: "192.0.2.1 --db demo --yes", before: listed},
			{args: "--from entries.txt --db demo --yes", before: listed + "; echo 192.0.2.1 > entries.txt"},
		},
		"billing open":   {{args: "--print"}},
		"billing report": {{args: "2026-01"}},
		"billing show":   {{}},
		"billing usage":  {{}},
		"cdc disable":    {{args: "app.example --db demo --yes"}},
		"cdc enable":     {{args: "app.orders --db demo"}, {args: "legacy.orders --db legacy --stream us-east-1=pulsar-aws/acme"}},
		"cdc get":        {{args: "app.example --db demo"}},
		"cdc list":       {{args: "--db demo"}},
		"db check":       {{args: "demo"}},
		"db create": {
			{args: "shop --cloud gcp --region us-east1 --yes"},
			{args: "shop --cloud gcp --region us-east1 --yes --wait"},
			{args: "shop --cloud gcp --region us-east1 --pcu-group example --yes"},
		},
		"db delete":           {{args: "demo --confirm demo"}},
		"db park":             {{args: "legacy --yes"}},
		"db reset-password":   {{args: "legacy --username legacy --yes", stdin: "password.txt"}},
		"db resize":           {{args: "legacy --capacity-units 3 --yes"}},
		"db unpark":           {{args: "legacy --yes", before: "astra db park legacy --yes; astra sandbox seed --advance 1h"}},
		"key accounts":        {{args: "--cloud aws --region us-east-1"}},
		"key create":          {{args: "--cloud gcp --key-id projects/p/locations/us-east1/keyRings/r/cryptoKeys/k --yes"}},
		"key get":             {{args: "--cloud gcp --region us-east1", before: "astra key create --cloud gcp --key-id projects/p/locations/us-east1/keyRings/r/cryptoKeys/k --yes"}},
		"key list":            {{}},
		"keyspace create":     {{args: "more --db demo"}},
		"keyspace delete":     {{args: "more --db demo --yes", before: "astra keyspace create more --db demo; astra sandbox seed --advance 1h"}},
		"keyspace list":       {{args: "--db demo"}},
		"open":                {{args: "org --print"}},
		"pcu add":             {{args: "example --db demo"}, {args: "spare --db demo --yes", before: spare + "; astra pcu add example --db demo --wait"}},
		"pcu create":          {{args: "batch --cloud gcp --region us-east1 --min 1 --max 4 --yes"}},
		"pcu delete":          {{args: "spare --yes", before: spare}},
		"pcu get":             {{args: "example"}},
		"pcu list":            {{}},
		"private-link accept": {{args: "--db demo --endpoint psc-1"}},
		"private-link create": {{args: "--db demo --principal acme-project"}},
		"private-link delete": {
			{args: "--db demo --principal acme-project --yes", before: "astra private-link create --db demo --principal acme-project"},
			{args: "--db demo --endpoint psc-1 --yes", before: "astra private-link accept --db demo --endpoint psc-1"},
		},
		"private-link get":      {{args: "--db demo"}},
		"private-link list":     {{}},
		"region add":            {{args: "us-east4 --db demo"}},
		"region list":           {{}, {args: "--db demo"}},
		"region remove":         {{args: "us-east4 --db demo --yes", before: "astra region add us-east4 --db demo; astra sandbox seed --advance 1h"}},
		"streaming tenant get":  {{args: "cdc-example"}},
		"streaming tenant list": {{}},
		"telemetry delete": {{
			args:   "--audit-logs --yes",
			before: "astra telemetry set --audit-logs --destination pulsar --endpoint pulsar+ssl://p.example.com --topic t --auth-strategy token --secret-file password.txt",
		}},
		"telemetry set": {
			{args: "--db demo --destination splunk --endpoint https://splunk.example.com --index astra --yes --secret-file password.txt"},
			{args: "--db legacy --destination datadog", stdin: "password.txt"},
		},
		"telemetry get":  {{args: "--db demo"}},
		"telemetry list": {{}},
		"token panic":    {{args: "given.json --yes", before: "astra token generate --role 'RO User' --out given.json"}, {args: "--yes --force", stdin: "token.txt"}},
		"token recover":  {{args: "--yes"}},
		"token rotate": {
			{args: "saved --yes"},
			{args: "saved --overlap 0 --out new.json --yes", saves: "new.json"},
			{args: "$(cat given.txt) --overlap 0 --yes", shows: true, before: "astra token generate --role 'RO User' --out given.json -o name > given.txt"},
		},
		"auth login":  {{args: "fresh --token-file token.txt"}, {args: "fresh", stdin: "token.txt"}},
		"auth logout": {{args: "old --yes"}},
		"auth session": {
			{args: "--saved-token saved", shows: true},
			{args: "--db legacy --username legacy -o header", stdin: "password.txt", shows: true},
		},
		"auth status":     {{}},
		"completion":      {{args: "bash"}},
		"db bundle":       {{args: "demo"}, {args: "demo --out bundle.zip"}, {args: "demo --internal"}},
		"db get":          {{args: "demo"}},
		"db list":         {{}},
		"db wake":         {{args: "demo", before: "astra sandbox seed --hibernate demo --advance 1h"}},
		"doctor":          {{}},
		"env export":      {{shows: true}, {args: "--out .env", saves: ".env"}},
		"env hook":        {{args: "bash"}},
		"env run":         {{args: "-- true"}},
		"env unset":       {{}},
		"env use":         {{args: "demo --saved-token spare"}, {args: "demo --role 'RO User' --yes"}},
		"help":            {{args: "exit-codes"}},
		"org add":         {{args: "Second --email owner@example.com --yes"}},
		"org check":       {{args: "access.yaml", before: `printf 'version: 1\norganization: {id: o}\n' > access.yaml`}},
		"org diff":        {{args: "access.yaml", before: file, status: 10}},
		"org export":      {{}, {args: "--out access.yaml --comments"}},
		"org plan":        {{args: "-f access.yaml", before: file, status: 10}, {args: "-f access.yaml --out plan.json --show foreign", before: file, status: 10}},
		"org apply":       {{args: "-f access.yaml --yes", before: file}},
		"org get":         {{}},
		"org list":        {{}},
		"org runs":        {{}, {args: "$(astra org runs -o name)", before: file + "; astra org apply -f access.yaml --yes"}},
		"org undo":        {{args: "--yes", before: file + "; astra org apply -f access.yaml --yes"}},
		"org use":         {{args: "old"}},
		"pcu park":        {{args: "spare --yes", before: spare + "; astra pcu add spare --db demo; astra sandbox seed --advance 1h"}},
		"pcu remove":      {{args: "example --db demo --yes", before: "astra pcu add example --db demo; astra sandbox seed --advance 1h"}},
		"pcu types":       {{args: "--cloud gcp --region us-east1"}},
		"pcu unpark":      {{args: "spare", before: spare + "; astra pcu add spare --db demo; astra sandbox seed --advance 1h; astra pcu park spare --yes; astra sandbox seed --advance 1h"}},
		"pcu update":      {{args: "example --max 5 --yes"}},
		"permission get":  {{args: "db-rest"}},
		"permission list": {{}},
		"profile delete":  {{args: "old --yes"}},
		"profile get":     {{}},
		"profile import":  {{args: "astrarc"}},
		"profile list":    {{}},
		"profile rename":  {{args: "old older"}},
		"profile use":     {{args: "old"}},
		"role advise":     {{args: "--needs rest"}},
		"role create":     {{args: "New --permission db-rest"}, {args: "New --from role.json"}, {args: "New --from -", stdin: "role.json"}},
		"role delete":     {{args: "Held --yes"}, {args: "Held Other --yes", before: "astra role create Other --permission db-rest"}, {args: "--from roles.txt --yes", before: "echo Held > roles.txt"}},
		"role diff":       {{args: "Held 'RO User'", status: 10}},
		"role get":        {{args: "Held"}},
		"role list":       {{}},
		"role update":     {{args: "Held --add-permission db-graphql --yes"}},
		"sandbox demo":    {{}},
		"sandbox dump":    {{shows: true}},
		"sandbox load":    {{args: "dump.json --yes", shows: true}, {args: "- --yes", stdin: "dump.json", shows: true}},
		"sandbox reset":   {{args: "--yes", shows: true}},
		"sandbox seed":    {{args: "--org-name Other"}},
		"sandbox serve":   {{args: "--listen 127.0.0.1:0 --timeout 1s"}},
		"sandbox status":  {{shows: true}},
		"token delete":    {{args: "saved --yes"}, {args: "saved spare --yes"}, {args: "- --yes --if-exists", stdin: "token.txt", status: 19}},
		"token generate": {
			{args: "--role 'RO User'", shows: true},
			{args: "--role b73e44b2-b9e9-43b8-a7c1-c6a2fe2dab50", shows: true},
			{args: "--role 'RO User' --save new"},
			{args: "--role 'RO User' --out new.json", saves: "new.json"},
			{args: "--role 'RO User' --save new --out new.json", saves: "new.json"},
		},
		"token get":    {{args: "saved"}},
		"token list":   {{}},
		"token verify": {{args: "saved"}, {args: "-", stdin: "token.txt"}, {args: "saved --can see-databases"}},
		"user get":     {{args: "owner@example.com"}},
		"user invite":  {{args: "ada@example.com --role 'RO User'"}, {args: "--from people.txt --role 'RO User' --yes"}, {args: "--from - --role 'RO User' --yes", stdin: "people.txt"}},
		"user list":    {{}},
		"user remove": {
			{args: "viewer@example.com --yes"},
			{args: "developer@example.com viewer@example.com --yes"},
			{args: "--from leavers.txt --yes", before: "echo developer@example.com viewer@example.com > leavers.txt"},
		},
		"user update": {
			{args: "developer@example.com --role 'RO User' --yes"},
			{args: "developer@example.com --add-role 'RO User'"},
			{args: "--from members.csv --yes", before: "printf 'email,role\\ndeveloper@example.com,RO User\\nviewer@example.com,R/W User\\n' > members.csv"},
		},
		"version": {{}},

		"access-list export":   {{args: "--db demo", before: listed}},
		"access-list template": {{}},
		"api": {
			{args: "databases --paginate"},
			{args: "POST organizations/roles --yes --field name=Raw -F 'policy[description]=' -F 'policy[effect]=allow' -F 'policy[actions][]=db-rest' -F 'policy[resources][]'"},
		},
	}
}

// command is a line with the command that it belongs to.
type command struct {
	rigLine
	path string // such as "role create"
}

// String is the whole line, as in a shell.
func (c command) String() string { return strings.TrimSpace("astra " + c.path + " " + c.args) }

// with is the line with flags in front, where no command takes them for its own.
func (c command) with(flags string) string {
	return strings.TrimSpace("exec astra " + flags + " " + c.path + " " + c.args)
}

// commands are all lines, in the order of the tree.
func commands() []command {
	var all []command
	lines := rigLines()
	testkit.Walk(func(c *cobra.Command) {
		path := strings.TrimPrefix(c.CommandPath(), "astra ")
		for _, line := range lines[path] {
			all = append(all, command{line, path})
		}
	})
	for _, line := range lines["help"] {
		all = append(all, command{line, "help"})
	}
	return all
}

// TestRigLines makes sure that no command is left out by the rigs, and that each
// line ends as it says while all is well.
func TestRigLines(t *testing.T) {
	t.Parallel()
	lines := rigLines()
	verbs := map[string]bool{"help": true}
	testkit.Walk(func(c *cobra.Command) {
		if !testkit.IsVerb(c) {
			return
		}
		path := strings.TrimPrefix(c.CommandPath(), "astra ")
		verbs[path] = true
		if len(lines[path]) == 0 {
			t.Errorf("the rigs leave %q out: add\n\t\t%q: {{args: \"…\"}},\nto rigLines in cmd/internal/faulttest/commands_test.go, with arguments that succeed in the home of newHome", path, path)
		}
	})
	for path := range lines {
		if !verbs[path] {
			t.Errorf("rigLines in cmd/internal/faulttest/commands_test.go has a line for %q, which is no command", path)
		}
	}
	h := newHome(t)
	report(t, each(4, commands(), func(c command) []string {
		return h.alone(c, func(w world, _ string) []string {
			if r := w.run(runOptions{line: c.with(""), stdin: c.stdin}); r.status != c.status {
				return []string{fmt.Sprintf("%v: status %d, want %d\n%s", c, r.status, c.status, r.stderr)}
			}
			return nil
		})
	}))
}
