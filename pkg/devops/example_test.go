package devops_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"

	"github.com/astra-admin/astra/pkg/devops"
)

// Test the kind of an error with errors.Is.
func ExampleNew() {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"errors":[{"message":"invalid token"}]}`)
	}))
	defer service.Close()

	client, err := devops.New(devops.Config{Token: "AstraCS:abcDEFabcDEFabcDEFabcDEF:0000000000000000000000000000000000000000000000000000000000000000", URL: service.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Tokens.List(context.Background())
	fmt.Println(errors.Is(err, devops.ErrUnauthorized))
	// Output: true
}

// A request that creates something is never repeated. If its response is lost,
// MaybeApplied reports that the token may exist.
func ExampleMaybeApplied() {
	var sent atomic.Int32
	service := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		sent.Add(1)
		panic(http.ErrAbortHandler) // closes the connection without a response
	}))
	defer service.Close()

	client, err := devops.New(devops.Config{Token: "AstraCS:abcDEFabcDEFabcDEFabcDEF:0000000000000000000000000000000000000000000000000000000000000000", URL: service.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Tokens.Create(context.Background(), devops.NewToken{Roles: []string{"dde8a0e9-f4ae-4b42-b642-9f257436e8da"}})
	fmt.Println(errors.Is(err, devops.ErrOutcomeUnknown), devops.MaybeApplied(err), sent.Load())
	// Output: true true 1
}
