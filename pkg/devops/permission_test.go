package devops

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryCallNamesItsPermission checks that each call declares its
// permission, which error messages need.
func TestEveryCallNamesItsPermission(t *testing.T) {
	without := map[string]string{
		"Create POST /v2/enterprises/organizations":                        "no action of enterprises is published",
		"Usage POST /v2/enterprises/consumption":                           "no action of enterprises is published",
		"StartReport POST /v2/enterprises/billing-reports/generate-report": "no action of enterprises is published",
		"Report GET /v2/enterprises/billing-reports/{id}":                  "no action of enterprises is published",
		"call  PATH":                 "the path is that of the user",
		"bundleError GET the bundle": "an address that is signed opens it; no token is sent",
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				fields, ok := callFields(n)
				if !ok {
					return true
				}
				calls++
				what := f.Name.Name + " " + fields["method"] + " " + fields["path"]
				switch reason := without[what]; {
				case fields["permission"] == "" && fields["anyToken"] == "" && reason == "":
					t.Errorf("%s: %s names no permission", name, what)
				case reason != "":
					delete(without, what)
				}
				return true
			})
		}
	}
	if calls < 50 || len(without) > 0 {
		t.Errorf("%d calls were found; not among those without a permission: %v", calls, without)
	}
}

// callFields returns the fields of a literal call: the values of strings and
// constants, and the presence of others.
func callFields(n ast.Node) (fields map[string]string, ok bool) {
	literal, ok := n.(*ast.CompositeLit)
	if !ok {
		return nil, false
	}
	if kind, ok := literal.Type.(*ast.Ident); !ok || kind.Name != "call" {
		return nil, false
	}
	fields = map[string]string{}
	for _, element := range literal.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		text := "…"
		switch v := pair.Value.(type) {
		case *ast.BasicLit:
			text = strings.Trim(v.Value, `"`)
		case *ast.SelectorExpr:
			text = strings.ToUpper(strings.TrimPrefix(v.Sel.Name, "Method"))
		}
		fields[pair.Key.(*ast.Ident).Name] = text
	}
	return fields, true
}
