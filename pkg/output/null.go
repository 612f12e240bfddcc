package output

// OrNull returns nil for an empty string, which is null in JSON and YAML.
func OrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
