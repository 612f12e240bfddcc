package bulkcmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/astra-admin/astra/pkg/cli"
)

// Progress shows how many rows are done: with a bar that is redrawn where standard error
// is a terminal, else with a line every ten seconds.
type Progress struct {
	app         *cli.App
	doing       string
	done, total int
	last        time.Time
}

// StartProgress shows a bar. doing is a word such as Inviting.
func StartProgress(app *cli.App, doing string, total int) *Progress {
	p := &Progress{app: app, doing: doing, total: total, last: app.Now()}
	if total > 0 {
		p.draw()
	}
	return p
}

// Step counts one more row.
func (p *Progress) Step() {
	p.done++
	interval := 10 * time.Second
	if p.isDrawn() {
		interval = 100 * time.Millisecond
	}
	if now := p.app.Now(); now.Sub(p.last) >= interval {
		p.last = now
		p.draw()
	}
}

// End removes the bar. The command prints the results.
func (p *Progress) End() {
	if p.isDrawn() && !p.app.Globals.Quiet {
		fmt.Fprint(p.app.Err, "\r\x1b[K")
	}
}

func (p *Progress) isDrawn() bool { return p.app.Terminal.Err && !p.app.IsPlain() }

func (p *Progress) draw() {
	switch {
	case p.app.Globals.Quiet:
	case p.isDrawn():
		const width = 30
		full := width * p.done / max(p.total, 1)
		bar := strings.Repeat("█", full) + strings.Repeat("░", width-full)
		fmt.Fprintf(p.app.Err, "\r\x1b[K%s %s %d of %d", p.doing, bar, p.done, p.total)
	default:
		p.app.Say("%s: %s of %s.", p.doing, fmt.Sprint(p.done), fmt.Sprint(p.total))
	}
}
