package envfile

import (
	"encoding/base64"
	"fmt"
)

// exportK8s writes a Secret with base64 values. They are quoted, because YAML
// could parse some as numbers or dates.
func exportK8s(b []byte, vars []Var) []byte {
	b = append(b, "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"astra-db\"\ntype: Opaque\n"...)
	if len(vars) == 0 {
		return append(b, "data: {}\n"...)
	}
	b = append(b, "data:\n"...)
	for _, v := range vars {
		b = fmt.Appendf(b, "  %q: %q\n", v.Name, base64.StdEncoding.EncodeToString([]byte(v.Value)))
	}
	return b
}
