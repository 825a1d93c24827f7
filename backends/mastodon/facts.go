package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

// The limits of an unchanged Mastodon server.
const (
	defaultCharacters   = 500
	defaultMedia        = 4
	defaultAlt          = 1500
	defaultPollOptions  = 4
	defaultPollOption   = 50
	defaultPerURL       = 23
	defaultPollShortest = 5 * time.Minute
	defaultPollLongest  = 2629746 * time.Second
	defaultImageBytes   = 16 << 20
	defaultImagePixels  = 33_177_600
	defaultVideoBytes   = 99 << 20
)

// quotesVersion is the api_versions.mastodon that has quotes: Mastodon 4.5.
const quotesVersion = 7

// facts are what a server says of itself.
type facts struct {
	limits     timeline.Limits
	perURL     int    // characters that an address counts for; 0: each of its own
	quotes     bool   // the server takes quotes
	translates bool   // the server has posts translated
	domain     string // of its people's handles, lower case; "" when it did not say
	version    string // as it says
	streaming  string // ws(s)://host, "" when it did not say
}

func defaultLimits() timeline.Limits {
	return timeline.Limits{
		Characters:  defaultCharacters,
		Unit:        "characters",
		Media:       defaultMedia,
		Alt:         defaultAlt,
		PollOptions: defaultPollOptions,
		PollOption:  defaultPollOption,
		PollMin:     defaultPollShortest,
		PollMax:     defaultPollLongest,
		ImageBytes:  defaultImageBytes,
		ImagePixels: defaultImagePixels,
		VideoBytes:  defaultVideoBytes,
		Schedule:    true,
		Address:     true,
		MuteEnds:    true,
		Forwards:    true,
		Assumed:     true,
	}
}

// defaultFacts are what is assumed of a server until it was asked.
func defaultFacts() *facts {
	return &facts{limits: defaultLimits(), perURL: defaultPerURL, quotes: true}
}

// configuration is the same in both versions of the instance entity.
type configuration struct {
	URLs struct {
		Streaming string `json:"streaming"` // v2 only
	} `json:"urls"`
	Statuses struct {
		Characters int `json:"max_characters"`
		Media      int `json:"max_media_attachments"`
		PerURL     int `json:"characters_reserved_per_url"`
	} `json:"statuses"`
	Media struct {
		Alt         int      `json:"description_limit"`
		Types       []string `json:"supported_mime_types"`
		ImageBytes  int64    `json:"image_size_limit"`
		ImagePixels int64    `json:"image_matrix_limit"`
		VideoBytes  int64    `json:"video_size_limit"`
	} `json:"media_attachments"`
	Polls struct {
		Options int   `json:"max_options"`
		Option  int   `json:"max_characters_per_option"`
		Min     int64 `json:"min_expiration"` // seconds
		Max     int64 `json:"max_expiration"`
	} `json:"polls"`
	Translation struct {
		Enabled bool `json:"enabled"`
	} `json:"translation"`
}

// instanceV2 is GET /api/v2/instance.
//
// Source: docs.joinmastodon.org/entities/Instance
type instanceV2 struct {
	Domain        string        `json:"domain"`
	Version       string        `json:"version"`
	Configuration configuration `json:"configuration"`
	APIVersions   struct {
		Mastodon int `json:"mastodon"`
	} `json:"api_versions"`
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
		limits:     in.Configuration.limits(),
		perURL:     max(in.Configuration.Statuses.PerURL, 0),
		quotes:     in.APIVersions.Mastodon >= quotesVersion,
		translates: in.Configuration.Translation.Enabled,
		domain:     cleanDomain(in.Domain),
		version:    in.Version,
		streaming:  streamingBase(in.Configuration.URLs.Streaming),
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
		perURL:    max(c.Statuses.PerURL, 0),
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
	for _, f := range []struct {
		to *int64
		is int64
	}{
		{&l.ImageBytes, c.Media.ImageBytes},
		{&l.ImagePixels, c.Media.ImagePixels},
		{&l.VideoBytes, c.Media.VideoBytes},
	} {
		if f.is > 0 {
			*f.to = f.is
		}
	}
	const longest = 10 * 365 * 24 * 60 * 60 // seconds; more is no limit, and overflows soon
	if c.Polls.Min > 0 {
		l.PollMin = time.Duration(min(c.Polls.Min, longest)) * time.Second
	}
	if c.Polls.Max > 0 {
		l.PollMax = time.Duration(min(c.Polls.Max, longest)) * time.Second
	}
	l.Types = mediaTypes(c.Media.Types)
	l.Assumed = false
	return l
}

// mediaTypes are the MIME types of a list; nil for one that holds none.
func mediaTypes(list []string) []string {
	const most, longest = 200, 100
	return slices.DeleteFunc(slices.Clone(list[:min(len(list), most)]), func(t string) bool {
		main, sub, ok := strings.Cut(t, "/")
		return !ok || main == "" || sub == "" || len(t) > longest || timeline.CleanLine(t).String() != t
	})
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
