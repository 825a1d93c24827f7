// Command crash proves "exactly once": it kills skein in the middle of its work,
// again and again, on networks that lose requests and answers, and then compares
// what was asked, what the outbox says and what the networks have.
//
//	go run ./crash -seeds 1000           runs with seeds 1 to 1000 on the sandbox
//	go run ./crash -first 77 -seeds 1 -v one run again, told step by step
//	go run ./crash -real -seeds 50       on a real Bluesky network and real relays
//
// A run is drawn from its seed (script.go): commands of up to four people at once,
// where each is killed, how each network fails, what sort of server Mastodon is.
// At its end all faults are lifted, the outbox is drained, and any post that is
// there twice, or not at all, is told with the seed. The exit code is 1 then.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"skein/e2e/crash/fault"
)

// options are those of the command line.
type options struct {
	seeds, first int64
	workers      int
	real         bool
	verbose      bool
	keep         bool
	sabotage     sabotage
}

func main() {
	var o options
	flag.Int64Var(&o.seeds, "seeds", 100, "how many runs")
	flag.Int64Var(&o.first, "first", 1, "the seed of the first")
	flag.IntVar(&o.workers, "workers", 2, "how many runs at once")
	flag.BoolVar(&o.real, "real", false, "on a real Bluesky network and real relays")
	flag.BoolVar(&o.verbose, "v", false, "tell every command of every run")
	flag.BoolVar(&o.keep, "keep", false, "leave the homes of failed runs behind")
	flag.StringVar((*string)(&o.sabotage), "sabotage", "", "break the promise behind skein's back, which has to be found: double or lose")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	total, err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
	}
	if err != nil || len(total.failed) > 0 {
		os.Exit(1)
	}
}

// run plays all seeds and prints what came of them.
func run(ctx context.Context, o options, out io.Writer) (*tally, error) {
	total, counts := newTally(), &fault.Counts{}
	theatre, err := open(ctx, o, counts)
	if err != nil {
		return total, err
	}
	defer theatre.close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	seeds := make(chan int64)
	go func() {
		defer close(seeds)
		for seed := o.first; seed < o.first+o.seeds; seed++ {
			select {
			case seeds <- seed:
			case <-ctx.Done():
				return
			}
		}
	}()
	var mu sync.Mutex
	var errs []error
	var workers sync.WaitGroup
	for range o.workers {
		workers.Go(func() {
			err := theatre.work(ctx, seeds, func(r outcome) {
				mu.Lock()
				defer mu.Unlock()
				r.script.servers.ShortSessions = r.script.servers.ShortSessions && !o.real // real ones are as they are
				total.add(r)
				tell(out, r, o.verbose)
			})
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
				cancel()
			}
		})
	}
	workers.Wait()
	errs = append(errs, total.print(out, counts.All()))
	return total, errors.Join(errs...)
}

// tell prints what went wrong in a run, and with verbose all of it.
func tell(out io.Writer, r outcome, verbose bool) {
	if verbose {
		_, _ = fmt.Fprint(out, r.script)
		for _, line := range r.log {
			_, _ = fmt.Fprintln(out, line)
		}
	}
	for _, v := range r.found {
		_, _ = fmt.Fprintf(out, "seed %d (Mastodon %s): %s; again: go run ./crash -first %d -seeds 1 -v\n",
			r.script.seed, r.script.servers.Mastodon, v, r.script.seed)
	}
	for _, b := range r.broken {
		if !verbose {
			b, _, _ = strings.Cut(b, "\n") // a dump of a program may follow
		}
		_, _ = fmt.Fprintf(out, "seed %d: %s\n", r.script.seed, b)
	}
}
