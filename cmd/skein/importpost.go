package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"skein/timeline"
)

// UnmarshalText reads RFC 3339.
func (s *stamp) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		return err
	}
	*s = stamp(t.UTC())
	return nil
}

// moment is the time of a stamp that may be missing.
func (s *stamp) moment() time.Time {
	if s == nil {
		return time.Time{}
	}
	return time.Time(*s)
}

// longestID is the most bytes of an id that a file may bring.
const longestID = 2048

// parsePost reads a post as it is exported. What the schema does not carry is not
// there again: previews, the places of tags in the text, what a server calls the post.
// views tells whose account of a name the post was read by.
func parsePost(line []byte, views func(timeline.Network, string) (timeline.AccountID, bool)) (*timeline.Post, error) {
	var j postJSON
	if err := json.Unmarshal(line, &j); err != nil {
		return nil, fmt.Errorf("it is no JSON object of skein's: %w", err)
	}
	if err := j.check(); err != nil {
		return nil, err
	}
	p := &timeline.Post{
		ID: j.id(j.ID), Author: j.Author.author(), URL: j.URL, Created: time.Time(j.CreatedAt), Edited: j.EditedAt.moment(),
		Text: j.spans(), Warning: j.Warning, Sensitive: j.Sensitive, Labels: j.Labels, Languages: j.Languages,
		Visibility: timeline.Visibility(j.Visibility), Tags: j.Tags, Poll: j.Poll.poll(), Quote: j.quoted(),
		Counts: timeline.Counts{Replies: j.Counts.Replies, Boosts: j.Counts.Boosts, Quotes: j.Counts.Quotes, Likes: j.Counts.Likes},
		Note:   j.Note, Future: j.Future, ReplyTo: j.ref(j.ReplyTo), Root: j.ref(j.Root),
	}
	for _, m := range j.Media {
		p.Media = append(p.Media, timeline.Media{Kind: knownMedia(m.Kind), URL: m.URL, Alt: m.Alt, Width: m.Width, Height: m.Height})
	}
	if j.Card != nil {
		p.Card = &timeline.Card{URL: j.Card.URL, Title: j.Card.Title, Description: j.Card.Description}
	}
	if account, ok := views(j.Network, j.Account); ok {
		p.Views = []timeline.View{{Account: account, Liked: j.Liked, Boosted: j.Boosted, Bookmarked: j.Bookmarked, Filtered: j.Filtered}}
	}
	if j.Boost == nil {
		p.Sorted = time.Time(j.SortTime)
		return p, nil
	}
	return &timeline.Post{
		ID: j.id(j.Boost.ID), Author: j.Boost.Author.author(), Created: time.Time(j.Boost.At),
		Sorted: time.Time(j.SortTime), Visibility: p.Visibility, Boosted: p,
	}, nil
}

// check holds a post to what skein writes itself.
func (j *postJSON) check() error {
	ids := []string{j.ID, j.Author.ID, j.ReplyTo, j.Root}
	times := []time.Time{time.Time(j.CreatedAt), time.Time(j.SortTime), j.EditedAt.moment()}
	if j.Boost != nil {
		ids = append(ids, j.Boost.ID, j.Boost.Author.ID)
		times = append(times, time.Time(j.Boost.At))
	}
	if j.Quote != nil {
		ids = append(ids, j.Quote.ID)
		if j.Quote.Author != nil {
			ids = append(ids, j.Quote.Author.ID)
		}
	}
	visible := []timeline.Visibility{timeline.Public, timeline.Unlisted, timeline.Followers, timeline.Direct}
	switch {
	case j.Type != "post":
		return fmt.Errorf("its type is %q, not \"post\"", timeline.CleanLine(j.Type))
	case !slices.Contains(timeline.Networks(), j.Network):
		return fmt.Errorf("there is no network %q", timeline.CleanLine(string(j.Network)))
	case j.ID == "" || j.Boost != nil && j.Boost.ID == "":
		return fmt.Errorf("it has no id")
	case time.Time(j.SortTime).IsZero() || time.Time(j.CreatedAt).IsZero():
		return fmt.Errorf("it has no time")
	case !slices.Contains(visible, timeline.Visibility(j.Visibility)):
		return fmt.Errorf("there is no visibility %q", timeline.CleanLine(j.Visibility))
	}
	for _, id := range ids {
		if len(id) > longestID || timeline.CleanLine(id).String() != id {
			return fmt.Errorf("an id holds what none may")
		}
	}
	for _, t := range times {
		if year := t.Year(); year < 0 || year > 9999 {
			return fmt.Errorf("a time is of no year that there is")
		}
	}
	j.Languages = slices.DeleteFunc(j.Languages, func(l string) bool { return timeline.CleanLine(l).String() != l })
	return nil
}

