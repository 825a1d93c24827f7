package nostr

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip05"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// nameWait is how long a domain has to confirm a NIP-05 name.
const nameWait = 5 * time.Second

// acquaintance is what relays told of a key.
type acquaintance struct {
	who     *person // nil: no profile was found
	list    []string
	answers map[string]answer
}

// meet asks relays who a key is, with the grace of pool.ask. It fails when none of them answers; one that wants a
// sign-in is there all the same.
func meet(ctx context.Context, client *transport.Client, public string, relays []string, grace time.Duration) (acquaintance, error) {
	if len(relays) == 0 {
		return acquaintance{}, timeline.Errorf(timeline.CodeUsage, "no usable relay is named: give one as wss://…")
	}
	p := newPool(client, slog.New(slog.DiscardHandler), public, relays)
	defer p.close()
	want := map[string]nostr.Filters{}
	for _, url := range relays {
		want[url] = authorFilters([]string{public}, kindProfile, kindRelays)
	}
	a := acquaintance{answers: p.ask(ctx, want, grace)}
	if err := ctx.Err(); err != nil {
		return a, err
	}
	if err := allFailed(a.answers); err != nil && timeline.CodeOf(err) != timeline.CodeAuth {
		return a, err
	}
	var profiles, lists []*nostr.Event
	for _, said := range a.answers {
		for _, e := range said.events {
			if e.Kind == kindProfile {
				profiles = append(profiles, e)
			} else {
				lists = append(lists, e)
			}
		}
	}
	if e := newest(lists)[public]; e != nil {
		l := parseRelays(e)
		a.list = relayURLs(slices.Concat(l.write, l.read), maxOwn)
	}
	if e := newest(profiles)[public]; e != nil {
		a.who = parsePerson(e)
	}
	return a, nil
}

// chooseRelays finds the person's own relays and asks whether they are right.
func (f *flow) chooseRelays(ctx context.Context) (account.Step, error) {
	if given := f.Preset[stepRelays]; given != "" {
		return f.tookRelays(ctx, account.Answer{Text: given})
	}
	var err error
	if ask := relayURLs(slices.Concat(f.hints, f.Relays), maxOwn); len(ask) > 0 {
		f.known, err = meet(ctx, f.Client, f.public, ask, askGrace)
	}
	if ctx.Err() != nil {
		return f.Fail(ctx.Err())
	}
	if _, ok := f.Preset[stepRelays]; ok {
		if err != nil {
			return f.Fail(err)
		}
		return f.tookRelays(ctx, account.Answer{Text: strings.Join(f.usual(), ",")})
	}
	help := "Where your posts are kept and read from; the ones that your configuration names.\n" +
		"A comma between them, such as: wss://relay.example, wss://nostr.example"
	switch {
	case err != nil:
		help = "None of the relays that were asked answers (" + timeline.CleanLine(err.Error()).String() + ").\n" + help
	case len(f.known.list) > 0:
		help = "The list that you have published. Change it here for skein alone, a comma between them."
	}
	return f.Ask(account.Question{Name: stepRelays, Title: "Your relays", Help: help, Default: strings.Join(f.usual(), ", ")}, f.tookRelays)
}

// usual are the relays of whoever names none.
func (f *flow) usual() []string {
	switch {
	case len(f.known.list) > 0:
		return f.known.list
	case len(f.hints) > 0:
		return relayURLs(slices.Concat(f.hints, f.Relays), maxOwn)
	}
	return f.Relays
}

func (f *flow) tookRelays(ctx context.Context, a account.Answer) (account.Step, error) {
	urls, err := readRelays(a.Text)
	if err == nil && len(urls) == 0 {
		urls = f.usual()
	}
	var seen map[string]checked
	before := f.known
	if err == nil {
		seen, err = f.visitRelays(ctx, urls)
	}
	if ctx.Err() != nil {
		return f.Fail(ctx.Err())
	}
	if err != nil {
		return f.Unserved(stepRelays, err)
	}
	f.relays = urls
	if _, given := f.Preset[stepRelays]; !given && !f.extended && len(before.list) == 0 && lacks(urls, f.known.list) {
		f.extended = true
		return f.Ask(account.Question{
			Name: stepRelays, Title: "Your relays", Default: strings.Join(f.known.list, ", "),
			Help: "At these the list was found that you have published. Is it the one?",
		}, f.tookRelays)
	}
	return f.showProfile(ctx, seen)
}

// lacks tells whether one of more is not among urls.
func lacks(urls, more []string) bool {
	return slices.ContainsFunc(more, func(u string) bool { return !slices.Contains(urls, u) })
}

