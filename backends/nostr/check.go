package nostr

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip11"

	"skein/backends/transport"
	"skein/timeline"
)

const maxNIP11 = 256 << 10 // bytes of a relay's information document

// checked is what Check found out about one relay.
type checked struct {
	took time.Duration
	err  error
	info nip11.RelayInformationDocument
}

// Check implements timeline.Checker: each own relay answers a request for the
// account's profile, and says in its NIP-11 document what it runs and allows.
// It is an error when no relay answers.
func (b *Backend) Check(ctx context.Context) (timeline.Report, error) {
	const what = "check"
	results := make([]checked, len(b.own))
	var wg sync.WaitGroup
	for i, url := range b.own {
		wg.Go(func() { results[i] = b.checkRelay(ctx, url) })
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return timeline.Report{}, b.wrap(what, err)
	}
	s, err := b.signer(ctx)
	r := timeline.Report{ReadOnly: err != nil && !errors.Is(err, errLocked)}
	b.fetchPeople(ctx, []string{b.cfg.PubKey})
	who := author(b.cfg.PubKey, b.person(b.cfg.PubKey))
	r.Handle = who.Handle
	answers := map[string]answer{}
	var infos []nip11.RelayInformationDocument
	for i, c := range results {
		answers[b.own[i]] = answer{err: c.err}
		fact, software := describe(hostOf(b.own[i]), c)
		r.Facts = append(r.Facts, fact)
		if c.err == nil && r.Software.Empty() {
			r.Software = software
		}
		infos = append(infos, c.info)
	}
	if err := allFailed(answers); err != nil {
		return r, b.wrap(what, err)
	}
	b.measure(infos)
	if far, ok := s.(*bunker); ok {
		r.Facts = append(r.Facts, timeline.CleanLine("bunker at "+hostOf(far.at.relays[0])+": "+far.standing(ctx)))
	}
	return r, nil
}

// standing asks a remote signer whether it is there.
func (b *bunker) standing(ctx context.Context) string {
	start := time.Now()
	if err := b.ping(ctx); err != nil {
		return timeline.AsError(err).Error()
	}
	return fmt.Sprintf("answered in %d ms", time.Since(start).Milliseconds())
}

func (b *Backend) checkRelay(ctx context.Context, url string) checked {
	var c checked
	start := time.Now()
	filters := nostr.Filters{{Kinds: []int{kindProfile}, Authors: []string{b.cfg.PubKey}, Limit: 1}}
	a := b.ask(ctx, map[string]nostr.Filters{url: filters})[url]
	c.took, c.err = time.Since(start), a.err
	if a.late {
		c.err = timeline.Errorf(timeline.CodeOffline, "%s: no answer in time", hostOf(url))
	}
	info, err := relayInfo(ctx, b.cfg.Client, url)
	if err == nil {
		c.info = info
	}
	return c
}

// relayInfo reads a relay's NIP-11 document.
func relayInfo(ctx context.Context, client *transport.Client, url string) (nip11.RelayInformationDocument, error) {
	var info nip11.RelayInformationDocument
	address := "http" + strings.TrimPrefix(url, "ws")
	err := getJSON(ctx, client.HTTP(), address, "application/nostr+json", maxNIP11, &info)
	return info, err
}

// describe words what was found, for doctor.
func describe(host string, c checked) (fact, software timeline.Safe) {
	name := short(path.Base(strings.TrimSuffix(c.info.Software, ".git")))
	if c.info.Software == "" {
		name = "unknown software"
	}
	software = timeline.CleanLine(fmt.Sprintf("%s: %s %s", host, name, short(c.info.Version)))
	if c.err != nil {
		var te *timeline.Error
		if errors.As(c.err, &te) && strings.HasPrefix(te.Message.String(), host) {
			return te.Message, software
		}
		return timeline.CleanLine(fmt.Sprintf("%s: %v", host, c.err)), software
	}
	notes := ""
	if l := c.info.Limitation; l != nil {
		if l.MaxContentLength > 0 {
			notes += fmt.Sprintf(", %d bytes a post", l.MaxContentLength)
		}
		if l.AuthRequired {
			notes += ", asks for a sign-in"
		}
		if l.PaymentRequired {
			notes += ", asks for payment"
		}
	}
	return timeline.CleanLine(fmt.Sprintf("%s, answered in %d ms%s", software, c.took.Milliseconds(), notes)), software
}
