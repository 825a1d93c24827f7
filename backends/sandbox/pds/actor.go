package pds

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/atdata"
)

// actor finds the person that a request asks about. The server's mu is held.
func (s *Server) actor(c *call) (*person, error) {
	name, err := c.required("actor")
	if err != nil {
		return nil, err
	}
	if p := s.lookup(name); p != nil {
		return p, nil
	}
	return nil, invalid("Profile not found")
}

func (s *Server) getProfile(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, err := s.actor(c)
	if err != nil {
		return nil, err
	}
	return s.profileDetailed(c.viewer, p), nil
}

func (s *Server) getProfiles(c *call) (any, error) {
	const most = 25
	actors := c.query["actors"]
	if len(actors) == 0 || len(actors) > most {
		return nil, invalid("Error: actors must have between 1 and %d elements", most)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	profiles := []object{}
	for _, name := range actors {
		if p := s.lookup(name); p != nil {
			profiles = append(profiles, s.profileDetailed(c.viewer, p))
		}
	}
	return object{"profiles": profiles}, nil
}

func (s *Server) getPreferences(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if c.viewer.preferences == nil {
		return object{"preferences": []object{}}, nil
	}
	return object{"preferences": c.viewer.preferences}, nil
}

// putPreferences replaces them all, as the real one does.
func (s *Server) putPreferences(c *call) (any, error) {
	var in struct {
		Preferences []json.RawMessage `json:"preferences"`
	}
	if err := c.input(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.viewer.preferences = in.Preferences
	return nil, nil
}

// Below: views of people. The server's mu is held.

// profileBasic is app.bsky.actor.defs#profileViewBasic, which is a profileView
// too.
func (s *Server) profileBasic(viewer, p *person) object {
	profile := s.profileRecord(p)
	out := object{"did": p.did, "handle": p.handle, "labels": []object{}}
	if name := dig(profile.value, "displayName"); name != "" {
		out["displayName"] = name
	}
	if cid := blobCID(profile.value["avatar"]); cid != "" {
		out["avatar"] = s.imageURL("avatar", p.did, cid)
	}
	if !profile.created.IsZero() {
		out["createdAt"] = stamp(profile.created)
	}
	if viewer != nil {
		state := object{"muted": s.muted(viewer, p.did), "blockedBy": s.by(p, link{colBlock, viewer.did}) != nil}
		if b := s.by(viewer, link{colBlock, p.did}); b != nil {
			state["blocking"] = b.uri
		}
		if f := s.by(viewer, link{colFollow, p.did}); f != nil {
			state["following"] = f.uri
		}
		if f := s.by(p, link{colFollow, viewer.did}); f != nil {
			state["followedBy"] = f.uri
		}
		out["viewer"] = state
	}
	return out
}

// profileView is app.bsky.actor.defs#profileView.
func (s *Server) profileView(viewer, p *person) object {
	out := s.profileBasic(viewer, p)
	out["description"] = dig(s.profileRecord(p).value, "description")
	return out
}

// everybody are those who live here, in the order of their handles.
func (s *Server) everybody() []*person {
	return slices.SortedFunc(maps.Values(s.people), func(a, b *person) int { return strings.Compare(a.handle, b.handle) })
}

func (s *Server) profileDetailed(viewer, p *person) object {
	profile := s.profileRecord(p)
	out := s.profileView(viewer, p)
	out["followersCount"] = len(s.about[link{colFollow, p.did}])
	out["followsCount"] = len(s.about[link{"follower", p.did}])
	out["postsCount"] = len(s.about[link{"author", p.did}])
	out["indexedAt"] = stamp(profile.indexed)
	if pinned, ok := profile.value["pinnedPost"].(object); ok {
		out["pinnedPost"] = pinned
	}
	return out
}

// profileRecord is what a person says of themselves; an empty one when they
// deleted it.
func (s *Server) profileRecord(p *person) *record {
	if r := s.records["at://"+p.did+"/"+colProfile+"/self"]; r != nil {
		return r
	}
	return &record{value: object{}, indexed: time.Unix(0, 0)}
}

// blobCID is the name of the blob that a record refers to, "" when it is none.
func blobCID(v any) string {
	if b, ok := v.(atdata.Blob); ok {
		return b.Ref.String()
	}
	return ""
}
