package env

import "strings"

// regional is the address of a database's data APIs in another of its regions.
// The region stands in the name of the host.
func regional(endpoint, id, from, to string) string {
	return strings.Replace(endpoint, id+"-"+from+".", id+"-"+to+".", 1)
}
