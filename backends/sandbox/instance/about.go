package instance

import (
	"strings"

	"skein/backends/sandbox/world"
)

// version4 is the Mastodon whose API this is.
const version4 = "4.7.0"

// quotesAPI is the api_versions.mastodon that has quotes.
const quotesAPI = 7

type object = map[string]any

func nodeinfoIndex(c *call) (any, error) {
	return object{"links": []object{{
		"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": c.s.base + "/nodeinfo/2.0",
	}}}, nil
}

func nodeinfo(c *call) (any, error) {
	name, version := c.s.opts.Repeats.software()
	return object{
		"version": "2.0", "software": object{"name": name, "version": version},
		"protocols": []string{"activitypub"}, "services": object{"inbound": []any{}, "outbound": []any{}},
		"openRegistrations": false, "metadata": object{},
		"usage": object{"users": object{"total": len(c.s.town.people)}, "localPosts": len(c.s.town.posts)},
	}, nil
}

// configuration is what both versions of the instance entity share.
func configuration() object {
	return object{
		"accounts": object{"max_featured_tags": 10, "max_pinned_statuses": 5},
		"statuses": object{
			"max_characters": maxCharacters, "max_media_attachments": maxMedia, "characters_reserved_per_url": 23,
		},
		"media_attachments": object{
			"supported_mime_types": imageTypes(),
			"description_limit":    1500, "image_size_limit": maxImage, "image_matrix_limit": 33177600,
			"video_size_limit": 99 << 20, "video_frame_rate_limit": 120, "video_matrix_limit": 8294400,
		},
		"polls": object{
			"max_options": maxPollOptions, "max_characters_per_option": maxPollOption,
			"min_expiration": minPollSeconds, "max_expiration": 2629746,
		},
	}
}

// streamingURL is where the websocket is.
func (s *Server) streamingURL() string { return "ws" + strings.TrimPrefix(s.base, "http") }

func instanceV1(c *call) (any, error) {
	_, version := c.s.opts.Repeats.software()
	return object{
		"uri": c.s.opts.Host, "title": "The sandbox", "short_description": "A small town in memory", "description": "",
		"email": "", "version": version, "urls": object{"streaming_api": c.s.streamingURL()},
		"stats":         object{"user_count": len(c.s.town.people), "status_count": len(c.s.town.posts), "domain_count": 0},
		"thumbnail":     c.s.file(bannerName),
		"languages":     []string{"en"},
		"registrations": false, "approval_required": false, "invites_enabled": false,
		"configuration": configuration(), "contact_account": nil, "rules": []any{},
	}, nil
}

func instanceV2(c *call) (any, error) {
	config := configuration()
	config["urls"] = object{"streaming": c.s.streamingURL()}
	config["translation"] = object{"enabled": true}
	name, version := c.s.opts.Repeats.software()
	versions := object{}
	if name == "mastodon" {
		versions["mastodon"] = quotesAPI
	}
	return object{
		"domain": c.s.opts.Host, "title": "The sandbox", "version": version,
		"source_url": "https://github.com/mastodon/mastodon", "description": "A small town in memory",
		"usage":     object{"users": object{"active_month": len(c.s.town.people)}},
		"thumbnail": object{"url": c.s.file(bannerName)}, "icon": []any{}, "languages": []string{"en"},
		"configuration": config, "registrations": object{"enabled": false, "approval_required": false, "message": nil},
		"api_versions": versions,
		"contact":      object{"email": "", "account": nil}, "rules": []any{},
	}, nil
}

// account is how everybody sees p.
func (c *call) account(p *person) accountEntity {
	avatar, header := c.s.file(p.id), c.s.file(bannerName)
	e := accountEntity{
		ID: p.id, Username: p.user(), Acct: p.Handle, DisplayName: p.Name, Locked: p.Locked, Bot: p.Bot,
		Discoverable: true, Indexable: true, CreatedAt: timestamp(p.joined), Note: c.s.html([]world.Part{{Text: p.Bio}}),
		URL: c.s.profileURL(p), URI: c.s.actor(p), Avatar: avatar, AvatarStatic: avatar, Header: header, HeaderStatic: header,
		FollowingCount: len(p.follows), Emojis: c.nameEmojis(p.Name), Roles: []any{}, Fields: c.fields(p, false),
	}
	for _, other := range c.s.town.people {
		if other.follows.has(p.Key) {
			e.FollowersCount++
		}
	}
	for _, post := range c.s.town.posts {
		if post.by == p {
			e.StatusesCount++
			day := post.created.Format("2006-01-02")
			e.LastStatusAt = &day
		}
	}
	return e
}

// nameEmojis are the custom emoji that a display name holds.
func (c *call) nameEmojis(name string) []emojiEntity {
	var parts []world.Part
	for i, word := range strings.Split(name, ":") {
		if i%2 == 1 && word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" {
			parts = append(parts, world.Part{Kind: world.Emoji, Text: word})
		}
	}
	return c.emojis(parts)
}

// fields are p's lines, as HTML or as they were typed. An address is verified: the
// world's people own what they link to.
func (c *call) fields(p *person, typed bool) []fieldEntity {
	out := []fieldEntity{}
	for _, f := range p.Fields {
		e := fieldEntity{Name: f[0], Value: f[1]}
		if strings.HasPrefix(f[1], "https://") {
			at := timestamp(p.joined)
			e.VerifiedAt = &at
		}
		if !typed {
			e.Value = escape(f[1])
			if e.VerifiedAt != nil {
				e.Value = link(world.Part{Text: f[1], Target: f[1]})
			}
		}
		out = append(out, e)
	}
	return out
}
