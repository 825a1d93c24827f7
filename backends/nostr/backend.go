package nostr

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/nbd-wtf/go-nostr"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// Config is what a Backend needs. Client is required; a nil Store means that no
// relay is signed in to.
type Config struct {
	Account       timeline.Account
	PubKey        string   // hex; "" reads what everybody may, without a home
	Relays        []string // the account's own; empty: DefaultRelays
	DefaultRelays []string // for people without a list
	MediaServer   string   // https address of a Blossom or NIP-96 server; "": posts carry no files
	Quorum        int      // own write relays that must have taken what is published; 0 is 1
	Store         account.Store
	Opened        *account.Opened // keys that were unlocked in this process
	Client        *transport.Client
	Log           *slog.Logger     // nil: none
	Now           func() time.Time // nil: time.Now
}

// Backend reads and writes Nostr as one account. It implements timeline.Backend,
// Streamer, Notifier, Profiler, Sectioner, Acquainter, Who, Searcher, Resolver, Checker,
// Lister, Archiver, Publisher and Learner, and is safe for concurrent use.
type Backend struct {
	cfg      Config
	own      []string // the account's own relays
	fallback []string // own and default relays, few: for people without a list
	pool     *pool

	people  *lru.Cache[string, cached[*person]]   // by public key
	lists   *lru.Cache[string, cached[relayList]] // by public key
	events  *lru.Cache[string, *nostr.Event]      // verified, by id
	deleted *lru.Cache[string, struct{}]          // event id and who asked for its deletion
	hints   *lru.Cache[string, []string]          // event id → relays said to have it
	given   *lru.Cache[string, uint64]            // event id → revision handed out by Home or Stream
	votes   *lru.Cache[string, tally]             // event id → the votes that were last read
	opened  *lru.Cache[string, hidden]            // event id of a list → its hidden part
	seekers *lru.Cache[string, cached[bool]]      // relay → whether it searches (NIP-50)
	boxes   *lru.Cache[string, cached[[]string]]  // public key → relays for messages
	letters *lru.Cache[string, letter]            // event id of a wrap → what was in it; the zero one: nothing to read

	deeds   deeds
	loading chan struct{} // held by who loads the circle
	mu      sync.Mutex
	circle  *circle
	floor   nostr.Timestamp            // the oldest time that the newest page reached
	marks   map[string]nostr.Timestamp // relay → when it was last read to the present

	facts  facts                        // what the own relays take, and whether there is a key; guarded by mu
	latest map[document]nostr.Timestamp // list → its newest that was seen or written; guarded by mu
	told   map[int]*nostr.Event         // the newest follows and mutes that came by themselves; guarded by mu

	remoteMu sync.Mutex
	remote   *bunker // nil before it is needed, and where the key is here; guarded by remoteMu
	hungUp   bool    // for good; guarded by remoteMu

	updates chan string   // ids of events to decode again: a profile or quote has arrived
	allDown time.Duration // how long a Stream bears having no relay
	pace    pace
	pauses  pauses
}

// cached is a fact and when it was asked for. A zero value stands for what nobody
// had.
type cached[V any] struct {
	v     V
	asked time.Time
}

// The sizes of the caches, in entries.
const (
	maxPeople  = 5000
	maxLists   = 5000
	maxEvents  = 4000
	maxDeleted = 10_000
	maxGiven   = 20_000
	maxOpened  = 8

	maxFallback   = 5
	updatesQueue  = 512
	streamPatient = 20 * time.Second
)

// New makes a Backend. It does no network I/O.
func New(c Config) (*Backend, error) {
	if c.PubKey != "" && !isHex(c.PubKey, 64) {
		return nil, timeline.Errorf(timeline.CodeUsage, "account %s: its public key is not 64 hex digits", c.Account.Name)
	}
	if c.Client == nil {
		return nil, errors.New("nostr: a Config needs a Client")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Quorum = max(c.Quorum, 1)
	if _, ok := webAddress(c.MediaServer); c.MediaServer != "" && !ok {
		return nil, timeline.Errorf(timeline.CodeUsage, "nostr.media_server is no web address (https://…): %s", c.MediaServer)
	}
	own := relayURLs(c.Relays, coverMax)
	defaults := relayURLs(c.DefaultRelays, maxFallback)
	if len(own) == 0 {
		own = defaults
	}
	if len(own) == 0 {
		return nil, timeline.Errorf(timeline.CodeUsage, "account %s: no usable relay is named (wss://…)", c.Account.Name)
	}
	b := &Backend{
		cfg: c, own: own,
		fallback: relayURLs(append(append([]string{}, own[:min(len(own), maxFallback)]...), defaults...), maxFallback+2),
		people:   newCache[string, cached[*person]](maxPeople),
		lists:    newCache[string, cached[relayList]](maxLists),
		events:   newCache[string, *nostr.Event](maxEvents),
		deleted:  newCache[string, struct{}](maxDeleted),
		hints:    newCache[string, []string](maxEvents),
		given:    newCache[string, uint64](maxGiven),
		votes:    newCache[string, tally](maxEvents),
		opened:   newCache[string, hidden](maxOpened),
		seekers:  newCache[string, cached[bool]](knownRelays),
		boxes:    newCache[string, cached[[]string]](maxBoxes),
		letters:  newCache[string, letter](maxLetters),
		deeds:    deeds{marks: newCache[string, mark](maxEvents)},
		loading:  make(chan struct{}, 1),
		marks:    map[string]nostr.Timestamp{},
		facts:    facts{content: defaultBytes},
		latest:   map[document]nostr.Timestamp{},
		told:     map[int]*nostr.Event{},
		updates:  make(chan string, updatesQueue),
		allDown:  streamPatient,
		pace:     usualPace,
		pauses:   usualPauses,
	}
	b.pool = newPool(c.Client, c.Log, c.PubKey, own)
	if c.Store != nil {
		b.pool.sign = b.sign
	}
	return b, nil
}

func newPool(client *transport.Client, log *slog.Logger, me string, own []string) *pool {
	p := &pool{
		client: client, log: log, me: me, own: map[string]bool{}, verify: newVerifier(), backoff: fullJitter, wait: askTimeout, grace: askGrace,
		changed: make(chan struct{}, 1), relays: map[string]*relay{},
	}
	for _, u := range own {
		p.own[u] = true
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// Account implements timeline.Backend.
func (b *Backend) Account() timeline.Account { return b.cfg.Account }

// Close implements timeline.Backend: it ends all connections and waits for them.
func (b *Backend) Close() error {
	b.pool.close()
	b.hangUp()
	return nil
}

func (b *Backend) stamp() nostr.Timestamp { return nostr.Timestamp(b.cfg.Now().Unix()) }

// wrap makes sure that what leaves the adapter is a *timeline.Error that says what
// was tried.
func (b *Backend) wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	te := timeline.AsError(err)
	return fmt.Errorf("%s of %s: %w", what, b.cfg.Account.Name, te)
}
