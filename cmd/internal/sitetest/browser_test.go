//go:build linux && !race

package sitetest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/astra-admin/astra/cmd/internal/testkit"
)

// A browser is a page of Chromium, driven by its DevTools protocol over a pipe.
type browser struct {
	to      *os.File
	session string
	mu      sync.Mutex
	calls   int
	answers map[int]chan answer
	asked   []string // URLs of all requests
}

// An answer is a message of the browser.
type answer struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
	Params struct {
		Request struct {
			URL string `json:"url"`
		} `json:"request"`
	} `json:"params"`
}

// openBrowser starts a browser with an empty page, which ends with the test.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	testkit.NeedPart(t, "chromium")
	theirIn, to, err := os.Pipe()
	testkit.Check(t, err)
	from, theirOut, err := os.Pipe()
	testkit.Check(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	home, err := os.MkdirTemp("", "astra-browser-") //nolint:usetesting // its helpers may write when the test ends
	testkit.Check(t, err)
	c := exec.CommandContext(ctx, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--user-data-dir="+home)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Env = append(os.Environ(), "HOME="+home)
	c.ExtraFiles = []*os.File{theirIn, theirOut} // descriptors 3 and 4
	testkit.Check(t, c.Start())
	theirIn.Close()
	theirOut.Close()
	b := &browser{to: to, answers: map[int]chan answer{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.read(from)
	}()
	t.Cleanup(func() {
		_, _ = b.call("Browser.close", nil)
		_ = c.Wait()
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // its helpers, which may write for a moment
		os.RemoveAll(home)
		cancel()
		to.Close()
		<-done
		from.Close()
	})
	var target struct{ TargetID string }
	b.must(t, "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.must(t, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	b.must(t, "Network.enable", nil, nil)
	b.must(t, "Page.enable", nil, nil)
	return b
}

// read delivers the messages of the browser until it ends.
func (b *browser) read(from *os.File) {
	messages := bufio.NewReader(from)
	for {
		text, err := messages.ReadBytes(0)
		b.mu.Lock()
		if err != nil {
			for _, waiting := range b.answers {
				close(waiting)
			}
			b.answers = nil
			b.mu.Unlock()
			return
		}
		var a answer
		_ = json.Unmarshal(text[:len(text)-1], &a) // an event of another shape is left out
		if a.Method == "Network.requestWillBeSent" {
			b.asked = append(b.asked, a.Params.Request.URL)
		}
		if waiting := b.answers[a.ID]; waiting != nil && a.Method == "" {
			waiting <- a
			delete(b.answers, a.ID)
		}
		b.mu.Unlock()
	}
}

// call calls a method of the protocol.
func (b *browser) call(method string, params any) (json.RawMessage, error) {
	if params == nil {
		params = struct{}{}
	}
	waiting := make(chan answer, 1)
	b.mu.Lock()
	if b.answers == nil {
		b.mu.Unlock()
		return nil, errors.New("the browser has ended")
	}
	b.calls++
	message := map[string]any{"id": b.calls, "method": method, "params": params}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	b.answers[b.calls] = waiting
	text, err := json.Marshal(message)
	if err == nil {
		_, err = b.to.Write(append(text, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return nil, err
	}
	a, open := <-waiting
	switch {
	case !open:
		return nil, errors.New("the browser has ended")
	case a.Error != nil:
		return nil, fmt.Errorf("%s: %s", method, a.Error.Message)
	}
	return a.Result, nil
}

func (b *browser) must(t *testing.T, method string, params, result any) {
	t.Helper()
	text, err := b.call(method, params)
	testkit.Check(t, err)
	if result != nil {
		testkit.Check(t, json.Unmarshal(text, result))
	}
}

// show opens a URL in a window of this width, and waits until the page is alive.
func (b *browser) show(t *testing.T, address string, width int) {
	t.Helper()
	b.must(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.must(t, "Page.navigate", map[string]any{"url": address}, nil)
	path, err := url.Parse(address)
	testkit.Check(t, err)
	b.await(t, fmt.Sprintf("location.pathname === %q && document.readyState === 'complete' && document.querySelector('#app')?.__vue_app__", path.Path))
}

// await waits until an expression is true on the page.
func (b *browser) await(t *testing.T, expression string) {
	t.Helper()
	for {
		var found bool
		err := b.evaluate(fmt.Sprintf(`new Promise((done) => {
			let rounds = 0
			const look = () => (%s) ? done(true) : ++rounds > 400 ? done(false) : setTimeout(look, 50)
			look()
		})`, expression), &found)
		if err != nil && (strings.Contains(err.Error(), "navigated") || strings.Contains(err.Error(), "destroyed") || strings.Contains(err.Error(), "default execution context")) {
			continue // the next page is there now
		}
		testkit.Check(t, err)
		if !found {
			t.Fatalf("the page does not get to: %s", expression)
		}
		return
	}
}

// evaluate evaluates an expression, or the promise that it is, on the page.
func (b *browser) evaluate(expression string, result any) error {
	text, err := b.call("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true})
	if err != nil {
		return err
	}
	var evaluated struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Exception struct{ Description string }
		}
	}
	if err := json.Unmarshal(text, &evaluated); err != nil {
		return err
	}
	if evaluated.ExceptionDetails != nil {
		return errors.New(evaluated.ExceptionDetails.Exception.Description)
	}
	return json.Unmarshal(evaluated.Result.Value, result)
}
