package pds

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/sandbox/world"
)

const profileAge = 400 * 24 * time.Hour // how long ago people joined

// person is somebody with an account here.
type person struct {
	world.Person
	did, handle, password string
	avatar                *blob
	seen                  time.Time         // up to when notifications were
	preferences           []json.RawMessage // app.bsky.actor.defs#preferences
}

// lookup finds a person by DID or handle. The server's mu is held.
func (s *Server) lookup(actor string) *person {
	if p, ok := s.people[actor]; ok {
		return p
	}
	return s.handles[strings.ToLower(actor)]
}

// populate moves the world in. It runs before anybody else can call.
func (s *Server) populate(w *world.World) error {
	for _, p := range w.People {
		if p.Network == world.Bluesky {
			if err := s.settle(p); err != nil {
				return fmt.Errorf("person %s: %w", p.Key, err)
			}
		}
	}
	for _, p := range s.keys {
		for i, other := range p.Follows {
			if err := s.follow(p, other, i); err != nil {
				return fmt.Errorf("person %s follows %s: %w", p.Key, other, err)
			}
		}
	}
	if err := s.arrange(w); err != nil {
		return err
	}
	now := s.opts.Now()
	for _, p := range w.Posts {
		if p.Network != world.Bluesky {
			continue
		}
		if err := s.publish(p, now.Add(-p.Age)); err != nil {
			return fmt.Errorf("post %s: %w", p.Key, err)
		}
	}
	for _, m := range w.Messages {
		if m.Network != world.Bluesky {
			continue
		}
		if err := s.Write(m, now.Add(-m.Age)); err != nil {
			return err
		}
	}
	for _, d := range w.Deeds {
		if d.Network != world.Bluesky {
			continue
		}
		if err := s.do(d, now.Add(-d.Age)); err != nil {
			return fmt.Errorf("%s of %s: %w", d.Does, d.By, err)
		}
	}
	return nil
}

func (s *Server) settle(p world.Person) error {
	seed := sha256.Sum256([]byte("skein sandbox: " + p.Key))
	handle, err := syntax.ParseHandle(p.Handle + "." + s.opts.HandleDomain)
	if err != nil {
		return err
	}
	secret := hex.EncodeToString(seed[16:24])
	own := &person{
		Person: p, handle: handle.Normalize().String(),
		did:      "did:plc:" + strings.ToLower(base32.StdEncoding.EncodeToString(seed[:15])), // 15 bytes are 24 letters
		password: secret[:4] + "-" + secret[4:8] + "-" + secret[8:12] + "-" + secret[12:],
	}
	const avatarSize = 160
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.Human)) // a hash never fails
	if own.avatar, err = s.painting(world.Picture{Seed: int(h.Sum32() >> 1), Width: avatarSize, Height: avatarSize}); err != nil {
		return err
	}
	s.people[own.did], s.handles[own.handle], s.keys[p.Key] = own, own, own
	if err := own.mutes(p.MutedWords); err != nil {
		return err
	}
	return s.put(own, colProfile, "self", s.opts.Now().Add(-profileAge), object{
		"displayName": strings.ToValidUTF8(p.Name, "\uFFFD"), "description": strings.ToValidUTF8(p.Bio, "\uFFFD"),
		"avatar": own.avatar.value(),
	})
}

// mutes puts muted words among somebody's preferences.
func (p *person) mutes(words []string) error {
	if len(words) == 0 {
		return nil
	}
	var items []object
	for i, w := range words {
		items = append(items, object{"id": fmt.Sprint(i), "value": w, "targets": []string{"content", "tag"}, "actorTarget": "all"})
	}
	raw, err := json.Marshal(object{"$type": "app.bsky.actor.defs#mutedWordsPref", "items": items})
	p.preferences = append(p.preferences, raw)
	return err
}

func (s *Server) follow(p *person, key string, n int) error {
	other, ok := s.keys[key]
	if !ok {
		return fmt.Errorf("nobody is called %q", key)
	}
	at := s.opts.Now().Add(-profileAge + time.Duration(n)*time.Hour)
	return s.put(p, colFollow, "", at, object{"subject": other.did})
}

// put stores a record as its author's client would have made it at a time.
func (s *Server) put(p *person, collection, rkey string, at time.Time, value object) error {
	r, err := s.compose(p, collection, rkey, at, value)
	if err != nil {
		return err
	}
	s.store(r)
	return nil
}

func (s *Server) compose(p *person, collection, rkey string, at time.Time, value object) (*record, error) {
	at = at.UTC().Truncate(time.Millisecond)
	value["$type"], value["createdAt"] = collection, at.Format(syntax.AtprotoDatetimeLayout)
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	parsed, err := atdata.UnmarshalJSON(raw)
	if err != nil {
		return nil, err
	}
	for clock := uint(0); rkey == ""; clock++ { // records of one moment differ in the clock's number
		tid := syntax.NewTIDFromTime(at, clock).String()
		if s.records["at://"+p.did+"/"+collection+"/"+tid] == nil {
			rkey = tid
		}
	}
	r, err := s.newRecord(p.did, collection, rkey, parsed)
	if err != nil {
		return nil, err
	}
	r.indexed = at
	return r, nil
}

// Publish writes a post of the world now: the trickle.
func (s *Server) Publish(p world.Post) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.publish(p, s.opts.Now()); err != nil {
		return fmt.Errorf("bluesky sandbox: post %s: %w", p.Key, err)
	}
	return nil
}

// publish writes a post or a repost with its likes. The server's mu is held, or
// nobody else can call yet.
func (s *Server) publish(p world.Post, at time.Time) error {
	author, ok := s.keys[p.By]
	if !ok {
		return fmt.Errorf("nobody is called %q", p.By)
	}
	collection, value := colPost, object(nil)
	var err error
	if p.BoostOf != "" {
		collection = colRepost
		var of *record
		if of, err = s.post(p.BoostOf); err == nil {
			value = object{"subject": of.ref()}
		}
	} else {
		value, err = s.postValue(p)
	}
	if err != nil {
		return err
	}
	r, err := s.compose(author, collection, "", at, value)
	if err != nil {
		return err
	}
	r.likes, r.boosts = max(0, p.Likes-len(p.LikedBy)), p.Boosts // likes of those who live here are records of their own
	s.store(r)
	s.posts[p.Key] = r.uri
	for n, key := range p.LikedBy {
		if err := s.put(s.keys[key], colLike, "", at.Add(time.Duration(n+1)*time.Minute), object{"subject": r.ref()}); err != nil {
			return err
		}
	}
	if p.Pinned {
		if err := s.pin(author, r); err != nil {
			return err
		}
	}
	if viewer := s.keys[world.Viewer]; p.LikedByYou && viewer != nil {
		r.likes = max(0, r.likes-1) // the viewer's like is a record of its own
		return s.put(viewer, colLike, "", at.Add(time.Minute), object{"subject": r.ref()})
	}
	return nil
}

// pin puts a post on top of its author's profile.
func (s *Server) pin(author *person, r *record) error {
	was := s.profileRecord(author)
	value := object{"pinnedPost": r.ref()}
	for name, v := range was.value {
		if name != "avatar" {
			value[name] = v
		}
	}
	if author.avatar != nil {
		value["avatar"] = author.avatar.value()
	}
	return s.put(author, colProfile, "self", was.created, value)
}

// post finds a post by its key in the world.
func (s *Server) post(key string) (*record, error) {
	r := s.records[s.posts[key]]
	if r == nil {
		return nil, fmt.Errorf("no post is called %q", key)
	}
	return r, nil
}
