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

// progress tells people of a database that changes: on a line that is redrawn
// where standard error is a terminal, else on a line at the beginning, every ten
// seconds and at the end.
type progress struct {
	app         *cli.App
	doing       string
	begin, last time.Time
	line        string
	strange     bool // an unknown status was told of
	unseen      bool // so was a look that failed
}

func newProgress(app *cli.App, doing string) *progress {
	return &progress{app: app, doing: doing, begin: app.Now()}
}

func (p *progress) drawn() bool {
	return p.app.Terminal.Err && !p.app.Plain() && !p.app.Globals.Quiet
}

// tell shows how far it is.
func (p *progress) tell(d devops.Database) {
	if d.State() == devops.StateUnknown && d.Status != "" && !p.strange {
		p.strange = true
		p.clear()
		p.app.Warn("%s has the unknown status %s; still waiting", d.Name, d.Status)
	}
	p.line = fmt.Sprintf("%s: %s", cli.Sentence(p.doing), strings.ToLower(d.Status))
	switch {
	case p.drawn():
		p.draw()
	case p.last.IsZero():
		p.last = p.app.Now()
		p.app.Say("%s.", p.line)
	}
}

// blind says, once for each outage, that a look failed and that there will be others.
func (p *progress) blind(why error) {
	if p.unseen {
		return
	}
	p.unseen = true
	p.clear()
	p.app.Warn("%s: status unavailable: %v; retrying", cli.Sentence(p.doing), why)
}

// seen notes that a look succeeded.
func (p *progress) seen() { p.unseen = false }

func (p *progress) draw() {
	text := []rune(output.Sanitize(fmt.Sprintf("%s (%s)", p.line, p.elapsed())))
	if width := p.app.Terminal.ErrWidth; width > 0 && len(text) >= width {
		text = text[:width-1] // a line that wraps cannot be redrawn
	}
	fmt.Fprintf(p.app.Err, "\r\x1b[K%s", string(text))
}

// end says that it is done. A database that is asleep cannot be used yet, which is
// what was wanted if parks is set.
func (p *progress) end(d devops.Database, parks bool) {
	p.clear()
	if asleep := p.app.Asleep(d); asleep != "" && !parks {
		p.app.Say("%s: done; %s.", cli.Sentence(p.doing), asleep)
		return
	}
	p.app.Say("%s: done, %s is %s (%s).", cli.Sentence(p.doing), d.Name, strings.ToLower(d.Status), p.elapsed())
}

// clear takes a drawn line away.
func (p *progress) clear() {
	if p.drawn() && p.line != "" {
		fmt.Fprint(p.app.Err, "\r\x1b[K")
		p.line = ""
	}
}

func (p *progress) elapsed() time.Duration { return p.app.Now().Sub(p.begin).Round(time.Second) }

// pause waits until the next look: the longer it takes, the longer. Meanwhile it
// goes on telling.
func (p *progress) pause(ctx context.Context) error {
	const often = 10 * time.Second
	next := p.app.Now().Add(min(max(p.app.Now().Sub(p.begin)/4, 200*time.Millisecond), often))
	for {
		now := p.app.Now()
		left := next.Sub(now)
		if left <= 0 {
			return nil
		}
		step := min(left, p.last.Add(often).Sub(now))
		if p.drawn() {
			step = min(left, time.Second)
		}
		if err := cli.Pause(ctx, step); err != nil {
			return err
		}
		switch {
		case p.drawn():
			p.draw()
		case p.app.Now().Sub(p.last) >= often:
			p.last = p.app.Now()
			p.app.Say("%s (%s).", p.line, p.elapsed())
		}
	}
}
