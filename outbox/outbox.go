package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"skein/outbox/media"
	"skein/timeline"
	"skein/timeline/sqlite"
)

// Options configure an Outbox. Dir, Open and Accounts are required.
type Options struct {
	Dir string // holds outbox.db, copies of files and lock files; private to the person
	// Open gives the backend of an account: one per account and process, shared with
	// whoever else reads. The outbox does not close it.
	Open     timeline.Opener
	Accounts []timeline.Account
	Sink     timeline.Sink // nil: nobody watches
	Now      func() time.Time
	Rand     func() float64 // in [0,1), for the jitter of back-off
	Log      *slog.Logger
	// Fit makes an attachment ready for a network with these limits and writes it to
	// dir under a name made of what it holds; nil: media.Fit. Tests turn it.
	Fit func(ctx context.Context, a timeline.Attachment, l timeline.Limits, dir string) (timeline.Attachment, error)
}

// Outbox is the journal of what is written, and what sends it. All methods are
// safe for concurrent use, and by several processes at once.
type Outbox struct {
	opts     Options
	path     string // of outbox.db
	files    string // the folder of copied files
	accounts atomic.Pointer[[]timeline.Account]
	db       *sql.DB
	ear      *sql.Conn // hears by PRAGMA data_version that other connections have committed
	owner    *owner
	now      func() time.Time
	trap     atomic.Pointer[func(point string) error] // tests' end of the process; nil otherwise

	life context.Context // ends with Close
	end  context.CancelFunc
	runs sync.WaitGroup // Run and Drain

	turn chan struct{} // held by the one who writes

	telling sync.Mutex
	told    map[int64]int64 // delivery: the last change of it that was told

	hearing sync.Mutex
	heard   int64 // changes of others up to this one are told

	mu      sync.Mutex
	closed  bool
	news    chan struct{}              // closed at the next commit or end of work
	flights map[int64]flight           // deliveries that this process is at
	busy    map[timeline.AccountID]int // of them, for each account
}

// flight is a delivery that is being worked on.
type flight struct {
	account timeline.AccountID
	cancel  context.CancelFunc
}

// Open opens the outbox in o.Dir, or begins one. It fails with an *Error of
// timeline when the folder cannot be written, or holds what this skein cannot
// read; a damaged journal is left as it is.
func Open(ctx context.Context, o Options) (*Outbox, error) {
	fillIn(&o)
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	b := &Outbox{
		opts: o, path: filepath.Join(o.Dir, "outbox.db"), files: filepath.Join(o.Dir, "files"),
		now: o.Now, life: life, end: end,
		turn: make(chan struct{}, 1), told: map[int64]int64{}, news: make(chan struct{}),
		flights: map[int64]flight{}, busy: map[timeline.AccountID]int{},
	}
	b.SetAccounts(o.Accounts)
	if err := b.open(ctx); err != nil {
		return nil, sqlite.Explain(errors.Join(err, b.release()), b.path)
	}
	return b, nil
}

// SetAccounts says which accounts there are from now on.
func (o *Outbox) SetAccounts(accounts []timeline.Account) {
	accounts = slices.Clone(accounts)
	o.accounts.Store(&accounts)
}

// known is one of the accounts that there are.
func (o *Outbox) known(id timeline.AccountID) (timeline.Account, bool) {
	all := *o.accounts.Load()
	if i := slices.IndexFunc(all, func(a timeline.Account) bool { return a.ID == id }); i >= 0 {
		return all[i], true
	}
	return timeline.Account{}, false
}

func fillIn(o *Options) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Fit == nil {
		o.Fit = media.Fit
	}
}

func (o *Outbox) open(ctx context.Context) (err error) {
	o.db, err = sqlite.Open(ctx, sqlite.Options{Path: o.path, Migrations: migrations(), Precious: true, Conns: connections})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.files, 0o700); err != nil {
		return fmt.Errorf("making %s: %w", o.files, err)
	}
	if o.owner, err = newOwner(filepath.Join(o.opts.Dir, "owners")); err != nil {
		return err
	}
	o.owner.sweep()
	if o.ear, err = o.db.Conn(ctx); err != nil {
		return fmt.Errorf("opening %s: %w", o.path, err)
	}
	if err := o.db.QueryRowContext(ctx, "SELECT n FROM change").Scan(&o.heard); err != nil {
		return fmt.Errorf("reading %s: %w", o.path, err)
	}
	return nil
}

// connections is how many there are to the journal: one hears, one writes, the
// others read.
const connections = 5

// Close ends what is being sent, as far as the network lets it, and writes down
// how it stands; another process, or the next start, goes on.
func (o *Outbox) Close() error {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return nil
	}
	o.closed = true
	o.mu.Unlock()
	o.end()
	o.runs.Wait()
	err := o.disown(context.WithoutCancel(o.life), nil)
	return errors.Join(err, o.release())
}

// release lets go of everything that open has taken.
func (o *Outbox) release() error {
	o.end()
	var errs []error
	if o.ear != nil {
		errs = append(errs, o.ear.Close())
	}
	if o.db != nil {
		errs = append(errs, o.db.Close())
	}
	if o.owner != nil {
		errs = append(errs, o.owner.close())
	}
	return errors.Join(errs...)
}

// signal wakes everybody who waits for news.
func (o *Outbox) signal() {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.news)
	o.news = make(chan struct{})
}

// await returns what is closed at the next news. It is asked for before looking at
// how things stand.
func (o *Outbox) await() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.news
}

// version changes when another connection has committed, in whatever process.
func (o *Outbox) version(ctx context.Context) (v int64, err error) {
	// Not called off: an interrupted connection is closed, and would hear no more.
	err = o.ear.QueryRowContext(context.WithoutCancel(ctx), "PRAGMA data_version").Scan(&v)
	if err != nil {
		return 0, fmt.Errorf("listening to %s: %w", o.path, err)
	}
	return v, nil
}
