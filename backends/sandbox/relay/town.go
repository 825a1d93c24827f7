package relay

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/sandbox/world"
)

// strangers are people whom nobody follows: they like, boost and vote.
const strangers = 12

// town is what the relays of one sandbox share: the people, their keys, and which
// event each post became.
type town struct {
	servers []*Server
	people  map[string]citizen
	extras  []citizen // strangers

	mu    sync.Mutex
	posts map[string]*nostr.Event
}

type citizen struct {
	world.Person
	secret, public string
	homes          []int // indexes of the servers that hold what they write
}

// newCitizen derives the keys from the name.
func newCitizen(p world.Person) (citizen, error) {
	sum := sha256.Sum256([]byte("skein sandbox: the Nostr key of " + p.Key))
	secret := hex.EncodeToString(sum[:])
	public, err := nostr.GetPublicKey(secret)
	if err != nil {
		return citizen{}, fmt.Errorf("key of %s: %w", p.Key, err)
	}
	return citizen{Person: p, secret: secret, public: public}, nil
}

func newTown(w *world.World, servers []*Server) (*town, error) {
	t := &town{servers: servers, people: map[string]citizen{}, posts: map[string]*nostr.Event{}}
	for _, p := range w.People {
		if p.Network != world.Nostr {
			continue
		}
		c, err := newCitizen(p)
		if err != nil {
			return nil, err
		}
		n, i := len(servers), len(t.people)
		c.homes = []int{i % n}
		if n > 1 {
			c.homes = append(c.homes, (i+1)%n)
		}
		t.people[p.Key] = c
	}
	for i := range strangers {
		c, err := newCitizen(world.Person{Key: fmt.Sprintf("stranger %d", i)})
		if err != nil {
			return nil, err
		}
		t.extras = append(t.extras, c)
	}
	return t, t.settle(w, servers[0].opts.Now())
}

// settle stocks the relays with everybody's lists and posts.
func (t *town) settle(w *world.World, now time.Time) error {
	for _, p := range w.People {
		c, ok := t.people[p.Key]
		if p.Network != world.Nostr || !ok {
			continue
		}
		events, err := t.introduce(c, now)
		if err != nil {
			return err
		}
		for _, e := range events {
			for i := range t.servers {
				t.servers[i].shelf.add(e)
			}
		}
	}
	if err := t.arrange(w, now); err != nil {
		return err
	}
	for _, p := range w.Posts {
		if p.Network != world.Nostr {
			continue
		}
		if err := t.publish(p, now.Add(-p.Age)); err != nil {
			return err
		}
	}
	if err := t.deliverAll(w.Messages, now); err != nil {
		return err
	}
	for _, d := range w.Deeds {
		if d.Network != world.Nostr {
			continue
		}
		if err := t.do(d, now.Add(-d.Age)); err != nil {
			return err
		}
	}
	return t.pin(w, now)
}

// pin publishes what people keep on top of their profiles (NIP-51, kind 10001).
func (t *town) pin(w *world.World, now time.Time) error {
	const kindPinned = 10001
	pinned := map[string]nostr.Tags{}
	for _, p := range w.Posts {
		if p.Network == world.Nostr && p.Pinned {
			pinned[p.By] = append(pinned[p.By], nostr.Tag{"e", t.eventID(p.Key)})
		}
	}
	for key, tags := range pinned {
		c := t.people[key]
		e, err := sign(c, now.Add(-time.Hour), kindPinned, tags, "")
		if err != nil {
			return err
		}
		for _, i := range c.homes {
			t.servers[i].shelf.add(e)
		}
	}
	return nil
}

// publish signs a post and what others made of it, and puts all of it on the
// author's relays.
func (t *town) publish(p world.Post, at time.Time) error {
	author, ok := t.people[p.By]
	if !ok || p.Network != world.Nostr {
		return fmt.Errorf("post %s: nobody called %q lives on Nostr here", p.Key, p.By)
	}
	t.mu.Lock()
	events, err := t.compose(p, author, at)
	if err == nil {
		t.posts[p.Key] = events[0]
	}
	t.mu.Unlock()
	if err != nil {
		return fmt.Errorf("post %s: %w", p.Key, err)
	}
	you := t.people[world.Viewer]
	for _, e := range events {
		t.spread(e, author)
		if e.Tags.FindWithValue("p", you.public) != nil { // it goes where they read, too (NIP-65)
			t.spread(e, you)
		}
	}
	return nil
}

func (t *town) eventID(post string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.posts[post]; ok {
		return e.ID
	}
	return ""
}

// relays are the addresses of somebody's write relays.
func (t *town) relays(c citizen) []string {
	var urls []string
	for _, i := range c.homes {
		urls = append(urls, t.servers[i].URL())
	}
	return urls
}

// sign makes an event of one person. Text that is no UTF-8 could not be sent as JSON
// without changing, and its id with it.
func sign(c citizen, at time.Time, kind int, tags nostr.Tags, content string) (*nostr.Event, error) {
	content = strings.ToValidUTF8(content, "\uFFFD")
	for _, tag := range tags {
		for i := range tag {
			tag[i] = strings.ToValidUTF8(tag[i], "\uFFFD")
		}
	}
	e := &nostr.Event{CreatedAt: nostr.Timestamp(at.Unix()), Kind: kind, Tags: tags, Content: content}
	if err := e.Sign(c.secret); err != nil {
		return nil, fmt.Errorf("sign for %s: %w", c.Key, err)
	}
	return e, nil
}
