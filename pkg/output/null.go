package output

// OrNull is the value of a text that may be absent: nothing becomes null in JSON
// and YAML.
func OrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
