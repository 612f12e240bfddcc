//go:build ignore

// Extract takes from an OpenAPI description what can be true or false of a
// request or an answer, and leaves the words out. README.md says how it is
// written down.
//
//	go run testdata/openapi/extract.go 'ABOUT' < description.yaml > testdata/openapi/NAME.json
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

type object = map[string]any

// A document is an OpenAPI description, of which a part may be named by $ref.
type document struct{ root object }

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: extract ABOUT < description > facts")
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	var root any
	if err := yaml.Unmarshal(text, &root); err != nil { // JSON is YAML, too
		log.Fatal(err)
	}
	d := document{textual(root).(object)}
	types := object{}
	for name, schema := range at(at(d.root, "components"), "schemas") {
		types[name] = d.schema(schema)
	}
	fmt.Printf("{\n\"about\": %s,\n", line(os.Args[1]))
	section("operations", d.operations())
	fmt.Println(",")
	section("types", types)
	fmt.Println("\n}")
}

// section prints an object, a member to a line.
func section(name string, members object) {
	fmt.Printf("%q: {", name)
	comma := ""
	for _, key := range slices.Sorted(maps.Keys(members)) {
		fmt.Printf("%s\n%s: %s", comma, line(key), line(members[key]))
		comma = ","
	}
	fmt.Print("\n}")
}

func line(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		log.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// textual makes texts of all keys: some write statuses as numbers.
func textual(v any) any {
	switch v := v.(type) {
	case object:
		for key, member := range v {
			v[key] = textual(member)
		}
	case map[any]any:
		o := object{}
		for key, member := range v {
			o[fmt.Sprint(key)] = textual(member)
		}
		return o
	case []any:
		for i, element := range v {
			v[i] = textual(element)
		}
	}
	return v
}

func at(o object, key string) object {
	member, _ := o[key].(object)
	return member
}

// follow returns what a $ref points to.
func (d document) follow(v any) object {
	o, _ := v.(object)
	ref, found := o["$ref"].(string)
	if !found {
		return o
	}
	o = d.root
	for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		o = at(o, strings.NewReplacer("~1", "/", "~0", "~").Replace(step))
	}
	return d.follow(o)
}

func (d document) operations() object {
	all := object{}
	for path, item := range at(d.root, "paths") {
		item := d.follow(item)
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			if o, found := item[method].(object); found {
				all[strings.ToUpper(method)+" "+path] = d.operation(item, o)
			}
		}
	}
	return all
}

func (d document) operation(item, o object) object {
	facts, query := object{}, object{}
	shared, _ := item["parameters"].([]any)
	own, _ := o["parameters"].([]any)
	for _, p := range append(shared, own...) {
		if p := d.follow(p); p["in"] == "query" {
			query[starred(p["name"].(string), p["required"] == true)] = d.schema(p["schema"])
		}
	}
	if len(query) > 0 {
		facts["query"] = query
	}
	if body := d.follow(o["requestBody"]); body != nil {
		facts[starred("body", body["required"] == true)] = d.content(body)
	}
	statuses := map[string][]string{} // by what is answered with them
	for status, answer := range at(o, "responses") {
		key := line(d.content(d.follow(answer)))
		statuses[key] = append(statuses[key], status)
	}
	for content, list := range statuses {
		slices.Sort(list)
		facts[strings.Join(list, " ")] = json.RawMessage(content)
	}
	return facts
}

func starred(name string, required bool) string {
	if required {
		return name + "*"
	}
	return name
}

// content returns the schemas of a body by their media types.
func (d document) content(body object) object {
	types := object{}
	for media, c := range at(body, "content") {
		types[media] = d.schema(c.(object)["schema"])
	}
	return types
}

// schema writes a schema down in the form that README.md describes.
func (d document) schema(v any) any {
	o, _ := v.(object)
	if ref, found := o["$ref"].(string); found {
		return ref[strings.LastIndex(ref, "/")+1:]
	}
	choice, _ := cmp.Or(o["oneOf"], o["anyOf"]).([]any)
	parts, _ := o["allOf"].([]any)
	kind, _ := o["type"].(string)
	values, _ := o["additionalProperties"].(object)
	switch items, hasItems := o["items"]; {
	case choice != nil:
		return object{"|": d.schemas(choice)}
	case parts != nil:
		return d.union(parts)
	case o["properties"] != nil:
		return d.properties(o)
	case hasItems && kind == "array":
		return []any{d.schema(items)}
	case hasItems: // without a type: one of them, or a list
		return object{"|": []any{d.schema(items), []any{d.schema(items)}}}
	case o["enum"] != nil:
		var names []string
		for _, name := range o["enum"].([]any) {
			names = append(names, fmt.Sprint(name))
		}
		return "=" + strings.Join(names, "|")
	case values != nil:
		return object{"*": d.schema(values)}
	case o["nullable"] == true:
		return kind + "?"
	case kind == "":
		return "any"
	}
	return kind
}

func (d document) schemas(list []any) []any {
	var all []any
	for _, s := range list {
		all = append(all, d.schema(s))
	}
	return all
}

// union has the properties of several schemas.
func (d document) union(parts []any) object {
	all := object{}
	for _, part := range parts {
		maps.Copy(all, d.properties(d.follow(part)))
	}
	return all
}

func (d document) properties(o object) object {
	members := object{}
	required, _ := o["required"].([]any)
	for name, p := range at(o, "properties") {
		members[starred(name, slices.Contains(required, any(name)))] = d.schema(p)
	}
	for _, name := range required { // some are required without being described
		if _, found := members[name.(string)+"*"]; !found {
			members[name.(string)+"*"] = "any"
		}
	}
	return members
}
