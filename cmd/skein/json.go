package main

import (
	"time"

	"skein/timeline"
)

// The JSON schema: one object a line, the same for all networks. Fields are only
// ever added. `skein help json` describes it.

// stamp is a moment in UTC, always with milliseconds, so that stamps sort as text.
type stamp time.Time

// MarshalText writes RFC 3339.
func (s stamp) MarshalText() ([]byte, error) {
	return time.Time(s).UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z07:00"), nil
}

func (s stamp) String() string {
	b, _ := s.MarshalText() // never fails
	return string(b)
}

// stampOf is nil for the zero time.
func stampOf(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

type postJSON struct {
	Type       string           `json:"type"` // "post"
	ID         string           `json:"id"`
	Short      string           `json:"short"` // see ID.Short
	Network    timeline.Network `json:"network"`
	Account    string           `json:"account"` // the name of the account that read it
	URL        timeline.Safe    `json:"url"`
	Author     authorJSON       `json:"author"`
	Text       timeline.Safe    `json:"text"`
	CreatedAt  stamp            `json:"created_at"`
	SortTime   stamp            `json:"sort_time"`
	EditedAt   *stamp           `json:"edited_at,omitempty"`
	Boost      *boostJSON       `json:"boost,omitempty"`
	Warning    timeline.Safe    `json:"warning,omitzero"`
	Sensitive  bool             `json:"sensitive,omitempty"`
	Labels     []timeline.Safe  `json:"labels,omitempty"`
	Languages  []string         `json:"languages,omitempty"`
	Visibility string           `json:"visibility"`
	Tags       []timeline.Safe  `json:"tags,omitempty"`
	Links      []linkJSON       `json:"links,omitempty"`
	Mentions   []linkJSON       `json:"mentions,omitempty"`
	Media      []mediaJSON      `json:"media,omitempty"`
	Poll       *pollJSON        `json:"poll,omitempty"`
	Card       *cardJSON        `json:"card,omitempty"`
	Quote      *quoteJSON       `json:"quote,omitempty"`
	ReplyTo    string           `json:"reply_to,omitempty"`
	Root       string           `json:"root,omitempty"`
	Counts     countsJSON       `json:"counts"`
	Liked      bool             `json:"liked,omitempty"`
	Boosted    bool             `json:"boosted,omitempty"`
	Bookmarked bool             `json:"bookmarked,omitempty"`
	Filtered   timeline.Safe    `json:"filtered,omitzero"`
	Muted      timeline.Safe    `json:"muted,omitzero"` // why it is hidden where nobody asks for it
	Future     bool             `json:"future,omitempty"`
	Note       timeline.Safe    `json:"note,omitzero"`
	// Of a message: the short id of its conversation.
	Conversation string           `json:"conversation,omitempty"`
	Snippet      timeline.Safe    `json:"snippet,omitzero"`      // of what was searched for: where it stands
	Translation  *translationJSON `json:"translation,omitempty"` // where it was asked for
	// In a thread: how deep the post stands, and whether it is the one asked for.
	Depth *int `json:"depth,omitempty"`
	Focus bool `json:"focus,omitempty"`
}

// missingJSON stands in a thread for a post that cannot be read.
type missingJSON struct {
	Type    string           `json:"type"` // "missing"
	ID      string           `json:"id"`
	Network timeline.Network `json:"network"`
	Message timeline.Safe    `json:"message"`
	Depth   int              `json:"depth"`
}

type authorJSON struct {
	ID       string        `json:"id"`
	Handle   timeline.Safe `json:"handle"`
	Name     timeline.Safe `json:"name"`
	URL      timeline.Safe `json:"url,omitzero"`
	Verified bool          `json:"verified,omitempty"`
	Bot      bool          `json:"bot,omitempty"`
}

type boostJSON struct {
	ID     string     `json:"id"`
	Author authorJSON `json:"author"`
	At     stamp      `json:"at"`
}

type linkJSON struct {
	Text   timeline.Safe `json:"text"`
	Target timeline.Safe `json:"target"`
}

type mediaJSON struct {
	Kind   timeline.MediaKind `json:"kind"`
	URL    timeline.Safe      `json:"url"`
	Alt    timeline.Safe      `json:"alt"`
	Width  int                `json:"width,omitempty"`
	Height int                `json:"height,omitempty"`
}

type pollJSON struct {
	Options  []optionJSON `json:"options"`
	Multiple bool         `json:"multiple,omitempty"`
	Closes   *stamp       `json:"closes,omitempty"`
	Closed   bool         `json:"closed"`
	Votes    int          `json:"votes"`
}

type optionJSON struct {
	Text   timeline.Safe `json:"text"`
	Votes  *int          `json:"votes,omitempty"` // absent while the network hides it
	Chosen bool          `json:"chosen,omitempty"`
}

type cardJSON struct {
	URL         timeline.Safe `json:"url"`
	Title       timeline.Safe `json:"title"`
	Description timeline.Safe `json:"description,omitzero"`
}

type quoteJSON struct {
	State  timeline.QuoteState `json:"state"`
	ID     string              `json:"id,omitempty"`
	URL    timeline.Safe       `json:"url,omitzero"`
	Author *authorJSON         `json:"author,omitempty"`
	Text   timeline.Safe       `json:"text,omitzero"`
}

type countsJSON struct {
	Replies int `json:"replies"`
	Boosts  int `json:"boosts"`
	Quotes  int `json:"quotes"`
	Likes   int `json:"likes"`
}

// asJSON is a row as JSON. A boost is the post that was boosted, with who did it
// in "boost"; sort_time is then the boost's.
func asJSON(p *timeline.Post, names map[timeline.AccountID]string) postJSON {
	c := p.Content()
	j := postJSON{
		Type: "post", ID: c.ID.Local, Short: c.ID.Short(), Network: c.ID.Network, URL: c.URL, Author: asAuthor(c.Author),
		Text: c.Text.Plain(), CreatedAt: stamp(c.Created), SortTime: stamp(p.Sorted),
		Warning: c.Warning, Sensitive: c.Sensitive, Labels: c.Labels, Languages: c.Languages,
		Visibility: string(c.Visibility), Tags: c.Tags, Note: c.Note, Future: c.Future || p.Future,
		Counts: countsJSON{c.Counts.Replies, c.Counts.Boosts, c.Counts.Quotes, c.Counts.Likes},
	}
	if j.Visibility == "" {
		j.Visibility = string(timeline.Public)
	}
	j.EditedAt = stampOf(c.Edited)
	if p.Boosted != nil {
		j.Boost = &boostJSON{ID: p.ID.Local, Author: asAuthor(p.Author), At: stamp(p.Created)}
	}
	if c.ReplyTo != nil {
		j.ReplyTo = c.ReplyTo.ID.Local
	}
	if c.Root != nil {
		j.Root = c.Root.ID.Local
	}
	j.addViews(p, names)
	j.addText(c.Text)
	j.addParts(c)
	return j
}

func (j *postJSON) addViews(p *timeline.Post, names map[timeline.AccountID]string) {
	views := p.Content().Views
	if len(views) == 0 {
		views = p.Views
	}
	for i, v := range views {
		if i == 0 {
			j.Account = names[v.Account]
		}
		j.Liked, j.Boosted, j.Bookmarked = j.Liked || v.Liked, j.Boosted || v.Boosted, j.Bookmarked || v.Bookmarked
		if j.Filtered.Empty() {
			j.Filtered = v.Filtered
		}
	}
}

func (j *postJSON) addText(t timeline.Text) {
	for _, s := range t {
		switch s.Kind {
		case timeline.SpanLink:
			j.Links = append(j.Links, linkJSON{s.Text, s.Target})
		case timeline.SpanMention:
			j.Mentions = append(j.Mentions, linkJSON{s.Text, s.Target})
		}
	}
}

func (j *postJSON) addParts(c *timeline.Post) {
	for _, m := range c.Media {
		j.Media = append(j.Media, mediaJSON{m.Kind, m.URL, m.Alt, m.Width, m.Height})
	}
	if c.Poll != nil {
		j.Poll = asPoll(c.Poll)
	}
	if c.Card != nil {
		j.Card = &cardJSON{c.Card.URL, c.Card.Title, c.Card.Description}
	}
	if q := c.Quote; q != nil {
		j.Quote = &quoteJSON{State: q.State, ID: q.ID.Local, Text: q.Title}
		if q.Post != nil {
			author := asAuthor(q.Post.Author)
			j.Quote.Author, j.Quote.URL, j.Quote.Text = &author, q.Post.URL, q.Post.Text.Plain()
		}
	}
}

func asPoll(p *timeline.Poll) *pollJSON {
	j := &pollJSON{Multiple: p.Multiple, Closed: p.Closed, Votes: p.Votes, Closes: stampOf(p.Closes)}
	for _, o := range p.Options {
		option := optionJSON{Text: o.Text, Chosen: o.Chosen}
		if o.Votes >= 0 {
			option.Votes = &o.Votes
		}
		j.Options = append(j.Options, option)
	}
	return j
}

func asAuthor(a timeline.Author) authorJSON {
	return authorJSON{ID: a.ID, Handle: a.Handle, Name: a.Name, URL: a.URL, Verified: a.Verified, Bot: a.Bot}
}

type profileJSON struct {
	Type       string           `json:"type"` // "profile"
	Network    timeline.Network `json:"network"`
	Account    string           `json:"account"`
	authorJSON                  // id, handle, name, url, verified, bot
	Bio        timeline.Safe    `json:"bio"`
	Fields     []fieldJSON      `json:"fields,omitempty"`
	CreatedAt  *stamp           `json:"created_at,omitempty"`
	Posts      int              `json:"posts"`
	Following  int              `json:"following"`
	Followers  int              `json:"followers"`
	Locked     bool             `json:"locked,omitempty"`
	Followed   bool             `json:"followed,omitempty"`
	FollowedBy bool             `json:"followed_by,omitempty"`
	Requested  bool             `json:"requested,omitempty"`
	Muted      bool             `json:"muted,omitempty"`
	Blocked    bool             `json:"blocked,omitempty"`
	Moved      timeline.Safe    `json:"moved,omitzero"`
	Did        timeline.Kind    `json:"did,omitempty"` // of `skein who`: like or boost
}

type fieldJSON struct {
	Name     timeline.Safe `json:"name"`
	Value    timeline.Safe `json:"value"`
	Verified bool          `json:"verified,omitempty"`
}

func asProfile(p *timeline.Profile, account string) profileJSON {
	j := profileJSON{
		Type: "profile", Network: p.Network, Account: account, authorJSON: asAuthor(p.Author), Bio: p.Bio.Plain(),
		Posts: p.Posts, Following: p.Following, Followers: p.Followers, Locked: p.Locked, Followed: p.Followed, FollowedBy: p.FollowedBy,
		Requested: p.Requested, Muted: p.Muted, Blocked: p.Blocked, Moved: p.Moved,
		CreatedAt: stampOf(p.Created),
	}
	for _, f := range p.Fields {
		j.Fields = append(j.Fields, fieldJSON{f.Name, f.Value.Plain(), f.Verified})
	}
	return j
}