// readRelays reads addresses with commas or spaces between them; wss:// may be left out.
func readRelays(said string) ([]string, error) {
	var urls []string
	for _, word := range strings.FieldsFunc(said, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		if !strings.Contains(word, "://") {
			word = "wss://" + word
		}
		u, ok := relayURL(word)
		if !ok {
			return nil, timeline.Errorf(timeline.CodeUsage, "%s is not the address of a relay: one begins with wss://", cut(word, maxRelayURL))
		}
		if !slices.Contains(urls, u) {
			urls = append(urls, u)
		}
	}
	if len(urls) > maxOwn {
		return nil, timeline.Errorf(timeline.CodeUsage, "%d relays are too many: each of them is connected to; %d are the most", len(urls), maxOwn)
	}
	return urls, nil
}

// visitRelays meets the person at their relays, and reads what these say of themselves.
// It fails when none of them answers.
func (f *flow) visitRelays(ctx context.Context, urls []string) (map[string]checked, error) {
	seen := map[string]checked{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, url := range urls {
		wg.Go(func() {
			asking, cancel := context.WithTimeout(ctx, learnWait)
			defer cancel()
			info, err := relayInfo(asking, f.Client, url)
			if err != nil {
				return // it has no such document
			}
			mu.Lock()
			defer mu.Unlock()
			seen[url] = checked{info: info}
		})
	}
	known, err := meet(ctx, f.Client, f.public, urls, -1)
	wg.Wait()
	if err != nil {
		return nil, err
	}
	for url, a := range known.answers {
		c := seen[url]
		if c.err = a.err; timeline.CodeOf(a.err) == timeline.CodeAuth {
			c.err = nil
		}
		if a.late && len(a.events) == 0 {
			c.err = timeline.Errorf(timeline.CodeOffline, "%s: no answer in time", hostOf(url))
		}
		seen[url] = c
	}
	if known.who == nil || f.known.who != nil && f.known.who.at > known.who.at {
		known.who = f.known.who
	}
	if len(known.list) == 0 {
		known.list = f.known.list
	}
	f.known = known
	return seen, nil
}

// showProfile tells who the person is, as far as it was found.
func (f *flow) showProfile(ctx context.Context, seen map[string]checked) (account.Step, error) {
	who := author(f.public, f.known.who)
	name, note := f.checkName(ctx)
	if ctx.Err() != nil {
		return f.Fail(ctx.Err())
	}
	f.handle = name.String()
	title := "You are " + who.Name.String()
	if len(f.creds) == 0 {
		title = "You read as " + who.Name.String()
	}
	if f.known.who == nil {
		title = "No profile was found"
		note = "Nothing is known yet of " + npub(f.public) + "."
	}
	lines := []string{note}
	for _, url := range f.relays {
		fact, _ := describe(hostOf(url), seen[url])
		if seen[url].err == nil {
			fact = timeline.CleanLine(hostOf(url) + " answers" + ownName(seen[url]))
		}
		lines = append(lines, fact.String())
	}
	return f.Ask(account.Notice{Name: stepProfile, Title: title, Help: strings.Join(lines, "\n")}, f.tookProfile)
}

// ownName is what a relay calls itself (NIP-11).
func ownName(c checked) string {
	if name := short(c.info.Name); name != "" {
		return ": " + name
	}
	return ""
}

// checkName asks whether the domain of the profile's NIP-05 name confirms it. The handle
// is the name, unless the domain says otherwise.
func (f *flow) checkName(ctx context.Context) (handle timeline.Safe, note string) {
	claimed := author(f.public, f.known.who)
	if f.known.who == nil || f.known.who.nip05 == "" {
		return claimed.Handle, npub(f.public)
	}
	asking, cancel := context.WithTimeout(ctx, nameWait)
	defer cancel()
	known, err := lookUpName(asking, f.names, f.known.who.nip05)
	_, domain, _ := nip05.ParseIdentifier(f.known.who.nip05)
	domain = timeline.CleanLine(domain).String()
	switch {
	case err == nil && known.key == f.public:
		return claimed.Handle, fmt.Sprintf("%s: %s confirms the name.", claimed.Handle, domain)
	case err == nil || timeline.CodeOf(err) == timeline.CodeNotFound:
		return author(f.public, nil).Handle, fmt.Sprintf("Your profile says %s, but %s does not confirm it.", claimed.Handle, domain)
	}
	return claimed.Handle, fmt.Sprintf("%s: whether that is right could not be asked (%s).", claimed.Handle, timeline.CleanLine(err.Error()))
}
