package instance

import (
	"strconv"
	"strings"
)

// filterEntity is a Filter: here each has one keyword, and warns everywhere.
type filterEntity struct {
	ID       string          `json:"id"`
	Title    string          `json:"title"`
	Context  []string        `json:"context"`
	Expires  *string         `json:"expires_at"`
	Action   string          `json:"filter_action"`
	Keywords []keywordEntity `json:"keywords"`
	Statuses []any           `json:"statuses"`
}

type keywordEntity struct {
	ID      string `json:"id"`
	Keyword string `json:"keyword"`
	Whole   bool   `json:"whole_word"`
}

// filterResult is a FilterResult: which filter a status meets, and with what.
type filterResult struct {
	Filter   filterEntity `json:"filter"`
	Keywords []string     `json:"keyword_matches"`
	Statuses []string     `json:"status_matches"`
}

// filters are the viewer's, one of each muted word of the world.
//
// Source: docs.joinmastodon.org/methods/filters#get
func filters(c *call) (any, error) { return c.viewer.filters(), nil }

func (p *person) filters() []filterEntity {
	all := []filterEntity{}
	for i, word := range p.MutedWords {
		id := strconv.Itoa(i + 1)
		all = append(all, filterEntity{
			ID: id, Title: "Not today", Context: []string{"home", "public", "thread"}, Action: "warn",
			Keywords: []keywordEntity{{ID: id, Keyword: word, Whole: true}}, Statuses: []any{},
		})
	}
	return all
}

// filtered are the viewer's filters that a post of somebody else meets.
func (c *call) filtered(p *post) []filterResult {
	all := []filterResult{}
	if c.viewer == nil || c.viewer == p.by {
		return all
	}
	text := strings.ToLower(source(p.parts))
	for _, f := range c.viewer.filters() {
		if word := f.Keywords[0].Keyword; strings.Contains(text, strings.ToLower(word)) {
			all = append(all, filterResult{f, []string{word}, []string{}})
		}
	}
	return all
}
