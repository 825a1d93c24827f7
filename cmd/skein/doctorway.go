package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"skein/backends"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// When the way to a server is worth a warning.
const (
	mostSkew   = 90 * time.Second    // of our clock: signatures and one-time codes live for minutes
	leastValid = 14 * 24 * time.Hour // of a certificate: it should have been renewed by then
)

// checkWays looks at the way to each server and relay of the accounts, all at once.
// What is wrong there is told by the account, too, unless others serve it: so it is a
// warning.
func (a *app) checkWays(ctx context.Context, records []account.Record) []checkResult {
	var ways []way
	for _, r := range records {
		for _, address := range backends.Addresses(r, a.config.Nostr.Relays) {
			w := way{address, a.clientOf(r)} // what an account reaches by its proxy, nobody else is to see
			if !slices.Contains(ways, w) {
				ways = append(ways, w)
			}
		}
	}
	results := make([]checkResult, len(ways))
	var wg sync.WaitGroup
	for i, w := range ways {
		wg.Go(func() { results[i] = a.checkWay(ctx, w) })
	}
	wg.Wait()
	return results
}

// way is a server, and the client that goes there.
type way struct {
	address string
	client  *transport.Client
}

func (a *app) checkWay(ctx context.Context, w way) checkResult {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	r := checkResult{What: w.address, Result: good}
	u, err := url.Parse(w.address)
	if err == nil {
		r.What = u.Host
	}
	p, err := w.client.Probe(ctx, w.address)
	steps := stepsOf(p)
	if err != nil {
		r.Result, r.Code = warning, timeline.CodeOf(err)
		came := "not even a connection"
		if len(steps) > 0 {
			came = strings.Join(steps, ", ") + ", then no further"
		}
		r.Message, r.Facts = timeline.CleanLine(err.Error()), []timeline.Safe{timeline.CleanLine(came)}
		return r
	}
	r.Message = timeline.CleanLine(strings.Join(steps, ", "))
	for _, advice := range advise(p, a.now()) {
		r.Result, r.Facts = warning, append(r.Facts, timeline.CleanLine(advice))
	}
	if left, ok := w.client.Allowance(u.Host); ok {
		r.Facts = append(r.Facts, timeline.CleanLine(fmt.Sprintf("%d of %d requests left until %s",
			left.Left, left.Limit, left.Until.Local().Format("15:04"))))
		if left.Left*10 < left.Limit {
			r.Result = warning
		}
	}
	return r
}

// stepsOf words how long each step took.
func stepsOf(p transport.Probed) (steps []string) {
	took := func(what string, d time.Duration) {
		if d > 0 {
			steps = append(steps, fmt.Sprintf("%s %d ms", what, max(1, d.Milliseconds())))
		}
	}
	if p.Proxy != "" {
		steps = append(steps, "through the proxy "+p.Proxy)
	}
	took("DNS", p.Resolve)
	took("connection", p.Connect)
	if p.TLS != "" {
		took(p.TLS, p.Shake)
	}
	took("answer", p.Answer)
	return steps
}

// advise tells what is odd on the way, and what to do about it.
func advise(p transport.Probed, now time.Time) (all []string) {
	if skew := p.Skew.Abs(); p.Told && skew > mostSkew {
		where := "ahead of"
		if p.Skew < 0 {
			where = "behind"
		}
		all = append(all, fmt.Sprintf("this machine's clock is %s %s the server's: set it, or sign-ins and posts may be refused", skew, where))
	}
	if left := p.Expires.Sub(now); !p.Expires.IsZero() && left < leastValid {
		all = append(all, fmt.Sprintf("the server's certificate ends on %s: whoever runs it should renew it", p.Expires.Local().Format("2 January")))
	}
	return all
}
