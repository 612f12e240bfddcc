package dbchange

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/output"
)

// progress reports the progress of a change: on a line that is redrawn if
// standard error is a terminal, else on lines at the start, every ten seconds
// and at the end.
type progress struct {
	app          *cli.App
	doing        string
	begin, last  time.Time
	limit        time.Time // end of the wait, if that is shown
	line         string
	statusWarned bool // an unknown status was reported
	unavailable  bool // an unavailable status was reported
}

func newProgress(app *cli.App, doing string) *progress {
	return &progress{app: app, doing: doing, begin: app.Now()}
}

func (p *progress) redraws() bool {
	return p.app.Terminal.Err && !p.app.IsPlain() && !p.app.Globals.Quiet
}

// report reports the current status.
func (p *progress) report(d devops.Database) {
	if d.State() == devops.StateUnknown && d.Status != "" && !p.statusWarned {
		p.statusWarned = true
		p.clear()
		p.app.Warn("%s has the unknown status %s; still waiting", d.Name, d.Status)
	}
	p.line = fmt.Sprintf("%s: %s", cli.Capitalize(p.doing), strings.ToLower(d.Status))
	switch {
	case p.redraws():
		p.draw()
	case p.last.IsZero():
		p.last = p.app.Now()
		p.app.Say("%s%s.", p.line, p.left(" (waiting for at most %s)"))
	}
}

// warnUnavailable reports an unavailable status, once for each outage.
func (p *progress) warnUnavailable(why error) {
	if p.unavailable {
		return
	}
	p.unavailable = true
	p.clear()
	p.app.Warn("%s: status unavailable: %v; retrying", cli.Capitalize(p.doing), why)
}

// clearUnavailable ends an outage.
func (p *progress) clearUnavailable() { p.unavailable = false }

func (p *progress) draw() {
	text := []rune(output.Sanitize(fmt.Sprintf("%s (%s%s)", p.line, p.elapsed(), p.left(", waiting for at most %s more"))))
	if width := p.app.Terminal.ErrWidth; width > 0 && len(text) >= width {
		text = text[:width-1] // a wrapped line cannot be redrawn
	}
	fmt.Fprintf(p.app.Err, "\r\x1b[K%s", string(text))
}

// end reports completion. A database that is not active cannot be used yet, unless
// the change parks it.
func (p *progress) end(d devops.Database, parks bool) {
	p.clear()
	if hint := WakeHint(p.app, d); hint != "" && !parks {
		p.app.Say("%s: done; %s.", cli.Capitalize(p.doing), hint)
		return
	}
	p.app.Say("%s: done, %s is %s (%s).", cli.Capitalize(p.doing), d.Name, strings.ToLower(d.Status), p.elapsed())
}

// clear removes the drawn line.
func (p *progress) clear() {
	if p.redraws() && p.line != "" {
		fmt.Fprint(p.app.Err, "\r\x1b[K")
		p.line = ""
	}
}

func (p *progress) elapsed() time.Duration { return p.app.Now().Sub(p.begin).Round(time.Second) }

// left returns the time until the end of the wait in a format, or nothing.
func (p *progress) left(format string) string {
	if p.limit.IsZero() {
		return ""
	}
	return fmt.Sprintf(format, max(0, p.limit.Sub(p.app.Now())).Round(time.Second))
}

// pause waits for the next poll, and updates the progress line.
func (p *progress) pause(ctx context.Context) error {
	const often = 10 * time.Second // for a line without a terminal
	next := p.app.Now().Add(PollInterval(p.app.Now().Sub(p.begin)))
	for {
		now := p.app.Now()
		remaining := next.Sub(now)
		if remaining <= 0 {
			return nil
		}
		step := min(remaining, p.last.Add(often).Sub(now))
		if p.redraws() {
			step = min(remaining, time.Second)
		}
		if err := cli.Pause(ctx, step); err != nil {
			return err
		}
		switch {
		case p.redraws():
			p.draw()
		case p.app.Now().Sub(p.last) >= often:
			p.last = p.app.Now()
			p.app.Say("%s (%s%s).", p.line, p.elapsed(), p.left(", waiting for at most %s more"))
		}
	}
}