// knownMedia is a kind of media that there is.
func knownMedia(k timeline.MediaKind) timeline.MediaKind {
	if slices.Contains([]timeline.MediaKind{timeline.Image, timeline.Video, timeline.GIF, timeline.Audio}, k) {
		return k
	}
	return timeline.UnknownFile
}

func (j *postJSON) id(local string) timeline.ID {
	return timeline.ID{Network: j.Network, Local: local}
}

func (j *postJSON) ref(local string) *timeline.Ref {
	if local == "" {
		return nil
	}
	return &timeline.Ref{ID: j.id(local)}
}

func (a authorJSON) author() timeline.Author {
	return timeline.Author{ID: a.ID, Handle: a.Handle, Name: a.Name, URL: a.URL, Verified: a.Verified, Bot: a.Bot}
}

// spans finds the links and mentions again in the text, in the order in which they
// stand there.
func (j *postJSON) spans() timeline.Text {
	var text timeline.Text
	plain := func(s string) {
		if s != "" {
			text = append(text, timeline.Span{Text: timeline.Clean(s)})
		}
	}
	rest, links, mentions := j.Text.String(), j.Links, j.Mentions
	for len(links)+len(mentions) > 0 {
		kind, from := timeline.SpanLink, &links
		at, mention := first(rest, links), first(rest, mentions)
		if at < 0 || mention >= 0 && mention < at {
			kind, from, at = timeline.SpanMention, &mentions, mention
		}
		if at < 0 { // the text has lost them
			break
		}
		next := (*from)[0]
		*from = (*from)[1:]
		plain(rest[:at])
		text = append(text, timeline.Span{Kind: kind, Text: next.Text, Target: next.Target})
		rest = rest[at+len(next.Text.String()):]
	}
	plain(rest)
	return text
}

// first is where the first of some marks stands in a text, -1 for nowhere.
func first(text string, marks []linkJSON) int {
	if len(marks) == 0 {
		return -1
	}
	return strings.Index(text, marks[0].Text.String())
}

func (j *pollJSON) poll() *timeline.Poll {
	if j == nil {
		return nil
	}
	p := &timeline.Poll{Multiple: j.Multiple, Closed: j.Closed, Votes: j.Votes, Closes: j.Closes.moment()}
	for _, o := range j.Options {
		option := timeline.PollOption{Text: o.Text, Votes: -1, Chosen: o.Chosen}
		if o.Votes != nil {
			option.Votes = *o.Votes
		}
		p.Options = append(p.Options, option)
	}
	return p
}

// quoted is the quote, with as much of the post in it as the schema carries.
func (j *postJSON) quoted() *timeline.Quote {
	q := j.Quote
	if q == nil {
		return nil
	}
	quote := &timeline.Quote{State: q.State}
	states := []timeline.QuoteState{timeline.QuoteShown, timeline.QuotePending, timeline.QuoteGone, timeline.QuoteRefused, timeline.QuoteOther}
	if !slices.Contains(states, q.State) {
		quote.State = timeline.QuoteOther
	}
	if q.ID != "" {
		quote.ID = j.id(q.ID)
	}
	if q.Author == nil || q.ID == "" {
		quote.Title = q.Text
		return quote
	}
	quote.Post = &timeline.Post{
		ID: quote.ID, Author: q.Author.author(), URL: q.URL, Text: timeline.PlainText(q.Text), Visibility: timeline.Public,
		Created: time.Time(j.CreatedAt), // it is older, but nothing says by how much
	}
	return quote
}
