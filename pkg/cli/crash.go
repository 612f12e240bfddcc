package cli

import (
	"fmt"
	"runtime"

	"github.com/astra-admin/astra/pkg/exit"
)

// RecoverPanic turns a panic into status 1 and one line without the memory that a
// trace would show. It is to be deferred.
func (a *App) RecoverPanic(status *int) {
	cause := recover()
	if cause == nil {
		return
	}
	words := fmt.Sprintf("%T", cause)
	if known, ok := cause.(runtime.Error); ok {
		words = known.Error()
	}
	a.reportText(&exit.Error{Exit: exit.Failed, Message: "this is a bug in astra " + a.Version + ": " + words, Hint: "please report it, with the command but without secrets"})
	*status = int(exit.Failed)
}
