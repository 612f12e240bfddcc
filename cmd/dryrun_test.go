package cmd_test

import (
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDryRun runs commands that change something with --dry-run, and compares
// every file of the home, the sandbox's state among them, byte for byte.
func TestDryRun(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"astra access-list add 192.0.2.7 --db demo",
		"astra access-list add 192.0.2.7 --devops-api",
		"astra access-list clear --db demo",
		"astra access-list enable --db demo",
		"astra access-list remove 192.0.2.1 192.0.2.2 --db demo",
		"astra auth session --db demo --saved-token saved",
		"astra auth login fresh --token-file token.txt",
		"astra auth login production --token-file token.txt",
		"astra auth logout production --yes",
		"astra db bundle demo",
		"astra db create shop --cloud gcp --region us-east1",
		"astra db create ledger --cloud aws --region us-east-1 --type classic --tier C10 --username clerk",
		"astra db delete demo",
		"astra db park legacy",
		"astra db unpark parked",
		"astra db reset-password legacy --username legacy",
		"astra db resize legacy --capacity-units 2",
		"astra db wake asleep",
		"astra env use demo",
		"astra env use demo --role 'RO User'",
		"astra --sandbox env use demo --role 'RO User'",
		"astra key create --cloud gcp --key-id projects/p/locations/us-east1/keyRings/r/cryptoKeys/k",
		"astra keyspace create more --db demo",
		"astra keyspace delete spare --db demo",
		"astra open org",
		"astra org add Second --email owner@example.com",
		"astra org use old",
		"astra private-link accept --endpoint psc-1 --db demo",
		"astra private-link create --principal acme-project --db demo",
		"astra private-link delete --principal other-project --db demo",
		"astra profile delete old",
		"astra profile import astrarc",
		"astra profile rename old older",
		"astra profile use old",
		"astra region add us-east4 --db demo",
		"astra region remove us-east4 --db wide",
		"astra role create New --permission db-rest",
		"astra role delete Held",
		"astra role update Held --add-permission db-rest",
		"astra sandbox load dump.json",
		"astra sandbox reset",
		"astra sandbox seed --org-name Other",
		"astra sandbox seed --hibernate demo",
		"astra token delete saved",
		"astra token delete --older-than 1ms",
		"astra token generate --role 'RO User'",
		"astra token generate --role 'RO User' --save new",
		"astra token generate --role 'RO User' --out new.json",
		"astra user invite ada@example.com --role 'RO User'",
		"astra user invite ada@example.com,bob@example.com --role 'RO User'",
		"astra user remove developer@example.com viewer@example.com",
		"astra user update developer@example.com --role 'RO User'",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			b := busyBench(t)
			before := files(t, b.dir)
			b.run(line + " --dry-run")
			if diff := cmp.Diff(before, files(t, b.dir)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// busyBench returns a bench in which everything is there that a change may be about.
var busyBench = prepared(func(b *bench) {
	loggedIn(b)
	b.run("astra token generate --role 'RO User' --save saved; astra role create Held --permission db-rest")
	b.run(`astra db create wide --cloud gcp --region us-east1 --yes
		echo password | astra db create parked --cloud aws --region us-east-1 --type classic --tier C10 --username clerk --yes
		astra keyspace create spare --db demo; astra sandbox seed --advance 10m
		astra region add us-east4 --db wide; astra db park parked --yes; astra sandbox seed --advance 10m
		astra db create asleep --cloud gcp --region us-east1 --yes --wait; astra sandbox seed --hibernate asleep --advance 10m`)
	b.run("astra private-link create --principal other-project --db demo")
	b.run("astra access-list add --yes 192.0.2.1 192.0.2.2 192.0.2.3 --db demo")
	b.run("astra sandbox dump > dump.json")
})

// files are the digests of every file below dir.
func files(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	all := map[string][32]byte{}
	check(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || filepath.Ext(path) == ".lock" {
			return err
		}
		content, err := os.ReadFile(path)
		all[path] = sha256.Sum256(content)
		return err
	}))
	return all
}
