package env

import (
	"fmt"
	"io"
	"strings"
)

// maskInLog tells a runner of GitHub to hide secrets in its log. It reads such
// commands from standard error too, and hides the commands themselves.
func maskInLog(log io.Writer, vars []variable) error {
	escape := strings.NewReplacer("%", "%25", "\r", "%0D")
	for _, v := range vars {
		if !v.secret {
			continue
		}
		for line := range strings.SplitSeq(v.Value, "\n") {
			if line == "" {
				continue
			}
			if _, err := fmt.Fprintf(log, "::add-mask::%s\n", escape.Replace(line)); err != nil {
				return err
			}
		}
	}
	return nil
}
