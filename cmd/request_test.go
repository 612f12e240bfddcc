package cmd_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

// request is a program for scripts, a client that is not ours:
//
//	request METHOD URL TOKEN [FILE]
//
// sends FILE, prints the answer, and fails where the service refuses.
func request() {
	if err := send(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func send(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("usage: request METHOD URL TOKEN [FILE]")
	}
	var body io.Reader
	if len(args) > 3 {
		file, err := os.Open(args[3])
		if err != nil {
			return err
		}
		defer file.Close()
		body = file
	}
	r, err := http.NewRequest(args[0], args[1], body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+args[2])
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 400 {
		return fmt.Errorf("%s", answer.Status)
	}
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}
