//go:build !linux

package onetime

import "os"

// A pendingFile is a file under a temporary name.
type pendingFile struct {
	file *os.File
	path string
	temp string
}

func openPending(path string) (*pendingFile, error) { return openNamed(path) }

// commit writes the content and gives the file its name.
func (p *pendingFile) commit(content []byte) error {
	defer p.drop()
	if err := p.write(content); err != nil {
		return err
	}
	return p.link()
}
