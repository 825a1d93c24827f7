package instance

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strconv"
)

// asked is the post whose poll is in the path.
func (c *call) asked() (*post, error) {
	p, err := c.named()
	if err != nil {
		return nil, err
	}
	if p.poll == nil {
		return nil, errNotFound()
	}
	return p, nil
}

func getPoll(c *call) (any, error) {
	p, err := c.asked()
	if err != nil {
		return nil, err
	}
	return c.poll(p), nil
}

// vote votes, once.
//
// Source: docs.joinmastodon.org/methods/polls#vote
func vote(c *call) (any, error) {
	p, err := c.asked()
	if err != nil {
		return nil, err
	}
	choices, err := c.choices()
	switch {
	case err != nil:
		return nil, err
	case !c.s.opts.Now().Before(p.created.Add(p.poll.Open)):
		return nil, errInvalid("The poll has already ended")
	case p.by == c.viewer:
		return nil, errInvalid("You cannot vote in your own polls")
	case p.votes[c.viewer] != nil:
		return nil, errInvalid("You have already voted on this poll")
	case len(choices) == 0 || len(choices) > 1 && !p.poll.Multiple:
		return nil, errInvalid("Choose one option")
	}
	for _, i := range choices {
		if i < 0 || i >= len(p.poll.Options) {
			return nil, errInvalid("The chosen vote option does not exist")
		}
	}
	p.votes[c.viewer] = choices
	return c.poll(p), nil
}

// choices reads the body, a form or JSON.
func (c *call) choices() ([]int, error) {
	c.Body = http.MaxBytesReader(nil, c.Body, maxBody)
	var sent struct {
		Choices []int `json:"choices"`
	}
	if kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); kind == "application/json" {
		if err := json.NewDecoder(c.Body).Decode(&sent); err != nil {
			return nil, refusal{http.StatusBadRequest, "Error occurred while parsing request parameters"}
		}
	} else if err := c.ParseForm(); err == nil {
		for _, s := range c.PostForm["choices[]"] {
			i, err := strconv.Atoi(s)
			if err != nil {
				i = -1
			}
			sent.Choices = append(sent.Choices, i)
		}
	}
	slices.Sort(sent.Choices)
	return slices.Compact(sent.Choices), nil
}
