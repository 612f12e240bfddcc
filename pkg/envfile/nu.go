package envfile

import "fmt"

// unsetNu writes a list for hide-env: nu evaluates no text, it reads data. The
// export is JSON for load-env.
func unsetNu(b []byte, names []string) []byte {
	b = append(b, '[')
	for i, name := range names {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = fmt.Appendf(b, "%q", name)
	}
	return append(b, "]\n"...)
}
