package bulk

import (
	"math"
	"time"
)

const (
	firstRate = 20.0 // requests a second
	doubling  = 200 * time.Millisecond
	growth    = 0.04 // a second, once the service has said that it was too much
	easing    = 0.9
	window    = 500 * time.Millisecond // in which rates are measured
	catchUp   = 20 * time.Millisecond  // how late requests may be and still be sent at once
	lowest    = 1.0
	highest   = 100_000.0
)

// A pace spreads requests over time. It doubles its rate until the service
// refuses one for their number, then keeps a little below what the service was
// seen to accept, and rises slowly again. A pause of all requests would waste
// capacity of the service.
type pace struct {
	rate    float64
	since   time.Time // when rate was set
	limited bool      // the service has refused one
	usual   float64   // what it takes, on the whole
	next    time.Time // when the next request may be sent
	begin   time.Time // of the first answer

	sent, taken []time.Time // within the window: requests, and answers that were no refusals
}

func newPace(now time.Time) *pace {
	return &pace{rate: firstRate, since: now, next: now}
}

// send counts a request and says when the next may follow.
func (p *pace) send(now time.Time) {
	if late := now.Add(-catchUp); p.next.Before(late) {
		p.next = late
	}
	p.next = p.next.Add(time.Duration(float64(time.Second) / p.rateAt(now)))
	p.sent = append(recent(p.sent, now), now)
}

// hold lets no request follow before a time.
func (p *pace) hold(until time.Time) {
	if p.next.Before(until) {
		p.next = until
	}
}

// rateAt is the rate at a time. Far below what the service takes usually, as
// after a while in which it took nothing, it doubles every second.
func (p *pace) rateAt(now time.Time) float64 {
	elapsed := now.Sub(p.since).Seconds()
	if !p.limited {
		return min(p.rate*math.Exp2(elapsed/doubling.Seconds()), highest)
	}
	if known := p.usual / 2; p.rate < known || p.usual == 0 {
		back := math.Log2(known / p.rate) // seconds
		if p.usual == 0 || elapsed < back {
			return min(p.rate*math.Exp2(elapsed), highest)
		}
		return known * (1 + growth*(elapsed-back))
	}
	return min(p.rate*(1+growth*elapsed), highest)
}

// took counts an answer that was no refusal.
func (p *pace) took(now time.Time) {
	if p.begin.IsZero() {
		p.begin = now
	}
	p.taken = append(recent(p.taken, now), now)
}

// refused slows down after a request, sent at a time, that the service refused
// for the number of requests. What was sent before the last change of the rate
// says nothing about the new one.
func (p *pace) refused(sent, now time.Time) {
	if p.limited && sent.Before(p.since) {
		return
	}
	good := p.goodput(now)
	p.rate = max(easing*good, p.sending(now)/2, lowest)
	switch {
	case p.usual == 0:
		p.usual = good
	case good > 0:
		p.usual += (good - p.usual) / 8
	}
	p.since, p.limited = now, true
}

// goodput is what the service took lately.
func (p *pace) goodput(now time.Time) float64 {
	p.taken = recent(p.taken, now)
	if p.begin.IsZero() {
		return 0
	}
	span := min(max(now.Sub(p.begin), doubling), window)
	return float64(len(p.taken)) / span.Seconds()
}

// sending is how fast requests were sent lately.
func (p *pace) sending(now time.Time) float64 {
	p.sent = recent(p.sent, now)
	n := 0
	for _, at := range p.sent {
		if now.Sub(at) <= doubling {
			n++
		}
	}
	return min(p.rateAt(now), float64(n)/doubling.Seconds())
}

// recent drops the times that are out of the window.
func recent(times []time.Time, now time.Time) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) > window {
		times = times[1:]
	}
	return times
}
