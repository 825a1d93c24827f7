// Command bench measures what skein promises about time and memory, beside the least
// that the same work can take and beside other programs that do it.
//
//	go run ./bench -out ../BENCHMARKS.md   everything, with a million posts kept
//	go run ./bench -only 'start|post'      some of it
//	go run ./bench -quick                  all of it in small, to see that it works
//
// The servers are the sandbox's, on this machine, in a process of their own. Programs
// to compare with are told to be missing where they are; -peers installs them.
// Everything else that is needed is built from this tree and thrown away at the end.
//
// The bench knows skein from outside: its flags, its screen, its processes. It looks
// inside only to fill a cache, which is itself one of the figures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"syscall"
	"time"

	"skein/e2e/stand"
)

// options are those of the command line.
type options struct {
	quick bool
	peers bool
	real  bool
	posts int
	out   string
	only  string
}

// How many posts the large cache has.
const (
	defaultPosts = 1_000_000
	quickPosts   = 3_000
)

func main() {
	var o options
	flag.BoolVar(&o.quick, "quick", false, "small sizes, few runs, no goals")
	flag.BoolVar(&o.peers, "peers", false, "install the programs to compare with first")
	flag.BoolVar(&o.real, "real", false, "also read a real Bluesky network and real relays")
	flag.IntVar(&o.posts, "posts", defaultPosts, "how many posts the large cache has")
	flag.StringVar(&o.out, "out", "", "write the report to a FILE, too")
	flag.StringVar(&o.only, "only", "", "only the studies whose name this REGEX matches")
	flag.Parse()
	if o.quick {
		o.posts = min(o.posts, quickPosts)
	}
	log.SetOutput(io.Discard) // the relays' stores tell it of their migrations
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures, prints the report and writes it where o says. What could not be
// measured does not keep the rest from being told.
func run(ctx context.Context, o options, out io.Writer) error {
	r, err := measureAll(ctx, o, out)
	if err != nil {
		return err
	}
	text := r.markdown()
	if _, err := fmt.Fprint(out, "\n"+text); err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	if o.out != "" {
		if err := os.WriteFile(o.out, []byte(text), 0o644); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return r.failure()
}

// bench is one run of the command.
type bench struct {
	options
	dir      string // everything's own, removed at the end
	source   string // skein's module
	skein    string // the program
	launcher string // see launch
	stand    *stand.Stand
	progress io.Writer
	town     *town  // nil until servers is called
	shelf    *shelf // nil until full is called
}

// studies are those to be made, in the order in which they are told. The last one
// stops the sandbox's servers.
func (o options) studies() []study {
	all := []study{startStudy(), timelineStudy(), tootStudy(), postStudy(), cacheStudy(), cachedStudy(), searchStudy(), tuiStudy(), galeStudy(), offlineStudy()}
	if o.real {
		all = slices.Insert(all, 2, realStudy())
	}
	return all
}

// measureAll runs the studies that were chosen.
func measureAll(ctx context.Context, o options, progress io.Writer) (_ report, err error) {
	chosen, err := regexp.Compile(o.only)
	if err != nil {
		return report{}, fmt.Errorf("-only: %w", err)
	}
	b := &bench{options: o, progress: progress, stand: stand.New(ctx)}
	if b.dir, err = os.MkdirTemp("", "skein-bench-"); err != nil {
		return report{}, fmt.Errorf("a folder for the bench: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	defer b.stand.End()
	r := report{machine: look(ctx), began: time.Now(), options: o}
	if err := b.prepare(ctx); err != nil {
		return r, err
	}
	for _, s := range o.studies() {
		if !chosen.MatchString(s.name) {
			continue
		}
		began := time.Now()
		figures, err := s.run(ctx, b)
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		r.add(s, figures, err)
		b.tell("%s: %d figures in %s", s.name, len(figures), time.Since(began).Round(100*time.Millisecond))
	}
	r.ended, r.load, r.commit = time.Now(), load(), commit(ctx, b.source)
	return r, nil
}

// tell says how the work goes on.
func (b *bench) tell(format string, args ...any) {
	_, _ = fmt.Fprintf(b.progress, format+"\n", args...) // nobody waits for it
}

// rounds is how often to measure: n times, or a few to see that it works.
func (b *bench) rounds(n int) int {
	if b.quick {
		return min(n, 2)
	}
	return n
}
