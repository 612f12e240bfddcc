package envfile_test

import (
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/astra-admin/astra/pkg/envfile"
)

// TestMergeTakesAway removes only the assignments of gone.
func TestMergeTakesAway(t *testing.T) {
	t.Parallel()
	id := envfile.Var{Name: "ID", Value: "new"}
	for before, want := range map[string]string{
		"A=1\nGONE=x # mine\nB=2\n":           "A=1\nB=2\nID=new\n",
		"GONE=1\nID=old\n  export GONE='2'\n": "ID=new\n",
		"\ufeffGONE=1\r\nA=2\r\n":             "\ufeffA=2\r\nID=new\r\n",
		"GONE_TOO=1\n#GONE=2\nID=\n":          "GONE_TOO=1\n#GONE=2\nID=new\n",
	} {
		got, err := envfile.Merge([]byte(before), envfile.Dotenv, []envfile.Var{id}, "GONE")
		if err != nil || string(got) != want {
			t.Errorf("%q: %q, %v; want %q", before, got, err, want)
		}
	}
	for before, want := range map[string]string{
		`{"GONE": 1, "A": 2}`: `{"A": 2, "ID": "new"}`, `{"A": 2, "GONE": 1 }`: `{"A": 2, "ID": "new" }`,
		`{"GONE":1,"A":2,"GONE":{}}`: `{"A":2,"ID": "new"}`,
		"{\n  \"GONE\": 1\n}\n":      "{\n  \"ID\": \"new\"\n}\n",
	} {
		if got, err := envfile.Merge([]byte(before), envfile.JSON, []envfile.Var{id}, "GONE"); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", before, got, err)
		}
	}
	if got, err := envfile.Merge([]byte(`{"GONE": 1}`), envfile.JSON, nil, "GONE"); err != nil || string(got) != "{}\n" {
		t.Errorf("nothing is left: %s, %v", got, err)
	}
	if _, err := envfile.Merge([]byte("A=\"\nGONE=1\n\"\n"), envfile.Dotenv, []envfile.Var{id}, "GONE"); !errors.Is(err, envfile.ErrMerge) {
		t.Errorf("within quotes: %v", err)
	}
}

