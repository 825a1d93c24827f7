package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"skein/timeline"
)

// scheduleAhead is how far ahead a server wants a post that it is to keep. Some
// publish at once what is nearer, so skein keeps a margin.
//
// Source: Mastodon's app/services/post_status_service.rb, MIN_SCHEDULE_OFFSET
const (
	scheduleAhead  = 5 * time.Minute
	scheduleMargin = 30 * time.Second
)

// newStatus is the body of POST /api/v1/statuses.
//
// Source: docs.joinmastodon.org/methods/statuses#create
type newStatus struct {
	Status      string   `json:"status"`
	MediaIDs    []string `json:"media_ids,omitempty"`
	Poll        *ballot  `json:"poll,omitempty"`
	ReplyTo     string   `json:"in_reply_to_id,omitempty"`
	Quote       string   `json:"quoted_status_id,omitempty"`
	Sensitive   bool     `json:"sensitive,omitempty"` // left out, it is as the account's settings say
	Warning     string   `json:"spoiler_text,omitempty"`
	Visibility  string   `json:"visibility,omitempty"` // likewise
	Language    string   `json:"language,omitempty"`
	QuotePolicy string   `json:"quote_approval_policy,omitempty"`
	ScheduledAt string   `json:"scheduled_at,omitempty"`
}

type ballot struct {
	Options  []string `json:"options"`
	Seconds  int64    `json:"expires_in"`
	Multiple bool     `json:"multiple"`
}

// expected is how a post must look to be the one that was sent.
type expected struct {
	Author     string   `json:"author"` // the server's id of the account
	After      string   `json:"after"`  // its newest post before this one, "" when it had none
	Text       string   `json:"text"`
	Warning    string   `json:"warning,omitempty"`
	Visibility string   `json:"visibility,omitempty"` // as asked; "" for the account's own
	ReplyTo    string   `json:"reply_to,omitempty"`
	Quote      string   `json:"quote,omitempty"`
	Media      []string `json:"media,omitempty"`
	Options    []string `json:"options,omitempty"`
	// Scheduled is when the server is to publish it; zero: at once. AfterScheduled is
	// After among the posts that the server keeps.
	Scheduled      time.Time `json:"scheduled,omitzero"`
	AfterScheduled string    `json:"after_scheduled,omitempty"`
}

// newPost prepares a post.
func (p preparation) newPost(ctx context.Context, f *frozen) error {
	if len(p.intent.Parts) != 1 {
		return timeline.Errorf(timeline.CodeUsage, "%s: the posts of a thread are sent one by one", p.base.Host)
	}
	form, err := p.form(ctx)
	if err != nil {
		return err
	}
	if f.Program, err = p.software(ctx, p.api); err != nil {
		return err
	}
	f.Path, f.Key = "/api/v1/statuses", p.intent.Key
	f.Post = expected{
		Text: form.Status, Warning: form.Warning, Visibility: form.Visibility, ReplyTo: form.ReplyTo, Quote: form.Quote,
		Media: form.MediaIDs,
	}
	if form.Poll != nil {
		f.Post.Options = form.Poll.Options
	}
	if form.ScheduledAt != "" {
		f.Post.Scheduled = p.intent.Publish.UTC().Truncate(time.Second)
		if f.Post.AfterScheduled, err = timeline.Step(ctx, p.notes, "last scheduled", p.lastScheduled); err != nil {
			return err
		}
	}
	mark, err := timeline.Step(ctx, p.notes, "watermark", p.watermark)
	if err != nil {
		return err
	}
	f.Post.Author, f.Post.After = mark.Author, mark.Newest
	return f.put(form)
}

// form fills in the body, and does what that needs.
func (p preparation) form(ctx context.Context) (newStatus, error) {
	i, part := p.intent, p.intent.Parts[0]
	known, err := p.facts(ctx, p.api)
	if err != nil {
		return newStatus{}, err
	}
	form := newStatus{Status: written(part.Text), Sensitive: i.Sensitive, Warning: i.Warning}
	if form.Visibility, err = visibilityWord(i.Visibility); err != nil {
		return form, err
	}
	if len(i.Languages) > 0 && validLanguage(i.Languages[0]) {
		form.Language = i.Languages[0]
	}
	if i.Quotes != "" && known.quotes {
		form.QuotePolicy, _ = quotePolicy(i.Quotes)
	}
	if part.Poll != nil {
		form.Poll = &ballot{part.Poll.Options, int64(part.Poll.Lasts / time.Second), part.Poll.Multiple}
	}
	if !i.Publish.IsZero() {
		if i.Publish.Before(p.decode.now().Add(scheduleAhead + scheduleMargin)) {
			return form, errTooNear()
		}
		form.ScheduledAt = i.Publish.UTC().Truncate(time.Second).Format(time.RFC3339)
	}
	if !i.ReplyTo.ID.Zero() {
		if form.ReplyTo, err = p.subject(ctx, "parent", i.ReplyTo); err != nil {
			return form, err
		}
	}
	if !i.Quote.ID.Zero() {
		if form.Quote, err = timeline.Step(ctx, p.notes, "quoted", p.quotable); err != nil {
			return form, err
		}
	}
	form.MediaIDs, err = p.media(ctx, part.Media)
	return form, err
}

