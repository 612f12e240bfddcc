//go:build unix

package prompt

import (
	"os"
	"os/signal"
	"syscall"
)

// afterStop calls again each time the process is continued after a stop, until
// the returned function is called. No call runs after that.
func afterStop(again func()) (end func()) {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-goesOn:
				again()
			case <-stop:
				return
			}
		}
	}()
	return func() {
		signal.Stop(goesOn)
		close(stop)
		<-stopped
	}
}
