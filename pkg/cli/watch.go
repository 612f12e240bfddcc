package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

// A watch tells people of a database that changes: on a line that is redrawn
// where standard error is a terminal, else on a line at the beginning, every ten
// seconds and at the end.
type watch struct {
	app         *App
	doing       string
	begin, last time.Time
	line        string
	strange     bool // an unknown status was told of
	unseen      bool // so was a look that failed
}

func (a *App) watch(doing string) *watch { return &watch{app: a, doing: doing, begin: a.Now()} }

func (w *watch) drawn() bool {
	return w.app.Terminal.Err && !w.app.Plain() && !w.app.Globals.Quiet
}

// tell shows how far it is.
func (w *watch) tell(d devops.Database) {
	if d.State() == devops.Strange && d.Status != "" && !w.strange {
		w.strange = true
		w.clear()
		w.app.Warn("%s is %s, a status that this program does not know; it goes on waiting", d.Name, d.Status)
	}
	w.line = fmt.Sprintf("%s: %s", sentence(w.doing), strings.ToLower(d.Status))
	switch {
	case w.drawn():
		w.draw()
	case w.last.IsZero():
		w.last = w.app.Now()
		w.app.Say("%s.", w.line)
	}
}

// blind says, once for each outage, that a look failed and that there will be others.
func (w *watch) blind(why error) {
	if w.unseen {
		return
	}
	w.unseen = true
	w.clear()
	w.app.Warn("%s: how far it is cannot be seen just now: %v; it goes on looking", sentence(w.doing), why)
}

// seen notes that a look succeeded.
func (w *watch) seen() { w.unseen = false }

func (w *watch) draw() {
	text := []rune(output.Sanitize(fmt.Sprintf("%s (%s)", w.line, w.elapsed())))
	if width := w.app.Terminal.ErrWidth; width > 0 && len(text) >= width {
		text = text[:width-1] // a line that wraps cannot be redrawn
	}
	fmt.Fprintf(w.app.Err, "\r\x1b[K%s", string(text))
}

// end says that it is done. A database that is asleep cannot be used yet.
func (w *watch) end(d devops.Database, c Change) {
	w.clear()
	if asleep := w.app.asleep(d); asleep != "" && !c.Parks {
		w.app.Say("%s: done; %s.", sentence(w.doing), asleep)
		return
	}
	w.app.Say("%s: done, %s is %s (%s).", sentence(w.doing), d.Name, strings.ToLower(d.Status), w.elapsed())
}

// clear takes a drawn line away.
func (w *watch) clear() {
	if w.drawn() && w.line != "" {
		fmt.Fprint(w.app.Err, "\r\x1b[K")
		w.line = ""
	}
}

func (w *watch) elapsed() time.Duration { return w.app.Now().Sub(w.begin).Round(time.Second) }

// pause waits until the next look: the longer it takes, the longer. Meanwhile it
// goes on telling.
func (w *watch) pause(ctx context.Context) error {
	const often = 10 * time.Second
	next := w.app.Now().Add(min(max(w.app.Now().Sub(w.begin)/4, 200*time.Millisecond), often))
	for {
		now := w.app.Now()
		left := next.Sub(now)
		if left <= 0 {
			return nil
		}
		step := min(left, w.last.Add(often).Sub(now))
		if w.drawn() {
			step = min(left, time.Second)
		}
		if err := Pause(ctx, step); err != nil {
			return err
		}
		switch {
		case w.drawn():
			w.draw()
		case w.app.Now().Sub(w.last) >= often:
			w.last = w.app.Now()
			w.app.Say("%s (%s).", w.line, w.elapsed())
		}
	}
}
