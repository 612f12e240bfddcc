package cli

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/astra-admin/astra/pkg/config"
)

// Settings are what the user chose: flags, environment, configuration and project.
type Settings struct {
	Getenv  func(string) string
	Environ func() []string
	Home    string // "" where the system names none
	WorkDir string
	Args    []string // the command line, without the program's name
	Globals Globals  // the global flags as given

	homeErr     error // why there is no home directory
	settings    *config.Settings
	config      config.Config
	configErr   error
	configRead  bool
	project     *config.Project
	sandboxed   bool
	outputGiven bool
	ownFormat   string // of those that only this command has
}

// goos names the operating system, for the places of files.
const goos = runtime.GOOS

// dirs returns the directories by the environment. Where there is no home directory
// the error says why.
func (s *Settings) dirs() (config.Paths, error) {
	p, err := config.Dirs(s.Getenv, s.Home, goos)
	if s.homeErr != nil && errors.Is(err, config.ErrNoHome) {
		err = fmt.Errorf("%w (%w)", err, s.homeErr)
	}
	return p, err
}

// Paths returns the directories of configuration, state and cache. In sandbox
// mode configuration and state are the sandbox's own.
func (s *Settings) Paths() (config.Paths, error) {
	p, err := s.dirs()
	if !s.sandboxed {
		return p, err
	}
	dir, err := s.SandboxDir()
	p.State, p.Config = dir, dir
	return p, err
}

// UsesSandbox reports whether the command runs against the embedded sandbox.
func (s *Settings) UsesSandbox() bool { return s.sandboxed }
