package cli

// ExitOf returns the status that a command would end with for an error.
func ExitOf(err error) Code {
	if err == nil {
		return OK
	}
	return classify(err).Exit
}
