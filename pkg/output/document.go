package output

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
)

// ErrNotJSON reports a document that is not JSON, in a format that requires it.
var ErrNotJSON = errors.New("the document is not JSON")

// Limits of what is indented: the deepest nesting, and the size of the indentation,
// which could be many times as long as the document.
const (
	maxIndent     = 64
	maxIndentSize = 64 << 20
)

// CheckDocument returns the [ErrOptions] that [Document] would return, so that a
// command can fail early.
func CheckDocument(o Options) error {
	_, err := compileDocument(o)
	return err
}

func compileDocument(o Options) (program, error) {
	switch {
	case o.JQ != "" && o.Template != "":
		return nil, optionErrorf("--jq and --template cannot be combined")
	case len(o.Columns)+len(o.Filter) > 0 || o.Sort != "":
		return nil, optionErrorf("--columns, --sort and --filter are for lists")
	case o.Format == CSV || o.Format == Name || o.Format == Wide:
		return nil, optionErrorf("-o %s does not apply to astra api; use json or yaml", o.Format)
	case o.JQ != "":
		return compileJQ(o.JQ)
	case o.Template != "":
		return parseTemplate(o.Template)
	}
	return nil, nil
}

// Document prints a document of any form: as indented JSON or YAML, or the results of
// JQ or Template. In any other format it is indented JSON for a terminal, and the
// document itself elsewhere, with invisible characters escaped, also where it is not
// JSON.
func Document(w io.Writer, o Options, document []byte) error {
	p, err := compileDocument(o)
	if err != nil {
		return err
	}
	isJSON := json.Valid(document)
	var text []byte
	switch {
	case p != nil && isJSON:
		s := &dataset{document: document, terminal: o.Terminal}
		if text, err = render(o, p, s); err != nil {
			return err
		}
	case o.Format == JSON && isJSON, o.Terminal && isJSON && o.Format != YAML:
		text = indent(document)
	case o.Format == YAML && isJSON:
		if text, err = documentYAML(o, document); err != nil {
			return err
		}
	case p != nil, o.Format == JSON, o.Format == YAML:
		return ErrNotJSON
	case isJSON:
		text = appendEscaped(nil, document)
	default:
		keep := "\n\t\r"
		if o.Terminal {
			keep = "\n\t"
		}
		text = []byte(sanitize(string(document), keep))
		if o.Terminal && len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
			text = append(text, '\n')
		}
	}
	if len(text) == 0 {
		return nil
	}
	_, err = w.Write(text)
	return err
}

// documentYAML limits memory, since the nodes of a document take many times the
// memory of its text.
func documentYAML(o Options, document []byte) ([]byte, error) {
	if deepest, _ := measureNesting(document); deepest > maxIndent {
		return nil, optionErrorf("-o yaml: the document is nested too deeply")
	}
	text, err := supervise(o.Context, cmp.Or(o.memory, maxMemory), func(context.Context) ([]byte, error) {
		return appendYAML(nil, yamlValue(rawJSON(document)))
	})
	if errors.Is(err, errMemory) {
		return nil, optionErrorf("-o yaml: the document needs more than %d MiB of memory", cmp.Or(o.memory, maxMemory)>>20)
	}
	return text, err
}

// indent formats JSON, with invisible characters escaped.
func indent(document []byte) []byte {
	var compact bytes.Buffer
	if json.Compact(&compact, document) != nil {
		return nil
	}
	if deepest, size := measureNesting(compact.Bytes()); deepest > maxIndent || size > maxIndentSize {
		return append(appendEscaped(nil, compact.Bytes()), '\n')
	}
	return append(appendIndented(nil, compact.Bytes(), ""), '\n')
}

// measureNesting returns the deepest nesting of valid JSON, and the size of its indentation.
func measureNesting(document []byte) (deepest, size int) {
	depth := 0
	for i := 0; i < len(document); i++ {
		switch document[i] {
		case '"':
			i += stringEnd(document[i:]) - 1
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
			size += 2*depth + 1
		case '}', ']':
			depth--
			size += 2*depth + 1
		case ',':
			size += 2*depth + 1
		}
	}
	return deepest, size
}
