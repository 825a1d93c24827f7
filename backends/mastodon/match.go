package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"skein/timeline"
)

// matchPages is how many pages of the own timeline are read for one post.
const matchPages = 10

// find looks for a post in the own timeline, behind the watermark. It returns nil
// when the post is not there, and an error when not everything could be read. What
// is among taken is another.
//
// Source: docs.joinmastodon.org/methods/accounts#statuses
func (b *Backend) find(ctx context.Context, a *api, e expected, taken []timeline.ID) (*status, error) {
	at := e.After
	for range matchPages {
		q := url.Values{"limit": {strconv.Itoa(pageSize)}, "exclude_reblogs": {"true"}}
		switch {
		case e.After != "":
			q.Set("min_id", at)
		case at != "":
			q.Set("max_id", at)
		}
		var raws []json.RawMessage
		if err := a.get(ctx, "/api/v1/accounts/"+e.Author+"/statuses", q, &raws); err != nil {
			return nil, err
		}
		if len(raws) == 0 {
			return nil, nil
		}
		next := at
		for _, raw := range raws {
			st := decodeStatus(raw)
			if st == nil {
				continue
			}
			if id := string(st.ID); next == "" || newer(id, next) == (e.After != "") {
				next = id
			}
			same, err := b.same(ctx, a, e, st, taken)
			if err != nil {
				return nil, err
			}
			if same {
				return st, nil
			}
		}
		if next == at {
			break // the server does not page
		}
		at = next
	}
	return nil, timeline.Errorf(timeline.CodeServer, "%s: the own posts could not be read as far back as needed", b.base.Host)
}

// same tells whether st is the post that was sent.
func (b *Backend) same(ctx context.Context, a *api, e expected, st *status, taken []timeline.ID) (bool, error) {
	if st.boosted != nil || !newer(string(st.ID), e.After) || slices.Contains(taken, b.decode.id(st)) || !e.looks(st) {
		return false, nil
	}
	text, warning, err := b.source(ctx, a, st)
	if err != nil {
		return false, err
	}
	if text == nil { // the server does not tell the source
		return e.warned(st.SpoilerText) && b.alike(e.Text, b.decode.text(st.Content, nil, nil)), nil
	}
	return e.says(*text, warning), nil
}

// looks compares all but the words.
func (e expected) looks(st *status) bool {
	var media []string
	for _, m := range st.MediaAttachments {
		media = append(media, string(m.ID))
	}
	var options []string
	if st.Poll != nil {
		for _, o := range st.Poll.Options {
			options = append(options, o.Title)
		}
	}
	return e.visible(st.Visibility) && textID(st.InReplyToID) == e.ReplyTo && st.quotes(e.Quote) &&
		slices.Equal(media, e.Media) && slices.EqualFunc(options, e.Options, sameText)
}

// visible tells whether a post that was asked to be as e says may have turned out
// so: never wider, but narrower where the server makes it so, as it does with the
// public posts of a limited account and those that quote a post for followers.
func (e expected) visible(is string) bool {
	return e.Visibility == "" || is == e.Visibility || e.Visibility == "public" && is == "unlisted" ||
		e.Quote != "" && e.Visibility != "direct" && is == "private"
}

// quotes tells whether st quotes the post with the server's id sid; "" is none. A
// quote that waits for its author's leave may not say of what.
func (st *status) quotes(sid string) bool {
	if sid == "" || st.quoted == nil {
		return sid == "" && st.quoted == nil
	}
	id := string(st.quoted.StatusID)
	if st.quoted.status != nil {
		id = string(st.quoted.status.ID)
	}
	return id == "" || id == sid
}

// warned compares a warning alone.
func (e expected) warned(is string) bool { return sameText(is, e.Warning) }

// says compares the words. A server takes the warning for the text where there is no
// other.
func (e expected) says(text, warning string) bool {
	if sameText(e.Text, "") && sameText(warning, "") {
		return sameText(text, e.Warning)
	}
	return sameText(text, e.Text) && e.warned(warning)
}

// sameText compares what was typed with what a server kept of it: without white
// space at the ends, and with line breaks of its own.
func sameText(a, b string) bool {
	plain := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return plain(a) == plain(b)
}

// source reads what was typed; nil where the server does not tell.
//
// Source: docs.joinmastodon.org/methods/statuses#source
func (b *Backend) source(ctx context.Context, a *api, st *status) (text *string, warning string, err error) {
	var source struct {
		Text    *string `json:"text"`
		Warning string  `json:"spoiler_text"`
	}
	err = a.get(ctx, "/api/v1/statuses/"+string(st.ID)+"/source", nil, &source)
	if err == nil {
		return source.Text, source.Warning, nil
	}
	switch failure("", b.base.Host, err).Code {
	case timeline.CodeNotFound, timeline.CodeRefused, timeline.CodeMalformed:
		return nil, "", nil
	}
	return nil, "", err
}

// alike compares what was typed with a post as it is shown, whose mentions are
// without host and whose addresses may be spelt otherwise.
func (b *Backend) alike(typed string, shown timeline.Text) bool {
	return plainWords(rules{b}.Mark(typed)) == plainWords(shown)
}

func plainWords(t timeline.Text) string {
	var out strings.Builder
	for _, s := range t {
		text := s.Text.String()
		switch s.Kind {
		case timeline.SpanMention:
			user, _, _ := strings.Cut(strings.TrimPrefix(text, "@"), "@")
			text = "@" + user
		case timeline.SpanLink:
			if text = webAddress(s.Target.String()).String(); text == "" {
				text = s.Target.String()
			}
			if strings.HasPrefix(s.Text.String(), "@") { // a mention of somebody whom the status does not list
				text = s.Text.String()
			}
		}
		out.WriteString(text)
	}
	return strings.ToLower(strings.Join(strings.Fields(out.String()), " "))
}

// findScheduled tells whether the server keeps the post for later.
func (a *api) findScheduled(ctx context.Context, e expected) (bool, error) {
	below := ""
	for range matchPages {
		page, err := a.scheduled(ctx, below, pageSize)
		if err != nil {
			return false, err
		}
		for _, s := range page {
			if e.AfterScheduled != "" && !newer(s.ID, e.AfterScheduled) {
				return false, nil
			}
			if e.scheduledAs(s) {
				return true, nil
			}
		}
		if len(page) == 0 || page[len(page)-1].ID == below {
			return false, nil
		}
		below = page[len(page)-1].ID
	}
	return false, timeline.Errorf(timeline.CodeServer, "%s: keeps more posts than can be read", a.base.Host)
}

// scheduledAs compares a post with one that the server keeps.
func (e expected) scheduledAs(s scheduledStatus) bool {
	var media, options []string
	for _, m := range s.Media {
		media = append(media, string(m.ID))
	}
	if s.Params.Poll != nil {
		options = s.Params.Poll.Options
	}
	return e.says(s.Params.Text, s.Params.Warning) && e.visible(s.Params.Visibility) && string(s.Params.ReplyTo) == e.ReplyTo &&
		slices.Equal(media, e.Media) && slices.EqualFunc(options, e.Options, sameText) &&
		s.At.Sub(e.Scheduled).Abs() < time.Minute
}
