package cli

import "time"

// ServiceNow returns the time at the service, by which tokens age and expire. In
// sandbox mode it is that of the sandbox's own clock.
func (a *App) ServiceNow() (time.Time, error) {
	if !a.sandboxed {
		return a.Now(), nil
	}
	server, err := a.Sandbox()
	if err != nil {
		return time.Time{}, err
	}
	return server.Clock()
}
