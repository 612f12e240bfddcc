//go:build !race

package applytest

const raced = false
