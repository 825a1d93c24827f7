package nostr

import (
	"context"
	"slices"
	"strings"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

var _ timeline.Filterer = (*Backend)(nil)

// unwanted are the words, tags and threads of a mute list (NIP-51, kind 10000), its
// hidden part included. It does not change.
type unwanted struct {
	words   *timeline.Mutes
	threads map[string]bool // ids of their roots
}

// unwantedIn reads the entries of a mute list that are no people.
func (b *Backend) unwantedIn(entries nostr.Tags) unwanted {
	u := unwanted{threads: map[string]bool{}}
	var list []timeline.Mute
	for _, t := range entries {
		switch word, ok := mutedEntry(t); {
		case ok:
			list = append(list, timeline.Mute{Kind: timeline.MuteWord, Word: word})
		case t[0] == "e" && isHex(item(t, 1), 64):
			u.threads[t[1]] = true
		}
	}
	own := []timeline.Account{{Network: timeline.Nostr, Author: b.cfg.PubKey}}
	u.words = timeline.NewMutes(list, own, b.cfg.Now())
	return u
}

// mutedEntry is the word or the #tag of an entry, as skein has them; ok is false where
// it is neither.
func mutedEntry(t nostr.Tag) (word string, ok bool) {
	if len(t) < 2 || t[0] != "word" && t[0] != "t" {
		return "", false
	}
	word = strings.TrimPrefix(timeline.CleanLine(cut(t[1], timeline.MaxMuteWord)).String(), "#")
	if t[0] == "t" {
		word = "#" + word
	}
	return word, timeline.MuteWordKey(strings.TrimPrefix(word, "#")) != ""
}

// filter notes on a post of somebody else why the account's mute list hides it.
func (u unwanted) filter(p *timeline.Post, me string) {
	c := p.Content()
	if p.Author.ID == me || len(p.Views) == 0 {
		return
	}
	if why, hidden := u.words.Hides(p); hidden {
		p.Views[0].Filtered = timeline.CleanLine(why.Mute.What().String() + ", which you muted on Nostr")
		c.Views[0].Filtered = p.Views[0].Filtered
		return
	}
	if c.Root != nil && u.threads[c.Root.ID.Local] || u.threads[c.ID.Local] {
		c.Views[0].Filtered = timeline.Literal("a thread that you muted on Nostr")
	}
}

// unwanted is what the circle's mute list says, as far as it was read.
func (b *Backend) unwanted() unwanted {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.circle == nil {
		return unwanted{}
	}
	return b.circle.mutes.unwanted
}

// Filters implements timeline.Filterer: the words, tags and threads of the newest mute
// list that a quorum of relays shows, with the hidden part where that can be read.
func (b *Backend) Filters(ctx context.Context) ([]timeline.Filter, error) {
	const what = "mute list"
	if b.cfg.PubKey == "" {
		return nil, nil
	}
	own, err := b.writeRelays(ctx)
	if err != nil {
		return nil, b.wrap(what, err)
	}
	list, err := b.newestList(ctx, document{Kind: kindMutes}, relayURLs(slices.Concat(own, b.own), maxOutlets))
	if list == nil || err != nil {
		return nil, b.wrap(what, err)
	}
	h, err := b.hidden(ctx, list)
	if err != nil {
		return nil, b.wrap(what, err)
	}
	var out []timeline.Filter
	add := func(entries nostr.Tags, where timeline.Safe) {
		for _, t := range entries {
			switch word, ok := mutedEntry(t); {
			case ok:
				m := timeline.Mute{Kind: timeline.MuteWord, Word: word}
				out = append(out, timeline.Filter{What: m.What(), Where: where, Hides: true})
			case t[0] == "e" && isHex(item(t, 1), 64):
				out = append(out, timeline.Filter{What: timeline.CleanLine("thread " + t[1][:cursorDigits]), Where: where, Hides: true})
			}
		}
	}
	add(list.Tags, timeline.Literal("for all to read"))
	add(h.tags(), timeline.Literal("hidden from others"))
	return out, nil
}
