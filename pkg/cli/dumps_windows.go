package cli

// NoDumps has nothing to do: a program of Windows asks for a dump itself.
func (a *App) NoDumps() {}
