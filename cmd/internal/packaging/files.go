package main

import (
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// maintainer signs the Debian changelog; it is the maintainer of .goreleaser.yaml.
const maintainer = "astra-admin maintainers <astra-admin@users.noreply.github.com>"

// writeFiles writes what the Linux packages hold and the repository does not.
func writeFiles(dir, version string, at time.Time) error {
	man := filepath.Join(dir, "man")
	if err := os.MkdirAll(man, 0o755); err != nil {
		return err
	}
	pages, err := filepath.Glob(filepath.Join("docs", "man", "*.1"))
	if err != nil {
		return err
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		if err := writeGzip(filepath.Join(man, filepath.Base(page)+".gz"), text); err != nil {
			return err
		}
	}
	return writeGzip(filepath.Join(dir, "changelog.gz"), debianChangelog(version, at))
}

// writeGzip writes text without a name and a time in the header, as gzip -9n does.
func writeGzip(path string, text []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(text); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}

// debianChangelog returns the one entry that Debian's format needs. The changes
// themselves are in CHANGELOG.md, which the package has too.
func debianChangelog(version string, at time.Time) []byte {
	version = strings.Replace(version, "-", "~", 1) // as the package writes a version before a release
	return fmt.Appendf(nil, "astra-admin (%s) stable; urgency=medium\n\n  * Release %s. The changes are in CHANGELOG.md.\n\n -- %s  %s\n",
		version, version, maintainer, at.Format(time.RFC1123Z))
}
