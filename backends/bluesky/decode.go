package bluesky

import (
	"encoding/json"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	comatproto "github.com/bluesky-social/indigo/api/atproto"
	"github.com/bluesky-social/indigo/api/bsky"
	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

const (
	postNSID   = "app.bsky.feed.post"
	repostNSID = "app.bsky.feed.repost"
	webApp     = "https://bsky.app/profile/"
	// maxQuoteDepth is how far quotes are opened: a quoted post's own quote is told
	// but not shown.
	maxQuoteDepth = 1
)

// decoder makes posts of views. It holds nothing that changes but what the person has
// chosen to see.
type decoder struct {
	chosen  *atomic.Pointer[moderation]
	account timeline.AccountID
	now     func() time.Time
	log     *slog.Logger
}

// feedItem is app.bsky.feed.defs#feedViewPost.
type feedItem struct {
	Post   postView     `json:"post"`
	Reason repostReason `json:"reason"`
	Reply  replyView    `json:"reply"`
}

// repostReason is app.bsky.feed.defs#reasonRepost.
type repostReason struct {
	Type      string `json:"$type"`
	By        actor  `json:"by"`
	URI       string `json:"uri"`
	CID       string `json:"cid"`
	IndexedAt string `json:"indexedAt"`
}

// replyView is app.bsky.feed.defs#replyRef as far as it names authors.
type replyView struct {
	Parent struct {
		URI    string `json:"uri"`
		Author actor  `json:"author"`
	} `json:"parent"`
	Root struct {
		URI    string `json:"uri"`
		Author actor  `json:"author"`
	} `json:"root"`
}

// postView is app.bsky.feed.defs#postView and, with Value and Embeds,
// app.bsky.embed.record#viewRecord. indigo's own types are used for the parts:
// they fail as a whole where one record inside is of a type that they do not know.
type postView struct {
	URI         string                        `json:"uri"`
	CID         string                        `json:"cid"`
	Author      actor                         `json:"author"`
	Record      json.RawMessage               `json:"record"`
	Value       json.RawMessage               `json:"value"`
	Embed       json.RawMessage               `json:"embed"`
	Embeds      []json.RawMessage             `json:"embeds"`
	IndexedAt   string                        `json:"indexedAt"`
	ReplyCount  int                           `json:"replyCount"`
	RepostCount int                           `json:"repostCount"`
	LikeCount   int                           `json:"likeCount"`
	QuoteCount  int                           `json:"quoteCount"`
	Labels      []*comatproto.LabelDefs_Label `json:"labels"`
	Viewer      *bsky.FeedDefs_ViewerState    `json:"viewer"`
}

// postRecord is app.bsky.feed.post without its embed, which the view shows.
type postRecord struct {
	Type      string                  `json:"$type"`
	Text      string                  `json:"text"`
	CreatedAt string                  `json:"createdAt"`
	Facets    []json.RawMessage       `json:"facets"`
	Langs     []string                `json:"langs"`
	Tags      []string                `json:"tags"`
	Labels    *bsky.FeedPost_Labels   `json:"labels"`
	Reply     *bsky.FeedPost_ReplyRef `json:"reply"`
}

// posts decodes a page of postViews item by item.
func (d decoder) posts(views []json.RawMessage) []*timeline.Post {
	posts := make([]*timeline.Post, 0, len(views))
	for _, raw := range views {
		if p := d.post(raw, 0); p != nil {
			posts = append(posts, p)
		}
	}
	return posts
}

// feed decodes a page item by item. What has no valid name is left out, and what
// comes twice comes once.
func (d decoder) feed(items []json.RawMessage) []*timeline.Post {
	posts := make([]*timeline.Post, 0, len(items))
	given := make(map[timeline.ID]bool, len(items))
	for _, raw := range items {
		p := d.item(raw)
		if p == nil {
			d.log.Debug("a feed item without a valid name was left out", "bytes", len(raw))
			continue
		}
		if !given[p.ID] {
			given[p.ID] = true
			posts = append(posts, p)
		}
	}
	return posts
}

// item decodes one feedViewPost; nil when it names no post. It is read at one go, and
// part by part only where one is not what the lexicon says.
func (d decoder) item(raw json.RawMessage) *timeline.Post {
	var item feedItem
	if json.Unmarshal(raw, &item) == nil {
		return d.placed(d.shown(item.Post, 0), item.Reply, item.Reason)
	}
	var parts struct {
		Post   json.RawMessage `json:"post"`
		Reason json.RawMessage `json:"reason"`
		Reply  json.RawMessage `json:"reply"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return nil
	}
	var reply replyView
	if json.Unmarshal(parts.Reply, &reply) != nil {
		reply = replyView{}
	}
	var reason repostReason
	if json.Unmarshal(parts.Reason, &reason) != nil {
		reason = repostReason{}
	}
	return d.placed(d.post(parts.Post, 0), reply, reason)
}

// placed is a post as it stands in a feed: in a conversation, or as the row that a
// repost makes. Pins, and reasons to come, change nothing about it.
func (d decoder) placed(post *timeline.Post, reply replyView, reason repostReason) *timeline.Post {
	if post == nil {
		return nil
	}
	nameRef(post.ReplyTo, reply.Parent.URI, reply.Parent.Author)
	nameRef(post.Root, reply.Root.URI, reply.Root.Author)
	if reason.Type == "app.bsky.feed.defs#reasonRepost" {
		if boost := d.boost(post, reason); boost != nil {
			return boost
		}
	}
	return post
}

// nameRef adds an author to a reference to the post with that URI.
func nameRef(r *timeline.Ref, uri string, a actor) {
	if r != nil && r.ID.Local == uri && a.Handle != "" {
		r.Handle = a.author("").Handle
	}
}

// boost is the row that somebody's repost makes.
func (d decoder) boost(post *timeline.Post, r repostReason) *timeline.Post {
	by, err := syntax.ParseDID(r.By.DID)
	if err != nil {
		return nil
	}
	local := post.ID.Local + "#repost:" + by.String()
	if id, ok := postID(r.URI); ok {
		local = id.Local
	}
	at, ok := parseTime(r.IndexedAt)
	if !ok {
		at = post.Sorted
	}
	return &timeline.Post{
		ID:     timeline.ID{Network: timeline.Bluesky, Local: local},
		Author: r.By.author(by.String()), URL: post.URL, Created: at, Sorted: at,
		Boosted: post, Visibility: timeline.Public, Future: d.ahead(at),
		Views: []timeline.View{{Account: d.account, ServerID: validCID(r.CID)}},
	}
}

// post decodes a postView or a viewRecord; nil when it has no valid URI. depth
// counts the quotes around it.
func (d decoder) post(raw json.RawMessage, depth int) *timeline.Post {
	var v postView
	if err := json.Unmarshal(raw, &v); err != nil {
		return d.unreadable(raw)
	}
	return d.shown(v, depth)
}

// shown makes a post of its view; nil when that has no valid URI.
func (d decoder) shown(v postView, depth int) *timeline.Post {
	id, ok := postID(v.URI)
	if !ok {
		return nil
	}
	uri := syntax.ATURI(id.Local)
	author := v.Author.author(uri.Authority().String())
	p := &timeline.Post{
		ID: id, Author: author, Visibility: timeline.Public,
		URL:    postURL(author, uri.RecordKey().String()),
		Counts: timeline.Counts{Replies: max(0, v.ReplyCount), Boosts: max(0, v.RepostCount), Quotes: max(0, v.QuoteCount), Likes: max(0, v.LikeCount)},
		Views:  []timeline.View{d.view(v)},
	}
	indexed, _ := parseTime(v.IndexedAt)
	record := v.Record
	if len(record) == 0 {
		record = v.Value
	}
	d.record(p, record, indexed, v.Labels)
	d.embed(p, v.Embed, depth)
	for _, e := range v.Embeds {
		d.embed(p, e, depth)
	}
	if d.chosen != nil {
		d.chosen.Load().choose(p, v.Author.Viewer.Following != "")
	}
	return p
}

// unreadable saves what it can of a post whose view is not what the lexicon says.
func (d decoder) unreadable(raw json.RawMessage) *timeline.Post {
	var v struct {
		URI       string          `json:"uri"`
		IndexedAt json.RawMessage `json:"indexedAt"`
	}
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	id, ok := postID(v.URI)
	if !ok {
		return nil
	}
	var indexed string
	_ = json.Unmarshal(v.IndexedAt, &indexed) // what is no text is no time
	at, ok := parseTime(indexed)
	if !ok {
		at = d.now()
	}
	uri := syntax.ATURI(id.Local)
	author := actor{}.author(uri.Authority().String())
	return &timeline.Post{
		ID: id, Author: author, URL: postURL(author, uri.RecordKey().String()),
		Created: at, Sorted: at, Visibility: timeline.Public, Future: d.ahead(at),
		Views: []timeline.View{{Account: d.account}},
		Note:  timeline.Literal("a post that skein could not read"),
	}
}

// record fills in what the author wrote. An unknown kind leaves a note.
func (d decoder) record(p *timeline.Post, raw json.RawMessage, indexed time.Time, labels []*comatproto.LabelDefs_Label) {
	var r postRecord
	err := json.Unmarshal(raw, &r)
	switch {
	case err != nil:
		p.Note = timeline.Literal("a post that skein could not read")
		r = postRecord{}
	case r.Type != postNSID:
		p.Note = timeline.CleanLine("a kind of post skein does not know: " + r.Type)
	}
	p.Created, p.Sorted = d.times(r.CreatedAt, indexed)
	p.Future = d.ahead(p.Created)
	label(p, r.Labels, labels, d.now())
	if !p.Note.Empty() {
		return
	}
	p.Text = richText(r.Text, r.Facets)
	p.Tags = tags(p.Text, r.Tags)
	for _, l := range r.Langs {
		if lang, err := syntax.ParseLanguage(l); err == nil {
			p.Languages = append(p.Languages, lang.String())
		}
	}
	if r.Reply == nil {
		return
	}
	if r.Reply.Parent != nil {
		p.ReplyTo = ref(r.Reply.Parent.Uri)
	}
	if r.Reply.Root != nil {
		p.Root = ref(r.Reply.Root.Uri)
	}
}

// times are when a post claims to have been written, and its place: the earlier
// of claim and indexing, as the AppView sorts.
func (d decoder) times(claimed string, indexed time.Time) (created, sorted time.Time) {
	created, ok := parseTime(claimed)
	switch {
	case !ok && indexed.IsZero():
		return d.now(), d.now()
	case !ok:
		return indexed, indexed
	case indexed.IsZero(): // it was seen by now, whatever it claims
		indexed = d.now()
	}
	if created.Before(indexed) {
		return created, created
	}
	return created, indexed
}

func (d decoder) ahead(t time.Time) bool { return t.After(d.now().Add(timeline.FutureSlack)) }

// view is what is particular to the account that looks.
func (d decoder) view(v postView) timeline.View {
	view := timeline.View{Account: d.account, ServerID: validCID(v.CID)}
	if v.Viewer == nil {
		return view
	}
	if v.Viewer.Like != nil {
		view.Liked, view.LikeID = true, validURI(*v.Viewer.Like)
	}
	if v.Viewer.Repost != nil {
		view.Boosted, view.BoostID = true, validURI(*v.Viewer.Repost)
	}
	view.Bookmarked = v.Viewer.Bookmarked != nil && *v.Viewer.Bookmarked
	return view
}

// Below: names and times, checked for form.

// postID takes an at:// URI that names a record of a DID.
func postID(uri string) (timeline.ID, bool) {
	u, err := syntax.ParseATURI(uri)
	if err != nil || u.RecordKey() == "" || !strings.HasPrefix(u.Authority().String(), "did:") {
		return timeline.ID{}, false
	}
	return timeline.ID{Network: timeline.Bluesky, Local: u.String()}, true
}

func ref(uri string) *timeline.Ref {
	id, ok := postID(uri)
	if !ok {
		return nil
	}
	return &timeline.Ref{ID: id}
}

func validURI(s string) string {
	if u, err := syntax.ParseATURI(s); err == nil {
		return u.String()
	}
	return ""
}

func validCID(s string) string {
	if c, err := syntax.ParseCID(s); err == nil {
		return c.String()
	}
	return ""
}

// parseTime reads a datetime, forgiving what old clients wrote. An offset can lead
// beyond the years that RFC 3339 can write: that is no time, as nothing could store
// the post.
func parseTime(s string) (time.Time, bool) {
	const longest = 64
	if len(s) > longest {
		return time.Time{}, false
	}
	t, err := syntax.ParseDatetimeLenient(s)
	if err != nil {
		return time.Time{}, false
	}
	const firstYear, lastYear = 1, 9999
	at := t.Time().UTC()
	if at.IsZero() || at.Year() < firstYear || at.Year() > lastYear {
		return time.Time{}, false
	}
	return at, true
}
