package cli

import (
	"fmt"
	"strings"
	"time"
)

// Progress tells people how far a command of many rows is: on a line that is
// redrawn where standard error is a terminal, else on one line every ten
// seconds.
type Progress struct {
	app         *App
	doing       string
	done, total int
	last        time.Time
}

// Progress begins to tell. doing is a word such as Inviting.
func (a *App) Progress(doing string, total int) *Progress {
	p := &Progress{app: a, doing: doing, total: total, last: a.Now()}
	if total > 0 {
		p.warnPending()
	}
	return p
}

// Step says that one more row is done.
func (p *Progress) Step() {
	p.done++
	often := 10 * time.Second
	if p.drawn() {
		often = 100 * time.Millisecond
	}
	if now := p.app.Now(); now.Sub(p.last) >= often {
		p.last = now
		p.warnPending()
	}
}

// End takes a drawn line away. What came of the rows is for the command to say.
func (p *Progress) End() {
	if p.drawn() && !p.app.Globals.Quiet {
		fmt.Fprint(p.app.Err, "\r\x1b[K")
	}
}

func (p *Progress) drawn() bool { return p.app.Terminal.Err && !p.app.Plain() }

func (p *Progress) warnPending() {
	switch {
	case p.app.Globals.Quiet:
	case p.drawn():
		const width = 30
		full := width * p.done / max(p.total, 1)
		bar := strings.Repeat("█", full) + strings.Repeat("░", width-full)
		fmt.Fprintf(p.app.Err, "\r\x1b[K%s %s %d of %d", p.doing, bar, p.done, p.total)
	default:
		p.app.Say("%s: %s of %s.", p.doing, fmt.Sprint(p.done), fmt.Sprint(p.total))
	}
}
