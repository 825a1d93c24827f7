package relay

import (
	"strings"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/sandbox/world"
)

// arrange gives the viewer their follow sets and followed tags (NIP-51, kinds 30000 and
// 10015), on their own relays.
func (t *town) arrange(w *world.World, now time.Time) error {
	const kindInterests, kindFollowSet = 10015, 30000
	you, ok := t.people[world.Viewer]
	if !ok {
		return nil
	}
	at := now.Add(-60 * 24 * time.Hour)
	put := func(kind int, tags nostr.Tags) error {
		e, err := sign(you, at, kind, tags, "")
		if err != nil {
			return err
		}
		for _, i := range you.homes {
			t.servers[i].shelf.add(e)
		}
		return nil
	}
	for _, l := range w.Lists {
		if l.Network != world.Nostr {
			continue
		}
		tags := nostr.Tags{{"d", strings.ToLower(l.Name)}, {"title", l.Name}}
		for _, key := range l.People {
			tags = append(tags, nostr.Tag{"p", t.people[key].public})
		}
		if err := put(kindFollowSet, tags); err != nil {
			return err
		}
	}
	var followed nostr.Tags
	for _, tag := range w.Tags {
		followed = append(followed, nostr.Tag{"t", tag})
	}
	return put(kindInterests, followed)
}
