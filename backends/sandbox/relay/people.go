package relay

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/sandbox/world"
)

const avatarSide = 96 // pixels

// introduce makes somebody's kinds 0, 3, 10002 and 10050, dated before all posts.
func (t *town) introduce(c citizen, now time.Time) ([]*nostr.Event, error) {
	const longAgo = 90 * 24 * time.Hour
	at := now.Add(-longAgo)
	about := map[string]any{
		"name":         c.Handle,
		"display_name": c.Name,
		"about":        c.Bio,
		"nip05":        c.Handle + "@nostr.example",
		"picture":      t.servers[0].HTTP() + "/picture/" + pictureName(world.Picture{Seed: len(c.Key) * 31, Width: avatarSide, Height: avatarSide}),
	}
	if c.Bot {
		about["bot"] = true
	}
	for _, f := range c.Fields {
		if _, taken := about["website"]; !taken {
			about["website"] = f[1]
		}
	}
	content, err := json.Marshal(about)
	if err != nil {
		return nil, fmt.Errorf("profile of %s: %w", c.Key, err)
	}
	var follows, lists nostr.Tags
	for _, key := range c.Follows {
		if f, ok := t.people[key]; ok {
			follows = append(follows, nostr.Tag{"p", f.public, t.relays(f)[0], f.Handle})
		}
	}
	for _, url := range t.relays(c) {
		lists = append(lists, nostr.Tag{"r", url})
	}
	var events []*nostr.Event
	for _, e := range []struct {
		kind    int
		tags    nostr.Tags
		content string
	}{
		{nostr.KindProfileMetadata, nil, string(content)},
		{nostr.KindFollowList, follows, ""},
		{nostr.KindRelayListMetadata, lists, ""},
		{nostr.KindDMRelayList, t.mailbox(c), ""},
	} {
		ev, err := sign(c, at, e.kind, e.tags, e.content)
		if err != nil {
			return nil, err
		}
		events = append(events, ev)
	}
	return events, nil
}

// farFuture are posts of the people, by their own hands, dated 2100.
func (t *town) farFuture() []*nostr.Event {
	at := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	var events []*nostr.Event
	for _, c := range t.people {
		if e, err := sign(c, at, nostr.KindTextNote, nil, "Greetings from the year 2100"); err == nil {
			events = append(events, e)
		}
	}
	return events
}

// uninvited are posts by somebody whom nobody asked about.
func (t *town) uninvited() []*nostr.Event {
	var events []*nostr.Event
	for i, c := range t.extras {
		at := t.servers[0].opts.Now().Add(-time.Duration(i) * time.Minute)
		if e, err := sign(c, at, nostr.KindTextNote, nil, Forged+": nobody asked for this"); err == nil {
			events = append(events, e)
		}
	}
	return events
}