func TestMerge(t *testing.T) {
	id, name := envfile.Var{Name: "ID", Value: "new"}, envfile.Var{Name: "ORG", Value: "Acme #1"}
	none := envfile.Var{Name: "ID"}
	tests := []struct {
		name    string
		dialect envfile.Dialect
		before  string
		vars    []envfile.Var
		after   string
	}{
		{"an empty file", envfile.Dotenv, "", []envfile.Var{id, name}, "ID=new\nORG='Acme #1'\n"},
		{"nothing to set", envfile.Dotenv, "A=1", nil, "A=1\n"},
		{"in its place", envfile.Dotenv, "# mine\nA=1\n\nID=old\nB=2\n", []envfile.Var{id}, "# mine\nA=1\n\nID=new\nB=2\n"},
		{"a missing one at the end", envfile.Dotenv, "A=1", []envfile.Var{id}, "A=1\nID=new\n"},
		{"each of its places", envfile.Dotenv, "ID=1\nA=1\nID=2\n", []envfile.Var{id}, "ID=new\nA=1\nID=new\n"},
		{"export and indent", envfile.Dotenv, "  export  ID = 'o l d'\n", []envfile.Var{id}, "  export  ID=new\n"},
		{"a comment behind it", envfile.Dotenv, "ID=o l d  # it's prod\n", []envfile.Var{id}, "ID=new  # it's prod\n"},
		{"a comment behind quotes", envfile.Dotenv, "ID=\"o#ld\" # prod\n", []envfile.Var{id}, "ID=new # prod\n"},
		{"a comment behind nothing", envfile.Dotenv, "ID=old # prod\n", []envfile.Var{none}, "ID='' # prod\n"},
		{"a comment behind a sign", envfile.Dotenv, "ID=old # prod\n", []envfile.Var{{Name: "ID", Value: "="}}, "ID== # prod\n"},
		{"a comment instead of a value", envfile.Dotenv, "ID= # prod\n", []envfile.Var{id}, "ID=new # prod\n"},
		{"a sharp sign within a word", envfile.Dotenv, "ID=o#ld\n", []envfile.Var{id}, "ID=new\n"},
		{"line ends of Windows", envfile.Dotenv, "A=1\r\nID=old\r\n", []envfile.Var{id, name}, "A=1\r\nID=new\r\nORG='Acme #1'\r\n"},
		{"a byte order mark", envfile.Dotenv, "\ufeffID=old\n", []envfile.Var{id}, "\ufeffID=new\n"},
		{"a byte order mark and nothing else", envfile.Dotenv, "\ufeff", []envfile.Var{id}, "\ufeffID=new\n"},
		{"a byte order mark before a comment", envfile.Dotenv, "\ufeff# mine\r\nID=old\r\n", []envfile.Var{id, name}, "\ufeff# mine\r\nID=new\r\nORG='Acme #1'\r\n"},
		{"blank lines of Windows", envfile.Dotenv, "\r\n\r\n", []envfile.Var{id}, "\r\n\r\nID=new\r\n"},
		{"line ends of Windows but for the last", envfile.Dotenv, "A=1\r\nB=2", []envfile.Var{id}, "A=1\r\nB=2\r\nID=new\r\n"},
		{"Latin-1 elsewhere", envfile.Dotenv, "# caf\xe9\nID=old\n", []envfile.Var{id}, "# caf\xe9\nID=new\n"},
		{"commented out", envfile.Dotenv, "#ID=old\n", []envfile.Var{id}, "#ID=old\nID=new\n"},
		{"longer names", envfile.Dotenv, "MY_ID=1\nID_2=2\nID.x=3\n", []envfile.Var{id}, "MY_ID=1\nID_2=2\nID.x=3\nID=new\n"},
		{"values of several lines", envfile.Dotenv, "KEY=\"-----\nab==\n-----\"\nID=old\n", []envfile.Var{id}, "KEY=\"-----\nab==\n-----\"\nID=new\n"},
		{"a reference to it", envfile.Dotenv, "URL=\"https://$ID/?ID=1\"\nB=$ID\nID=old\n", []envfile.Var{id}, "URL=\"https://$ID/?ID=1\"\nB=$ID\nID=new\n"},
		{"an apostrophe elsewhere", envfile.Dotenv, "A=it's\nID=old\n", []envfile.Var{id}, "A=it's\nID=new\n"},
		{"mixed line ends", envfile.Dotenv, "A=1\r\nID=old\r\nB=2\n", []envfile.Var{id, name}, "A=1\r\nID=new\r\nB=2\nORG='Acme #1'\n"},
		{"unknown lines", envfile.Dotenv, "source other\n%%%\n", []envfile.Var{id}, "source other\n%%%\nID=new\n"},

		{"JSON, empty", envfile.JSON, "{}", []envfile.Var{id, name}, "{\n  \"ID\": \"new\",\n  \"ORG\": \"Acme #1\"\n}\n"},
		{"JSON, in its place", envfile.JSON, "{\n\t\"A\": [1, {\"ID\": 2}],\n\t\"\\u0049D\" : \"old\" ,\n\t\"B\": 1e3\n}", []envfile.Var{id}, "{\n\t\"A\": [1, {\"ID\": 2}],\n\t\"\\u0049D\" : \"new\" ,\n\t\"B\": 1e3\n}"},
		{"JSON, each of its places", envfile.JSON, `{"ID":1,"ID":{}}`, []envfile.Var{id}, `{"ID":"new","ID":"new"}`},
		{"JSON behind a blank line", envfile.JSON, "\n {\"A\": 1}\n", []envfile.Var{id, name}, "\n {\"A\": 1,\"ID\": \"new\",\"ORG\": \"Acme #1\"}\n"},
		{"JSON, a missing one", envfile.JSON, "{ \"A\": 1 }\r\n", []envfile.Var{id, name}, "{ \"A\": 1, \"ID\": \"new\", \"ORG\": \"Acme #1\" }\r\n"},

		{"JSON of Windows, empty", envfile.JSON, "{\r\n}\r\n", []envfile.Var{id, name}, "{\r\n  \"ID\": \"new\",\r\n  \"ORG\": \"Acme #1\"\r\n}\r\n"},
		{"docker behind a byte order mark", envfile.Docker, "\ufeffID=old\r\n", []envfile.Var{id}, "\ufeffID=new\r\n"},
		{"gitlab behind a byte order mark", envfile.GitLab, "\ufeffID=old", []envfile.Var{id}, "\ufeffID=new\n"},
		{"systemd, to which a byte order mark is a part of the name", envfile.Systemd, "\ufeffID=old\n", []envfile.Var{id}, "\ufeffID=old\nID=\"new\"\n"},
		{"docker", envfile.Docker, "# it's\nA='\n  ID=old # no comment\nID\n", []envfile.Var{name, id}, "# it's\nA='\n  ID=new\nID=new\nORG=Acme #1\n"},
		{"gitlab", envfile.GitLab, " ID = old\r\nA=1", []envfile.Var{id}, "ID=new\r\nA=1\r\n"},
		{"systemd", envfile.Systemd, "; ID=1\n ID = 'o\nld'\"x\n\"\nA=\"\nID=inside\n\"\nB=it's \\\nID=inside\n", []envfile.Var{id}, "; ID=1\n ID=\"new\"\nA=\"\nID=inside\n\"\nB=it's \\\nID=inside\n"},
		{"systemd, several lines", envfile.Systemd, "A=1\r\n", []envfile.Var{{Name: "ID", Value: "a\n\"b"}}, "A=1\r\nID=\"a\n\\\"b\"\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := envfile.Merge([]byte(tt.before), tt.dialect, tt.vars)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.after, string(got)); diff != "" {
				t.Error(diff)
			}
			again, err := envfile.Merge(got, tt.dialect, tt.vars)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(got), string(again)); diff != "" {
				t.Errorf("the second time: %s", diff)
			}
		})
	}
}

