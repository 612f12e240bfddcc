package bulk

import (
	"math"
	"time"
)

const (
	firstRate = 20.0 // requests per second
	doubling  = 200 * time.Millisecond
	growth    = 0.04 // per second, after the first 429
	easing    = 0.9
	window    = 500 * time.Millisecond // over which rates are measured
	catchUp   = 20 * time.Millisecond  // maximum delay after which requests are sent at once
	lowest    = 1.0
	highest   = 100_000.0
)

// pace spreads requests over time. It doubles its rate until the first 429,
// then stays slightly below the observed capacity and rises slowly. Pausing all
// requests would waste capacity.
type pace struct {
	rate     float64
	since    time.Time // time when rate was set
	limited  bool      // a request got a 429
	capacity float64   // observed capacity
	next     time.Time // earliest time of the next request
	begin    time.Time // time of the first response

	sent, accepted []time.Time // within the window: requests, and responses other than 429
}

func newPace(now time.Time) *pace {
	return &pace{rate: firstRate, since: now, next: now}
}

// send counts a request and computes the time of the next.
func (p *pace) send(now time.Time) {
	if late := now.Add(-catchUp); p.next.Before(late) {
		p.next = late
	}
	p.next = p.next.Add(time.Duration(float64(time.Second) / p.rateAt(now)))
	p.sent = append(withinWindow(p.sent, now), now)
}

// hold delays the next request until a time.
func (p *pace) hold(until time.Time) {
	if p.next.Before(until) {
		p.next = until
	}
}

// rateAt returns the rate at a time. Far below the usual capacity, for instance
// after an outage, it doubles every second.
func (p *pace) rateAt(now time.Time) float64 {
	elapsed := now.Sub(p.since).Seconds()
	if !p.limited {
		return min(p.rate*math.Exp2(elapsed/doubling.Seconds()), highest)
	}
	if known := p.capacity / 2; p.rate < known || p.capacity == 0 {
		back := math.Log2(known / p.rate) // in seconds
		if p.capacity == 0 || elapsed < back {
			return min(p.rate*math.Exp2(elapsed), highest)
		}
		return known * (1 + growth*(elapsed-back))
	}
	return min(p.rate*(1+growth*elapsed), highest)
}

// accept counts a response other than 429.
func (p *pace) accept(now time.Time) {
	if p.begin.IsZero() {
		p.begin = now
	}
	p.accepted = append(withinWindow(p.accepted, now), now)
}

// slowDown slows down after a 429 for a request sent at a time. Requests sent
// before the last change of the rate are ignored.
func (p *pace) slowDown(sent, now time.Time) {
	if p.limited && sent.Before(p.since) {
		return
	}
	good := p.goodput(now)
	p.rate = max(easing*good, p.sendRate(now)/2, lowest)
	switch {
	case p.capacity == 0:
		p.capacity = good
	case good > 0:
		p.capacity += (good - p.capacity) / 8
	}
	p.since, p.limited = now, true
}

// goodput returns the rate of accepted requests in the window.
func (p *pace) goodput(now time.Time) float64 {
	p.accepted = withinWindow(p.accepted, now)
	if p.begin.IsZero() {
		return 0
	}
	span := min(max(now.Sub(p.begin), doubling), window)
	return float64(len(p.accepted)) / span.Seconds()
}

// sendRate returns the rate of sent requests in the window.
func (p *pace) sendRate(now time.Time) float64 {
	p.sent = withinWindow(p.sent, now)
	n := 0
	for _, at := range p.sent {
		if now.Sub(at) <= doubling {
			n++
		}
	}
	return min(p.rateAt(now), float64(n)/doubling.Seconds())
}

// withinWindow removes times outside of the window.
func withinWindow(times []time.Time, now time.Time) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) > window {
		times = times[1:]
	}
	return times
}
