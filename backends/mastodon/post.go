package mastodon

import (
	"hash/maphash"
	"strings"
	"time"

	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

// post makes a timeline.Post of a status that was remembered.
func (d *decoder) post(st *status) *timeline.Post {
	if st.boosted == nil {
		return d.plain(st)
	}
	p := d.shell(st)
	p.Boosted = d.plain(st.boosted)
	return p
}

// shell is what a boost has: who, when, and where it is.
func (d *decoder) shell(st *status) *timeline.Post {
	id, now := d.id(st), d.now().UTC()
	p := &timeline.Post{
		ID:         id,
		Author:     d.author(&st.Account),
		URL:        webAddress(st.URL),
		Created:    utc(st.CreatedAt),
		Visibility: visibility(st.Visibility),
		Revision:   d.index.revision(id.Local, d.index.fingerprint(st), now),
		Views:      []timeline.View{d.view(st)},
	}
	if p.Created.Unix() <= 0 { // missing or unreadable
		p.Created = now
	}
	p.Sorted = p.Created
	if p.Sorted.After(now) {
		p.Sorted = now
	}
	p.Future = p.Created.After(now.Add(timeline.FutureSlack))
	if len(st.odd) > 0 {
		p.Note = timeline.CleanLine("skein could not read all of this post: " + strings.Join(st.odd, ", "))
	}
	return p
}

// plain is a post that boosts nothing.
func (d *decoder) plain(st *status) *timeline.Post {
	p := d.shell(st)
	p.Edited = utc(st.EditedAt)
	p.Text = d.text(st.Content, st.Emojis, st.Mentions)
	p.Warning = timeline.CleanLine(st.SpoilerText)
	p.Sensitive = st.Sensitive || !p.Warning.Empty()
	p.MediaOnly = p.Sensitive && p.Warning.Empty()
	p.Tags = tags(st.Tags)
	p.Media = media(st.MediaAttachments)
	p.Poll = convertPoll(st.Poll)
	p.Card = card(st.Card)
	p.Quote = d.quote(st.quoted)
	p.ReplyTo = d.parent(st)
	p.Counts = timeline.Counts{
		Replies: count(st.RepliesCount),
		Boosts:  count(st.ReblogsCount),
		Quotes:  count(st.QuotesCount),
		Likes:   count(st.FavouritesCount),
	}
	if validLanguage(st.Language) {
		p.Languages = []string{st.Language}
	}
	return p
}

func (d *decoder) view(st *status) timeline.View {
	return timeline.View{
		Account:    d.account,
		ServerID:   string(st.ID),
		Liked:      st.Favourited == true,
		Boosted:    st.Reblogged == true,
		Bookmarked: st.Bookmarked == true,
		Filtered:   filtered(st.Filtered),
	}
}

// parent names what st replies to. The API gives the server's own id only; where
// its uri was never seen, it is guessed.
func (d *decoder) parent(st *status) *timeline.Ref {
	id := textID(st.InReplyToID)
	if id == "" {
		return nil
	}
	acct := ""
	who := textID(st.InReplyToAccountID)
	if who != "" && who == string(st.Account.ID) {
		acct = st.Account.Acct
	}
	for _, m := range st.Mentions {
		if who != "" && string(m.ID) == who {
			acct = m.Acct
		}
	}
	uri, ok := d.index.uris.get(id)
	if !ok {
		uri = d.guess(id, acct)
	}
	return &timeline.Ref{ID: timeline.ID{Network: timeline.Mastodon, Local: uri}, Handle: d.handle(acct)}
}

// guess names a status of which only this server's id is known. For one of the
// server's own people that is the uri itself on most servers; for others it is an
// address that Post and Thread of this server understand.
func (d *decoder) guess(id, acct string) string {
	base := "https://" + d.domain
	user, _, remote := strings.Cut(acct, "@")
	switch {
	case d.personID(acct) == "":
		return base + "/statuses/" + id
	case remote:
		return base + "/@" + acct + "/" + id
	}
	return base + "/users/" + user + "/statuses/" + id
}

// textID reads an id that go-mastodon leaves undecoded.
func textID(v any) string {
	if s, ok := v.(string); ok && validID(s) {
		return s
	}
	return ""
}

// visibility never reads a server's word as wider than it is: what is unknown,
// such as GoToSocial's "mutuals_only", is for followers.
func visibility(s string) timeline.Visibility {
	switch s {
	case "public", "":
		return timeline.Public
	case "unlisted":
		return timeline.Unlisted
	case "direct":
		return timeline.Direct
	}
	return timeline.Followers
}

func tags(in []masto.Tag) []timeline.Safe {
	var out []timeline.Safe
	for _, t := range in {
		if name := timeline.CleanLine(t.Name); !name.Empty() {
			out = append(out, name)
		}
	}
	return out
}

func count(n int64) int { return int(max(n, 0)) }

// validLanguage tells whether s has the form of a BCP 47 tag.
func validLanguage(s string) bool {
	const longest = 35
	if s == "" || len(s) > longest {
		return false
	}
	for _, c := range []byte(s) {
		if !alphanumeric(c) && c != '-' {
			return false
		}
	}
	return true
}

// fingerprint tells two states of a status apart by what a reader would see. It
// means nothing in another process, so it is never stored.
func (x *index) fingerprint(st *status) uint64 {
	var h maphash.Hash
	h.SetSeed(x.seed)
	st.sum(&h)
	return h.Sum64()
}

// sum writes what of st can change into h.
func (st *status) sum(h *maphash.Hash) {
	maphash.WriteComparable(h, [...]int64{
		st.RepliesCount, st.ReblogsCount, st.FavouritesCount, st.QuotesCount, st.EditedAt.UnixNano(),
		int64(len(st.MediaAttachments)),
	})
	maphash.WriteComparable(h, [...]bool{
		st.Favourited == true, st.Reblogged == true, st.Bookmarked == true, st.Sensitive, st.Card != nil,
	})
	for _, s := range [...]string{st.Content, st.SpoilerText, st.Account.DisplayName, st.Account.AvatarStatic} {
		maphash.WriteComparable(h, s)
	}
	for _, m := range st.MediaAttachments {
		maphash.WriteComparable(h, [...]string{m.URL, m.PreviewURL, m.Description})
	}
	if st.Poll != nil {
		maphash.WriteComparable(h, [...]int64{st.Poll.VotesCount, st.Poll.VotersCount})
		maphash.WriteComparable(h, [...]bool{st.Poll.Voted, st.Poll.Expired})
	}
	if st.quoted != nil {
		maphash.WriteComparable(h, st.quoted.State)
	}
	if st.boosted != nil {
		st.boosted.sum(h)
	}
}

// utc is t in UTC; zero where that is beyond the years that RFC 3339 can write,
// which an offset can make of a time that it could: nothing could store the post.
func utc(t time.Time) time.Time {
	const firstYear, lastYear = 1, 9999
	if t = t.UTC(); t.Year() < firstYear || t.Year() > lastYear {
		return time.Time{}
	}
	return t
}

// seconds is a duration a server gives as a number.
func seconds(s float64) time.Duration {
	const longest = 30 * 24 * time.Hour
	if !(s > 0) { // negative, zero or NaN
		return 0
	}
	return time.Duration(min(s, longest.Seconds()) * float64(time.Second))
}
