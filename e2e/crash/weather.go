package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"skein/e2e/crash/fault"
)

// weather is how a network treats the requests of one run.
type weather struct {
	seed     uint64
	writes   float64 // probability that a write suffers
	reads    float64 // and a read
	outages  int     // times that it goes down
	kinds    []fault.Kind
	outageIn time.Duration // mean time to the next, and how long one lasts
}

// lateMost is the longest that a late request is late.
const lateMost = 250 * time.Millisecond

// drawWeather is fair on one network of three.
func drawWeather(r *rand.Rand) weather {
	w := weather{seed: r.Uint64(), outageIn: 150 * time.Millisecond}
	if r.IntN(3) == 0 {
		return w
	}
	w.writes = 0.1 + 0.6*r.Float64()
	w.reads = w.writes / 4
	w.outages = r.IntN(3)
	all := []fault.Kind{
		fault.Delay, fault.Reset, fault.CutRequest, fault.DropAnswer, fault.CutAnswer, fault.SpoilAnswer,
		fault.Late, fault.Unavailable, fault.TooMany, fault.DoneAndError, fault.Silence,
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	w.kinds = all[:2+r.IntN(4)]
	return w
}

// chooser decides by chance. Its choices for a proxy's n-th request are the same
// in each run of a seed.
func (w weather) chooser(proxy int) fault.Chooser {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(w.seed, uint64(proxy))) //nolint:gosec // G404: a run has to be repeatable
	return func(q fault.Request) fault.Fault {
		mu.Lock()
		defer mu.Unlock()
		chance := w.reads
		if q.Write() {
			chance = w.writes
		}
		if r.Float64() >= chance {
			return fault.Fault{}
		}
		return fault.Fault{
			Kind:  w.kinds[r.IntN(len(w.kinds))],
			After: time.Duration(r.Int64N(int64(lateMost))),
		}
	}
}

// blow takes the proxies down and up until ctx ends or the outages are over.
func (w weather) blow(ctx context.Context, proxies []*fault.Proxy) error {
	r := rand.New(rand.NewPCG(w.seed, 1<<32)) //nolint:gosec // G404: as above
	for range w.outages {
		if !sleep(ctx, time.Duration(r.Int64N(int64(2*w.outageIn)))) {
			return nil
		}
		p := proxies[r.IntN(len(proxies))]
		p.Down()
		sleep(ctx, time.Duration(r.Int64N(int64(2*w.outageIn)))) // up again even when it was cut short
		if err := p.Up(); err != nil {                           //nolint:contextcheck // it listens until Down
			return err
		}
	}
	return nil
}

// sleep tells whether the whole time has passed.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
