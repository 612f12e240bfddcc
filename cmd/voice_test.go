package cmd_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// banned are the words that no text of the program has: see docs/glossary.md.
var banned = regexp.MustCompile(`(?i)\b(nobody|whoever|somebody|meanwhile|all the same|as good as|is no more|is so already|stands|twin|mend|settle|there is none|what is)\b`)

// TestVoice holds the string literals of the program to the words of the glossary.
// A name of a machine, such as a failpoint or a path, has no blank and is left out.
func TestVoice(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("..")
	check(t, err)
	for _, dir := range []string{"cmd", "pkg"} {
		check(t, filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			name, _ := filepath.Rel(root, path)
			name = filepath.ToSlash(name)
			switch {
			case err != nil:
				return err
			case entry.IsDir() && name == "cmd/internal":
				return fs.SkipDir
			case entry.IsDir(), !strings.HasSuffix(name, ".go"), strings.HasSuffix(name, "_test.go"):
				return nil
			}
			holdLiterals(t, path, name)
			return nil
		}))
	}
}

// holdLiterals complains about the banned words in the string literals of a Go file.
func holdLiterals(t *testing.T, path, name string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	check(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		check(t, err)
		if word := banned.FindString(text); word != "" && strings.Contains(text, " ") {
			t.Errorf("%s:%d: %q is not a word of this program: %s", name, files.Position(lit.Pos()).Line, word, lit.Value)
		}
		return true
	})
}
