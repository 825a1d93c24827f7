package instance

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// schedulable is how far ahead a post for later must be.
const schedulable = 5 * time.Minute

// scheduled is a post for later.
type scheduled struct {
	draft
	wish wish
	id   int
	by   *person
	at   time.Time
}

// scheduledEntity is a ScheduledStatus.
type scheduledEntity struct {
	ID     string          `json:"id"`
	At     string          `json:"scheduled_at"`
	Params scheduledParams `json:"params"`
	Media  []mediaEntity   `json:"media_attachments"`
}

type scheduledParams struct {
	Text          string   `json:"text"`
	Visibility    string   `json:"visibility"`
	Warning       string   `json:"spoiler_text"`
	Language      string   `json:"language,omitempty"`
	Sensitive     bool     `json:"sensitive"`
	ReplyTo       *uint64  `json:"in_reply_to_id"`
	QuoteOf       *string  `json:"quoted_status_id"`
	MediaIDs      []string `json:"media_ids"`
	Poll          *ballot  `json:"poll"`
	Idempotency   *string  `json:"idempotency"`
	ScheduledAt   *string  `json:"scheduled_at"`
	WithRateLimit bool     `json:"with_rate_limit"`
	ApplicationID int      `json:"application_id"`
}

// schedule keeps a post for later.
func (s *Server) schedule(by *person, w wish, d draft) (*scheduled, error) {
	at, err := time.Parse(time.RFC3339, w.Scheduled)
	if err != nil || at.Before(s.opts.Now().Add(schedulable)) {
		return nil, errInvalid("Scheduled at The scheduled date must be in the future")
	}
	t := s.town
	t.lastScheduled++
	later := &scheduled{draft: d, wish: w, id: t.lastScheduled, by: by, at: at.UTC()}
	t.scheduled = append(t.scheduled, later)
	return later, nil
}

// publishDue publishes what was for later and is due. The lock is held.
func (s *Server) publishDue() {
	now := s.opts.Now()
	var due []*scheduled
	s.town.scheduled = slices.DeleteFunc(s.town.scheduled, func(l *scheduled) bool {
		if l.at.After(now) {
			return false
		}
		due = append(due, l)
		return true
	})
	for _, l := range due {
		s.publish(l.by, l.draft)
	}
}

func (c *call) later(l *scheduled) scheduledEntity {
	e := scheduledEntity{
		ID: strconv.Itoa(l.id), At: timestamp(l.at), Media: []mediaEntity{},
		Params: scheduledParams{
			Text: l.typed, Visibility: l.visibility, Warning: l.warning, Language: l.wish.Language, Sensitive: l.sensitive,
			MediaIDs: l.wish.MediaIDs, Poll: l.wish.Poll,
		},
	}
	if l.replyTo != nil {
		e.Params.ReplyTo = &l.replyTo.id
	}
	if l.quoteOf != nil {
		e.Params.QuoteOf = &l.wish.QuoteOf
	}
	for _, p := range l.pictures {
		e.Media = append(e.Media, c.attachment(p))
	}
	return e
}

// scheduledStatuses is a page, newest first.
func scheduledStatuses(c *call) (any, error) {
	q := c.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 {
		limit = defaultPage
	}
	below := parseID(q.Get("max_id"))
	out := []scheduledEntity{}
	for _, l := range slices.Backward(c.s.town.scheduled) {
		if l.by == c.viewer && len(out) < min(limit, maxPage) && (below == 0 || uint64(max(l.id, 0)) < below) {
			out = append(out, c.later(l))
		}
	}
	return out, nil
}

// laterNamed is where in the list the post in the path is, if it is the viewer's.
func (c *call) laterNamed() (int, error) {
	i := slices.IndexFunc(c.s.town.scheduled, func(l *scheduled) bool {
		return strconv.Itoa(l.id) == c.PathValue("id") && l.by == c.viewer
	})
	if i < 0 {
		return 0, errNotFound()
	}
	return i, nil
}

func getScheduled(c *call) (any, error) {
	i, err := c.laterNamed()
	if err != nil {
		return nil, err
	}
	return c.later(c.s.town.scheduled[i]), nil
}

// deleteScheduled drops a post for later; its media can be used again.
func deleteScheduled(c *call) (any, error) {
	i, err := c.laterNamed()
	if err != nil {
		return nil, err
	}
	for _, id := range c.s.town.scheduled[i].wish.MediaIDs {
		if u := c.s.town.uploads[id]; u != nil {
			u.taken = false
		}
	}
	c.s.town.scheduled = slices.Delete(c.s.town.scheduled, i, i+1)
	c.code = http.StatusOK
	return object{}, nil
}