func TestMergeRefuses(t *testing.T) {
	tests := []struct {
		name    string
		dialect envfile.Dialect
		before  string
		want    error
	}{
		{"a format of several lines each", envfile.YAML, "A: 1\n", envfile.ErrNoMerge},
		{"JSON that is none", envfile.JSON, "{\"A\": 1,}", envfile.ErrMerge},
		{"a JSON list", envfile.JSON, "[]", envfile.ErrMerge},
		{"two JSON objects", envfile.JSON, "{} {}", envfile.ErrMerge},
		{"half a JSON object", envfile.JSON, "{\"A\": 1", envfile.ErrMerge},
		{"JSON with a byte order mark", envfile.JSON, "\ufeff{}", envfile.ErrMerge},
		{"a shell", envfile.Sh, "", envfile.ErrNoMerge},
		{"UTF-16", envfile.Dotenv, "\xff\xfeI\x00D\x00=\x00", envfile.ErrMerge},
		{"UTF-16 without a mark", envfile.Dotenv, "I\x00D\x00=\x00", envfile.ErrMerge},
		{"UTF-16 JSON", envfile.JSON, "\xfe\xff\x00{\x00}", envfile.ErrMerge},
		{"a byte order mark in the middle", envfile.Dotenv, "A=1\n\ufeffID=old\n", envfile.ErrMerge},
		{"an invisible letter of a name", envfile.Dotenv, "ID\u200b=old\n", envfile.ErrMerge},
		{"a NUL", envfile.Docker, "A=1\nB=\x00\n", envfile.ErrMerge},
		{"Ctrl-Z", envfile.Dotenv, "A=1\r\n\x1a", envfile.ErrMerge},
		{"line ends of the old Mac", envfile.Dotenv, "A=1\rID=old\r", envfile.ErrMerge},
		{"line ends of old", envfile.Dotenv, "A=1\rID=old\r", envfile.ErrMerge},
		{"within quotes", envfile.Dotenv, "A=\"\nID=old\n\"\n", envfile.ErrMerge},
		{"within backticks", envfile.Dotenv, "A=`\nID=old\n`\n", envfile.ErrMerge},
		{"within quotes to a shell", envfile.Dotenv, "A=it's\nID=old\nB=it's\n", envfile.ErrMerge},
		{"within quotes to those that know \\'", envfile.Dotenv, "A=\"C:\\\"\nID=old\nB=\"D:\\\"\n", envfile.ErrMerge},
		{"behind a backslash", envfile.Dotenv, "A=1\\\nID=old\n", envfile.ErrMerge},
		{"at the end behind a backslash", envfile.Dotenv, "A=1\\", envfile.ErrMerge},
		{"quotes that never end", envfile.Dotenv, "A=\"1\nB=2\n", envfile.ErrMerge},
		{"a value of several lines", envfile.Dotenv, "ID='1\n2'\n", envfile.ErrMerge},
		{"two in one line", envfile.Dotenv, "ID=1 B=2\n", envfile.ErrMerge},
		{"the second of one line", envfile.Dotenv, "B=2 ID=1\n", envfile.ErrMerge},
		{"another command", envfile.Dotenv, "unset ID\n", envfile.ErrMerge},
		{"as in YAML", envfile.Dotenv, "ID: old\n", envfile.ErrMerge},
		{"quotes that are no value", envfile.Dotenv, "A=\n'\nID=old\n", envfile.ErrMerge},
		{"a here-document", envfile.Dotenv, "cat <<X\nID=old\nX\n", envfile.ErrMerge},
		{"systemd, quotes that never end", envfile.Systemd, "A=\"1\nID=2\n", envfile.ErrMerge},
		{"systemd, at the end behind a backslash", envfile.Systemd, "A=1\\\n", envfile.ErrMerge},
		{"systemd, a comment with a backslash", envfile.Systemd, "# 1\\\nID=1\n", envfile.ErrMerge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := envfile.Merge([]byte(tt.before), tt.dialect, []envfile.Var{{Name: "ID", Value: "new"}})
			if len(got) > 0 || !errors.Is(err, tt.want) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	_, err := envfile.Merge(nil, envfile.Dotenv, []envfile.Var{{Name: "ID", Value: "it's"}})
	if !errors.Is(err, envfile.ErrUnrepresentable) {
		t.Errorf("a value that cannot be written: %v", err)
	}
}

// pieces returns fragments from which files to merge are assembled.
func pieces() []string {
	return []string{
		"A=1\n", "A='x y'\n", "B=\"a\nb\"\n", "B=it's\n", "C=\"a\\\"b\"\n", "export D=2\n", "# it's\n", "\n", "E=\\\n", "F=a # b\n", "G='a' # it's\n", "H=\n", "I=a#b\"c\n",
		"ID=old\n", "ID='old'\n", "  ID=\"o l d\" # x\n", "export ID=old\n", "ID=\n", "ID=o'l\"d\n", "ORG=x\n", "J=`x\ny`\n", "K='\n", "'\n", "L=$X\n", "M=\"$X ID=1\"\n", "N=1\n", "O=\"ID\"x\n", "P=1 ; ID=2\n",
	}
}

// Every reader of the file must find the new values, and all others unchanged.
func TestMergeChangesNothingElseToProgramsThatReadTheFile(t *testing.T) {
	vars := []envfile.Var{{Name: "ID", Value: "new"}, {Name: "ORG", Value: "Acme #1"}, {Name: "NONE", Value: ""}}
	want := map[string]string{"ID": "new", "ORG": "Acme #1", "NONE": ""}
	all := pieces()
	for _, p := range parsers() {
		if p.dialect != envfile.Dotenv && p.dialect != envfile.Systemd && p.dialect != envfile.Docker {
			continue
		}
		files := 6
		if !inCI() {
			files = 3
		}
		t.Run(string(p.dialect)+" by "+p.name, func(t *testing.T) {
			t.Parallel()
			merged := 0
			r := rand.New(rand.NewPCG(uint64(setting(t, "ENVFILE_SEED", 1)), 3))
			for i := range setting(t, "ENVFILE_FILES", files) {
				var text strings.Builder
				for range 2 + i%3 {
					text.WriteString(all[r.IntN(len(all))])
				}
				before := text.String()
				if i%5 == 0 && p.name != "bash" && p.name != "dash" { // they treat \r as a character
					before = strings.ReplaceAll(before, "\n", "\r\n")
				}
				after, err := envfile.Merge([]byte(before), p.dialect, vars)
				if errors.Is(err, envfile.ErrMerge) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				old, err := p.read(t, written(t, []byte(before)))
				if err != nil {
					continue // an unsupported file
				}
				merged++
				maps.Copy(old, want)
				got, err := p.read(t, written(t, after))
				if diff := cmp.Diff(old, got); diff != "" || err != nil {
					t.Errorf("%q becomes %q: %v %s", before, after, err, diff)
				}
			}
			t.Logf("%d files merged", merged)
		})
	}
}

// FuzzMergeJSON parses the object before and after: only our members differ.
func FuzzMergeJSON(f *testing.F) {
	for _, before := range []string{"{}", "\n {\"A\": 1}\n", `{"ID":1}`, "{ \"A\" : [\"}\"],\n\"ID\":{\"ID\":1},\"GONE\":null\t}\n", `{"GONE":1,"\u0049D":2,"ID":3}`, "[1]", `{"A":1}{}`} {
		f.Add(before, "new \"'\\\n")
	}
	f.Fuzz(func(t *testing.T, before, value string) {
		vars := []envfile.Var{{Name: "ID", Value: value}, {Name: "ORG", Value: "x"}}
		after, err := envfile.Merge([]byte(before), envfile.JSON, vars, "GONE")
		if err != nil || strings.TrimSpace(before) == "" {
			return
		}
		var want, got map[string]any
		if err := json.Unmarshal([]byte(before), &want); err != nil {
			t.Fatalf("%q was no object: %v", before, err)
		}
		delete(want, "GONE")
		want["ID"], want["ORG"] = value, "x"
		if err := json.Unmarshal(after, &got); err != nil {
			t.Fatalf("%q becomes %q: %v", before, after, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q becomes %q: %s", before, after, diff)
		}
		if again, err := envfile.Merge(after, envfile.JSON, vars, "GONE"); err != nil || string(again) != string(after) {
			t.Errorf("the second time %q becomes %q, %v", after, again, err)
		}
	})
}

// FuzzMerge checks that other lines are unchanged and the values are set.
func FuzzMerge(f *testing.F) {
	for i, piece := range pieces() {
		f.Add(byte(i), piece+pieces()[(i+5)%len(pieces())]+"ID=x\n", "new")
	}
	dialects := []envfile.Dialect{envfile.Dotenv, envfile.Docker, envfile.Systemd, envfile.GitLab}
	f.Fuzz(func(t *testing.T, choice byte, before, value string) {
		d := dialects[int(choice)%len(dialects)]
		vars := []envfile.Var{{Name: "ID", Value: value}, {Name: "ORG", Value: "x"}}
		after, err := envfile.Merge([]byte(before), d, vars)
		if err != nil {
			return
		}
		again, err := envfile.Merge(after, d, vars)
		if err != nil || string(again) != string(after) {
			t.Errorf("the second time %q becomes %q, %v", after, again, err)
		}
		foreign := func(text string) []string {
			var lines []string
			for line := range strings.Lines(text) {
				if !strings.Contains(line, "ID") && !strings.Contains(line, "ORG") {
					lines = append(lines, strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
				}
			}
			return lines
		}
		if d != envfile.Systemd || !strings.Contains(value+before, "\n") {
			if diff := cmp.Diff(foreign(before), foreign(string(after))); diff != "" {
				t.Error(diff)
			}
		}
		for _, v := range vars {
			line := strings.TrimSuffix(string(export(t, d, []envfile.Var{v})), "\n")
			if !strings.Contains(string(after), strings.TrimSuffix(line, "=")) {
				t.Errorf("%q: %s is missing", after, v.Name)
			}
		}
	})
}

func TestMergeTouchesOnlyOwnLines(t *testing.T) {
	for i, first := range pieces() {
		for _, second := range pieces()[:i] {
			before := first + second
			after, err := envfile.Merge([]byte(before), envfile.Dotenv, []envfile.Var{{Name: "ID", Value: "new"}})
			if err != nil {
				continue
			}
			rest := string(after)
			for line := range strings.Lines(before) {
				if strings.Contains(line, "ID=") && !strings.Contains(line, "$X") {
					_, rest, _ = strings.Cut(rest, "\n")
					continue
				}
				var found bool
				if rest, found = strings.CutPrefix(rest, line); !found {
					t.Errorf("%q becomes %q", before, after)
				}
			}
		}
	}
}
