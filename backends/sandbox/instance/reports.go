package instance

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// Report is what somebody told the moderators.
type Report struct {
	By, About string // keys of people
	Posts     []string
	Category  string
	Comment   string
	Forward   bool
}

// Reports are all that were made, the oldest first.
func (s *Server) Reports() []Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.reports)
}

// reportEntity is a Report.
type reportEntity struct {
	ID          string        `json:"id"`
	ActionTaken bool          `json:"action_taken"`
	TakenAt     *string       `json:"action_taken_at"`
	Category    string        `json:"category"`
	Comment     string        `json:"comment"`
	Forwarded   bool          `json:"forwarded"`
	CreatedAt   string        `json:"created_at"`
	Statuses    []string      `json:"status_ids"`
	Rules       []string      `json:"rule_ids"`
	Target      accountEntity `json:"target_account"`
}

// postReport takes a report of a person and of posts of theirs.
//
// Source: docs.joinmastodon.org/methods/reports#post
func postReport(c *call) (any, error) {
	var in struct {
		Account  string   `json:"account_id"`
		Statuses []string `json:"status_ids"`
		Comment  string   `json:"comment"`
		Forward  bool     `json:"forward"`
		Category string   `json:"category"`
		Rules    []string `json:"rule_ids"`
	}
	const longest = 1000
	if err := json.NewDecoder(c.Body).Decode(&in); err != nil {
		return nil, refusal{http.StatusBadRequest, "Error occurred while parsing request parameters"}
	}
	who := c.s.town.byID[in.Account]
	switch {
	case who == nil:
		return nil, errNotFound()
	case len([]rune(in.Comment)) > longest:
		return nil, errInvalid("Comment is too long (maximum is 1000 characters)")
	case !slices.Contains([]string{"spam", "legal", "violation", "other"}, in.Category):
		return nil, errInvalid("Category is not included in the list")
	}
	r := Report{By: c.viewer.Key, About: who.Key, Category: in.Category, Comment: in.Comment, Forward: in.Forward}
	for _, id := range in.Statuses {
		if p := c.s.town.ids[id]; p != nil && p.by == who { // others are passed over
			r.Posts = append(r.Posts, id)
		}
	}
	c.s.reports = append(c.s.reports, r)
	return reportEntity{
		ID: strconv.Itoa(len(c.s.reports)), Category: r.Category, Comment: r.Comment, Forwarded: r.Forward,
		CreatedAt: timestamp(c.s.opts.Now()), Statuses: append([]string{}, r.Posts...), Rules: append([]string{}, in.Rules...), Target: c.account(who),
	}, nil
}

// followRequests lists who asked to follow the viewer.
func followRequests(c *call) (any, error) {
	all := ties[string]{}
	for i, p := range c.s.everybody() {
		if p.asked[c.viewer.Key] {
			all[p.Key] = uint64(i + 1)
		}
	}
	return c.people(all), nil
}

// everybody are those who live here, in the order of their keys.
func (s *Server) everybody() []*person {
	all := make([]*person, 0, len(s.town.people))
	for _, p := range s.town.people {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *person) int { return cmp.Compare(a.Key, b.Key) })
	return all
}

// answerRequest lets somebody follow who asked to, or turns them down.
//
// Source: docs.joinmastodon.org/methods/follow_requests#accept
func answerRequest(admit bool) answer {
	return relate(func(c *call, who *person) error {
		if !who.asked[c.viewer.Key] {
			return errNotFound()
		}
		delete(who.asked, c.viewer.Key)
		if admit {
			tie(c.s.town, who.follows, c.viewer.Key)
		}
		return nil
	})
}

// muteFor is the end of a mute that a client asks for, in seconds; 0 for none.
func (c *call) muteFor() int64 {
	var in struct {
		Duration int64 `json:"duration"`
	}
	if json.NewDecoder(c.Body).Decode(&in) != nil || in.Duration < 0 {
		return 0
	}
	return in.Duration
}

// endMutes takes back those mutes whose time is over.
func (s *Server) endMutes() {
	now := s.opts.Now()
	for _, p := range s.town.people {
		for key, at := range p.muteEnds {
			if !at.After(now) {
				delete(p.mutes, key)
				delete(p.muteEnds, key)
			}
		}
	}
}