func errTooNear() error {
	return timeline.Errorf(timeline.CodeRefused, "the server keeps a post only when it is for more than %d minutes ahead", int(scheduleAhead.Minutes()))
}

// visibilityWord is a visibility in the API's words.
func visibilityWord(v timeline.Visibility) (string, error) {
	switch v {
	case "", timeline.Public, timeline.Unlisted, timeline.Direct:
		return string(v), nil
	case timeline.Followers:
		return "private", nil
	}
	return "", timeline.Errorf(timeline.CodeUnsupported, "Mastodon has no visibility %q", string(v))
}

// quotable is the server's id of the quoted post, if its author lets it be quoted.
//
// Source: docs.joinmastodon.org/entities/QuoteApproval
func (p preparation) quotable(ctx context.Context) (string, error) {
	sid, err := p.subject(ctx, "quoted post", p.intent.Quote)
	if err != nil {
		return "", err
	}
	var st struct {
		Approval struct {
			CurrentUser string `json:"current_user"`
		} `json:"quote_approval"`
	}
	if err := p.api.get(ctx, "/api/v1/statuses/"+sid, nil, &st); err != nil {
		return "", err
	}
	if st.Approval.CurrentUser == "denied" {
		return "", timeline.Errorf(timeline.CodeRefused, "%s: the author does not let this account quote the post", p.base.Host)
	}
	return sid, nil
}

// place is the end of the own timeline.
type place struct {
	Author string `json:"author"`
	Newest string `json:"newest"`
}

// watermark finds out behind which post a new one will stand.
func (p preparation) watermark(ctx context.Context) (place, error) {
	me, err := p.self(ctx, p.api)
	if err != nil {
		return place{}, err
	}
	var newest []struct {
		ID string `json:"id"`
	}
	if err := p.api.get(ctx, "/api/v1/accounts/"+me+"/statuses", url.Values{"limit": {"1"}}, &newest); err != nil {
		return place{}, err
	}
	at := place{Author: me}
	if len(newest) > 0 {
		if !validID(newest[0].ID) {
			return place{}, timeline.Errorf(timeline.CodeMalformed, "%s: the newest post has no id", p.base.Host)
		}
		at.Newest = newest[0].ID
	}
	return at, nil
}

// lastScheduled is the newest of the posts that the server keeps for later.
func (p preparation) lastScheduled(ctx context.Context) (string, error) {
	kept, err := p.api.scheduled(ctx, "", 1)
	if err != nil || len(kept) == 0 {
		return "", err
	}
	return kept[0].ID, nil
}

// scheduledStatus is a ScheduledStatus. The ids in it are numbers or texts.
//
// Source: docs.joinmastodon.org/entities/ScheduledStatus
type scheduledStatus struct {
	ID     string    `json:"id"`
	At     time.Time `json:"scheduled_at"`
	Params struct {
		Text       string  `json:"text"`
		Warning    string  `json:"spoiler_text"`
		Visibility string  `json:"visibility"`
		ReplyTo    anyID   `json:"in_reply_to_id"`
		MediaIDs   []anyID `json:"media_ids"`
		Poll       *ballot `json:"poll"`
	} `json:"params"`
	Media []struct {
		ID anyID `json:"id"`
	} `json:"media_attachments"`
}

// anyID reads an id that is a number here and a text there; "" for null.
type anyID string

// UnmarshalJSON implements json.Unmarshaler.
func (id *anyID) UnmarshalJSON(raw []byte) error {
	var n json.Number
	if err := json.Unmarshal(raw, &n); err == nil {
		*id = anyID(n)
		return nil
	}
	var s string
	err := json.Unmarshal(raw, &s)
	*id = anyID(s)
	return err
}

// scheduled reads a page of what the server keeps for later, newest first.
//
// Source: docs.joinmastodon.org/methods/scheduled_statuses#get
func (a *api) scheduled(ctx context.Context, below string, limit int) ([]scheduledStatus, error) {
	q := url.Values{"limit": {strconv.Itoa(limit)}}
	if below != "" {
		q.Set("max_id", below)
	}
	var raws []json.RawMessage
	if err := a.get(ctx, "/api/v1/scheduled_statuses", q, &raws); err != nil {
		return nil, err
	}
	var out []scheduledStatus
	for _, raw := range raws {
		var s scheduledStatus
		if err := json.Unmarshal(raw, &s); err != nil || !validID(s.ID) {
			return nil, timeline.Errorf(timeline.CodeMalformed, "%s: a post for later cannot be read (%d)", a.base.Host, http.StatusOK)
		}
		out = append(out, s)
	}
	return out, nil
}
