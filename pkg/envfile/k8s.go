package envfile

import (
	"encoding/base64"
	"fmt"
	"regexp"
)

// defaultSecret is the name of the object if nobody gives another.
const defaultSecret = "astra-db"

func exportK8s(b []byte, vars []Var) []byte { return appendManifest(b, defaultSecret, vars) }

// Manifest is [Export] to [K8s] with a name for the Secret, which has to be a
// lower-case DNS name: [ErrName].
func Manifest(name string, vars []Var) ([]byte, error) {
	if len(name) > 253 || !regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`).MatchString(name) {
		return nil, fmt.Errorf("%.253q is %w for a Secret of Kubernetes: it is a DNS name in small letters", name, ErrName)
	}
	if _, err := K8s.writable(vars); err != nil {
		return nil, err
	}
	return appendManifest(nil, name, vars), nil
}

// appendManifest writes the values as base64 and quotes the base64, because
// some of it would be a number or a date to YAML.
func appendManifest(b []byte, name string, vars []Var) []byte {
	b = fmt.Appendf(b, "apiVersion: v1\nkind: Secret\nmetadata:\n  name: %q\ntype: Opaque\n", name)
	if len(vars) == 0 {
		return append(b, "data: {}\n"...)
	}
	b = append(b, "data:\n"...)
	for _, v := range vars {
		b = fmt.Appendf(b, "  %q: %q\n", v.Name, base64.StdEncoding.EncodeToString([]byte(v.Value)))
	}
	return b
}
