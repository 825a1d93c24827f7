package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

// The limits of an unchanged Mastodon server.
const (
	defaultCharacters  = 500
	defaultMedia       = 4
	defaultAlt         = 1500
	defaultPollOptions = 4
	defaultPollOption  = 50
)

// facts are what a server says of itself.
type facts struct {
	limits    timeline.Limits
	domain    string // of its people's handles, lower case; "" when it did not say
	version   string // as it says
	streaming string // ws(s)://host, "" when it did not say
}

func defaultLimits() timeline.Limits {
	return timeline.Limits{
		Characters:  defaultCharacters,
		Unit:        "characters",
		Media:       defaultMedia,
		Alt:         defaultAlt,
		PollOptions: defaultPollOptions,
		PollOption:  defaultPollOption,
	}
}

// configuration is the same in both versions of the instance entity.
type configuration struct {
	URLs struct {
		Streaming string `json:"streaming"` // v2 only
	} `json:"urls"`
	Statuses struct {
		Characters int `json:"max_characters"`
		Media      int `json:"max_media_attachments"`
	} `json:"statuses"`
	Media struct {
		Alt int `json:"description_limit"`
	} `json:"media_attachments"`
	Polls struct {
		Options int `json:"max_options"`
		Option  int `json:"max_characters_per_option"`
	} `json:"polls"`
}

// instanceV2 is GET /api/v2/instance.
//
// Source: docs.joinmastodon.org/entities/Instance
type instanceV2 struct {
	Domain        string        `json:"domain"`
	Version       string        `json:"version"`
	Configuration configuration `json:"configuration"`
}

// instanceV1 is GET /api/v1/instance, with what the Pleroma family adds.
//
// Source: docs.joinmastodon.org/entities/V1_Instance
type instanceV1 struct {
	masto.Instance
	Configuration configuration `json:"configuration"`
	MaxTootChars  int           `json:"max_toot_chars"`
	AltLimit      int           `json:"description_limit"`
}

// facts asks the instance once, and again only when that failed.
func (b *Backend) facts(ctx context.Context, a *api) (*facts, error) {
	b.mu.Lock()
	known := b.known
	b.mu.Unlock()
	if known != nil {
		return known, nil
	}
	known, err := a.facts(ctx)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.known = known
	b.mu.Unlock()
	return known, nil
}

// facts reads the instance, by the older version of the call where the newer one
// is not there. Fields of an unexpected type are as good as missing.
func (a *api) facts(ctx context.Context) (*facts, error) {
	var raw json.RawMessage
	err := a.get(ctx, "/api/v2/instance", nil, &raw)
	if err == nil {
		return factsV2(raw), nil
	}
	switch failure("", a.base.Host, err).Code {
	case timeline.CodeOffline, timeline.CodeRateLimited, timeline.CodeInternal:
		return nil, err
	}
	if err := a.get(ctx, "/api/v1/instance", nil, &raw); err != nil {
		return nil, err
	}
	return factsV1(raw), nil
}

func factsV2(raw json.RawMessage) *facts {
	var in instanceV2
	_ = json.Unmarshal(raw, &in) // best effort, see facts
	return &facts{
		limits:    in.Configuration.limits(),
		domain:    cleanDomain(in.Domain),
		version:   in.Version,
		streaming: streamingBase(in.Configuration.URLs.Streaming),
	}
}

func factsV1(raw json.RawMessage) *facts {
	var in instanceV1
	_ = json.Unmarshal(raw, &in) // best effort, see facts
	c := in.Configuration
	c.Statuses.Characters = max(c.Statuses.Characters, in.MaxTootChars)
	c.Media.Alt = max(c.Media.Alt, in.AltLimit)
	return &facts{
		limits:    c.limits(),
		domain:    cleanDomain(in.URI),
		version:   in.Version,
		streaming: streamingBase(in.URLs["streaming_api"]),
	}
}

// limits are what the server says, Mastodon's own where it says nothing.
func (c configuration) limits() timeline.Limits {
	l := defaultLimits()
	for _, f := range []struct {
		to *int
		is int
	}{
		{&l.Characters, c.Statuses.Characters},
		{&l.Media, c.Statuses.Media},
		{&l.Alt, c.Media.Alt},
		{&l.PollOptions, c.Polls.Options},
		{&l.PollOption, c.Polls.Option},
	} {
		if f.is > 0 {
			*f.to = f.is
		}
	}
	return l
}

// cleanDomain reads a domain; the Pleroma family gives an address.
func cleanDomain(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(s), "https://"), "http://")
	s, _, _ = strings.Cut(s, "/")
	if !validHost(s) {
		return ""
	}
	return s
}

// streamingBase reads the address of the streaming server.
func streamingBase(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return ""
	}
	switch u.Scheme {
	case "wss", "ws":
	case "https":
		u.Scheme = "wss"
	case "http":
		u.Scheme = "ws"
	default:
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// software asks nodeinfo which program the server runs: its name and version, or
// what the instance says where there is no nodeinfo.
//
// Source: nodeinfo.diaspora.software/protocol.html
func (a *api) software(ctx context.Context, f *facts) timeline.Safe {
	var index struct {
		Links []struct {
			Rel  string `json:"rel"`
			Href string `json:"href"`
		} `json:"links"`
	}
	var info struct {
		Software struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"software"`
	}
	open := newAnonymous(a)
	if open.get(ctx, "/.well-known/nodeinfo", nil, &index) == nil {
		for _, l := range index.Links {
			u, err := url.Parse(l.Href)
			if err != nil || u.Host != a.base.Host || !strings.HasPrefix(l.Rel, "http://nodeinfo.diaspora.software/ns/schema/") {
				continue
			}
			if open.get(ctx, u.Path, nil, &info) == nil && info.Software.Name != "" {
				return timeline.CleanLine(info.Software.Name + " " + info.Software.Version)
			}
		}
	}
	return timeline.CleanLine("mastodon API " + f.version)
}
