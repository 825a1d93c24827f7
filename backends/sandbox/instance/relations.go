package instance

import (
	"net/http"
	"time"
)

// relate has the viewer do something about the person in the path.
func relate(do func(c *call, who *person) error) answer {
	return func(c *call) (any, error) {
		who := c.s.town.byID[c.PathValue("id")]
		if who == nil {
			return nil, errNotFound()
		}
		if err := do(c, who); err != nil {
			return nil, err
		}
		return c.relationship(who), nil
	}
}

// relations are the verbs of /api/v1/accounts/:id.
func relations() map[string]func(*call, *person) error {
	return map[string]func(*call, *person) error{
		"follow": follow, "unfollow": unfollow, "mute": mute, "unmute": unmute, "block": block, "unblock": unblock,
	}
}

// follow follows, or asks to where somebody decides for themselves.
//
// Source: app/services/follow_service.rb
func follow(c *call, who *person) error {
	switch {
	case who == c.viewer, c.viewer.blocks.has(who.Key), who.blocks.has(c.viewer.Key):
		return refusal{http.StatusForbidden, "This action is not allowed"}
	case who.Locked && !c.viewer.follows.has(who.Key):
		c.viewer.asked[who.Key] = true
		c.s.town.notify(who, noticeRequest, c.viewer, nil, c.s.opts.Now())
	default:
		if !c.viewer.follows.has(who.Key) {
			c.s.town.notify(who, noticeFollow, c.viewer, nil, c.s.opts.Now())
		}
		tie(c.s.town, c.viewer.follows, who.Key)
	}
	c.s.announceNotices()
	return nil
}

func unfollow(c *call, who *person) error {
	c.viewer.leave(who)
	return nil
}

func (p *person) leave(who *person) {
	delete(p.follows, who.Key)
	delete(p.asked, who.Key)
}

// mute mutes; of oneself nothing comes, and that is no error.
//
// Source: app/services/mute_service.rb
func mute(c *call, who *person) error {
	if who != c.viewer {
		tie(c.s.town, c.viewer.mutes, who.Key)
		delete(c.viewer.muteEnds, who.Key)
		if s := c.muteFor(); s > 0 {
			c.viewer.muteEnds[who.Key] = c.s.opts.Now().Add(time.Duration(s) * time.Second)
		}
	}
	return nil
}

func unmute(c *call, who *person) error {
	delete(c.viewer.mutes, who.Key)
	delete(c.viewer.muteEnds, who.Key)
	return nil
}

// block blocks, which ends the follows between the two.
//
// Source: app/services/block_service.rb
func block(c *call, who *person) error {
	if who != c.viewer {
		c.viewer.leave(who)
		who.leave(c.viewer)
		tie(c.s.town, c.viewer.blocks, who.Key)
	}
	return nil
}

func unblock(c *call, who *person) error {
	delete(c.viewer.blocks, who.Key)
	return nil
}

func relationships(c *call) (any, error) {
	out := []relationshipEntity{}
	q := c.URL.Query()
	for _, id := range append(q["id[]"], q["id"]...) {
		who := c.s.town.byID[id]
		if who == nil {
			continue
		}
		out = append(out, c.relationship(who))
	}
	return out, nil
}

func (c *call) relationship(who *person) relationshipEntity {
	v := c.viewer
	return relationshipEntity{
		ID: who.id, Following: v.follows.has(who.Key), ShowingReblogs: v.follows.has(who.Key),
		FollowedBy: who.follows.has(v.Key), Requested: v.asked[who.Key], RequestedBy: who.asked[v.Key],
		Muting: v.mutes.has(who.Key), MutingNotifications: v.mutes.has(who.Key),
		Blocking: v.blocks.has(who.Key), BlockedBy: who.blocks.has(v.Key),
	}
}
