package nostr

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nbd-wtf/go-nostr/nip11"

	"skein/config/account"
	"skein/timeline"
)

const (
	defaultBytes = 64 << 10        // most relays cap an event at it
	envelope     = 4 << 10         // of a message: all that is not the text
	learnWait    = 3 * time.Second // how long a relay has to tell its limits

	mostFiles      = 10
	mostOptions    = 20
	longestOption  = 100
	longestAltText = 2000 // characters; a reader that shows more is not known
)

// facts are what the own relays take, and why the account cannot write.
type facts struct {
	content  int // bytes of a text
	message  int // bytes of a message that at least one relay takes; 0 when not all say
	readOnly timeline.Safe
	learned  bool
}

var errReadOnly = &timeline.Error{
	Code:    timeline.CodeAuth,
	Message: timeline.Literal("the account can only read: it was added without its private key"),
	Err:     account.ErrNoCredentials,
}

// Limits implements timeline.Backend: the bytes of a text, 64 KiB unless an own
// relay's NIP-11 document, read by Learn or Check, says less.
func (b *Backend) Limits() timeline.Limits {
	b.mu.Lock()
	f := b.facts
	b.mu.Unlock()
	l := timeline.Limits{
		Bytes: f.content, Unit: "bytes", Alt: longestAltText,
		PollOptions: mostOptions, PollOption: longestOption,
		Message: timeline.Size{Bytes: mostMessage},
		Whole:   true, ReadOnly: f.readOnly, Assumed: !f.learned,
	}
	if b.cfg.MediaServer != "" {
		l.Media = mostFiles
	}
	return l
}

// Learn implements timeline.Learner: the own relays' NIP-11 documents, and whether
// somebody signs for the account. A relay that has no such document, or does not
// answer within three seconds, is taken to have the usual limits; it is an error
// when none can be reached.
func (b *Backend) Learn(ctx context.Context) error {
	b.mu.Lock()
	learned := b.facts.learned
	b.mu.Unlock()
	if learned {
		return nil
	}
	const what = "limits"
	var readOnly timeline.Safe
	switch _, err := b.signer(ctx); {
	case errors.Is(err, account.ErrNoCredentials):
		readOnly = errReadOnly.Message
	case errors.Is(err, errLocked):
		if b.cfg.Opened.Declined(string(b.cfg.Account.ID)) {
			readOnly = timeline.Literal("the account can only read until skein is started again: its key was left locked")
		}
	case err != nil:
		return b.wrap(what, err)
	}
	b.mu.Lock()
	b.facts.readOnly = readOnly
	b.mu.Unlock()
	infos, err := b.relayInfos(ctx)
	if err != nil {
		return b.wrap(what, err)
	}
	b.measure(infos)
	return nil
}

// relayInfos asks all own relays; those that say nothing are empty. It fails when
// every one of them is out of reach.
func (b *Backend) relayInfos(ctx context.Context) ([]nip11.RelayInformationDocument, error) {
	asking, cancel := context.WithTimeout(ctx, learnWait)
	defer cancel()
	infos := make([]nip11.RelayInformationDocument, len(b.own))
	errs := make([]error, len(b.own))
	var wg sync.WaitGroup
	for i, url := range b.own {
		wg.Go(func() { infos[i], errs[i] = relayInfo(asking, b.cfg.Client, url) })
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	answers := map[string]answer{}
	for i, url := range b.own {
		if timeline.CodeOf(errs[i]) == timeline.CodeOffline {
			answers[url] = answer{err: errs[i]}
		} else {
			answers[url] = answer{}
		}
	}
	return infos, allFailed(answers)
}

// measure keeps the strictest limits.
func (b *Backend) measure(infos []nip11.RelayInformationDocument) {
	f := facts{content: defaultBytes, learned: true}
	silent := false
	for _, info := range infos {
		l := info.Limitation
		if l == nil || l.MaxMessageLength <= 0 {
			silent = true
		} else {
			f.content = min(f.content, max(l.MaxMessageLength-envelope, l.MaxMessageLength/2))
			f.message = max(f.message, l.MaxMessageLength)
		}
		if l != nil && l.MaxContentLength > 0 {
			f.content = min(f.content, l.MaxContentLength)
		}
	}
	if silent {
		f.message = 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	f.readOnly = b.facts.readOnly
	b.facts = f
}
