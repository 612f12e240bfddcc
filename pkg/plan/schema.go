package plan

import (
	"bytes"
	"encoding/json"

	"go.yaml.in/yaml/v3"

	"github.com/astra-admin/astra/pkg/iam"
)

type schema = map[string]any

func textSchema() schema { return schema{"type": "string"} }

func listSchema(items schema) schema { return schema{"type": "array", "items": items} }

func objectSchema(fields []field, required ...string) schema {
	properties := schema{}
	for _, f := range fields {
		property := f.schema()
		property["description"] = f.doc
		properties[f.key] = property
	}
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// permissionSchema has the permissions of the catalog, and the form of others.
func permissionSchema() schema {
	var known []string
	for _, p := range iam.Permissions() {
		known = append(known, p.Parameter, p.Name)
	}
	return schema{"anyOf": []schema{{"enum": known}, {"type": "string", "pattern": unknownParameter}, {"type": "string", "pattern": "^" + parameterPrefix}}}
}

// Schema returns the JSON schema of a file and its fragments, for editors. It is made of
// the tables by which the decoder reads them.
func Schema() []byte {
	d := &decoder{}
	s := objectSchema(d.head(&File{}, &[]*yaml.Node{}))
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = "Access file of astra, or a fragment of one"
	needs := schema{"version": []string{"organization"}}
	for _, key := range fileKeys() {
		if key != "version" {
			needs[key] = []string{"version"}
		}
	}
	s["dependencies"] = needs
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(s); err != nil {
		panic(err) // the schema has only maps, lists, texts and numbers
	}
	return b.Bytes()
}
