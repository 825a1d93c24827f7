package history_test

import (
	"slices"
	"testing"

	"skein/e2e/crash/history"
)

const seed = 7

func mark(n int) history.Mark { return history.NewMark(seed, n) }

// good is a run in which all went well: a text sent twice on purpose, a thread, a
// post that was deleted, a like, and on the forgetful network one that nobody can
// find out about.
func good() history.History {
	one, thread, gone, lost := mark(1), mark(2), mark(3), mark(4)
	return history.History{
		Asked: []history.Command{
			{Kind: "post", Mark: one, Length: 1, Networks: []string{"a", "b"}, Promise: history.Done},
			{Kind: "post", Mark: one, Length: 1, Networks: []string{"a"}, Promise: history.Kept},
			{Kind: "post", Mark: thread, Length: 4, Networks: []string{"a", "b"}, Promise: history.Kept},
			{Kind: "post", Mark: gone, Length: 1, Networks: []string{"a"}, Promise: history.Done},
			{Kind: "post", Mark: mark(6), Length: 1, Networks: []string{"a"}, Parent: "x", Promise: history.Done},
			{Kind: "post", Mark: lost, Length: 1, Networks: []string{"b"}, Promise: history.Kept},
			{Kind: "post", Mark: mark(5), Length: 1, Networks: []string{"a"}}, // killed before it was kept
			{Kind: "like", On: "x", Networks: []string{"a"}, Promise: history.Done},
			{Kind: "delete", On: "a5", Networks: []string{"a"}, Promise: history.Done},
		},
		Journal: []history.Delivery{
			{Operation: "o1", Network: "a", Kind: "post", State: "sent", Mark: one, Posts: []string{"a1"}},
			{Operation: "o1", Network: "b", Kind: "post", State: "sent", Mark: one, Posts: []string{"b1"}},
			{Operation: "o2", Network: "a", Kind: "post", State: "sent", Mark: one, Posts: []string{"a2"}},
			{Operation: "o3", Network: "a", Kind: "post", State: "sent", Mark: thread, Part: 2, Posts: []string{"a4"}},
			{Operation: "o3", Network: "a", Kind: "post", State: "sent", Mark: thread, Part: 1, Posts: []string{"a3"}},
			{Operation: "o3", Network: "b", Kind: "post", State: "sent", Mark: thread, Posts: []string{"b3", "b4"}},
			{Operation: "o4", Network: "a", Kind: "post", State: "sent", Mark: gone, Posts: []string{"a5"}},
			{Operation: "o5", Network: "a", Kind: "delete", State: "sent", On: "a5"},
			{Operation: "o6", Network: "b", Kind: "post", State: "unconfirmed", Mark: lost},
			{Operation: "o7", Network: "a", Kind: "like", State: "sent", On: "x"},
			{Operation: "o8", Network: "a", Kind: "post", State: "sent", Mark: mark(6), Posts: []string{"a6"}},
		},
		Truth: history.Truth{
			Posts: []history.Post{
				{Network: "a", ID: "a1", Text: one.Word(0) + " hello"},
				{Network: "a", ID: "a2", Text: one.Word(0) + " hello"},
				{Network: "b", ID: "b1", Text: one.Word(0) + " hello"},
				{Network: "a", ID: "a3", Text: thread.Words(0, 3)},
				{Network: "a", ID: "a4", Text: thread.Words(3, 4), Parent: "a3"},
				{Network: "b", ID: "b3", Text: thread.Words(0, 2)},
				{Network: "b", ID: "b4", Text: thread.Words(2, 4), Parent: "b3"},
				{Network: "b", ID: "b9", Text: lost.Word(0)},
				{Network: "a", ID: "a6", Text: mark(6).Word(0), Parent: "x"},
			},
			Reactions: []history.Reaction{{Network: "a", Kind: "like", On: "x"}},
		},
		Doubtful: map[string]bool{"b": true},
	}
}

func TestGoodHistory(t *testing.T) {
	if found := history.Check(good()); len(found) != 0 {
		t.Errorf("a good history is faulted: %v", found)
	}
	h := good()
	h.Truth.Posts = slices.DeleteFunc(h.Truth.Posts, func(p history.Post) bool { return p.ID == "b9" })
	if found := history.Check(h); len(found) != 0 {
		t.Errorf("what is unconfirmed need not be there: %v", found)
	}
}

// Each way of breaking the promise is seen, and named as what it is.
func TestSabotage(t *testing.T) {
	post := func(network, id, text string) func(*history.History) {
		return func(h *history.History) {
			h.Truth.Posts = append(h.Truth.Posts, history.Post{Network: network, ID: id, Text: text})
		}
	}
	without := func(id string) func(*history.History) {
		return func(h *history.History) {
			h.Truth.Posts = slices.DeleteFunc(h.Truth.Posts, func(p history.Post) bool { return p.ID == id })
		}
	}
	state := func(operation, state string) func(*history.History) {
		return func(h *history.History) {
			for i := range h.Journal {
				if h.Journal[i].Operation == operation {
					h.Journal[i].State = state
				}
			}
		}
	}
	for _, c := range []struct {
		name  string
		want  history.Fault
		spoil func(*history.History)
	}{
		{"posted twice", history.Duplicate, post("b", "b2", mark(1).Word(0))},
		{"posted on a network that was not asked for", history.Duplicate, post("c", "c1", mark(1).Word(0))},
		{"posted though never kept", history.Duplicate, post("a", "a9", mark(5).Word(0))},
		{"a thread's last post twice", history.Duplicate, post("b", "b5", mark(2).Words(2, 4))},
		{"posted twice, and one of them deleted", history.Duplicate, post("a", "a9", mark(3).Word(0))},
		{"unconfirmed, and there twice", history.Duplicate, post("b", "b8", mark(4).Word(0))},
		{"one key, two operations", history.Duplicate, func(h *history.History) {
			h.Journal = append(h.Journal, history.Delivery{Operation: "o9", Network: "b", Kind: "post", State: "sent", Mark: mark(1), Posts: []string{"b2"}})
			post("b", "b2", mark(1).Word(0))(h)
		}},
		{"liked twice", history.Duplicate, func(h *history.History) {
			h.Truth.Reactions = append(h.Truth.Reactions, h.Truth.Reactions...)
		}},
		{"sent, and not there", history.Lost, without("a1")},
		{"part of a thread is not there", history.Lost, without("b4")},
		{"liked, and not there", history.Lost, func(h *history.History) { h.Truth.Reactions = nil }},
		{"kept, and not in the outbox", history.Lost, func(h *history.History) {
			h.Journal = slices.DeleteFunc(h.Journal, func(d history.Delivery) bool { return d.Operation == "o2" })
			without("a2")(h)
		}},
		{"said to be sent, and unconfirmed", history.Lost, func(h *history.History) {
			h.Doubtful["a"] = true
			state("o4", "unconfirmed")(h)
			h.Journal = slices.DeleteFunc(h.Journal, func(d history.Delivery) bool { return d.Kind == "delete" })
		}},
		{"refused", history.Lost, state("o2", "refused")},
		{"cancelled", history.Lost, state("o2", "cancelled")},
		{"a receipt names another post", history.Lost, func(h *history.History) { h.Journal[0].Posts = []string{"a3"} }},
		{"two operations claim one post", history.Lost, func(h *history.History) { h.Journal[2].Posts = []string{"a1"} }},
		{"a receipt names nothing", history.Lost, func(h *history.History) { h.Journal[0].Posts = nil }},
		{"unconfirmed without need", history.Doubt, func(h *history.History) { h.Doubtful = nil }},
		{"still sending", history.Stuck, state("o1", "sending")},
		{"waiting for a post that is there", history.Stuck, func(h *history.History) { h.Journal[3].State = "waiting" }},
		{"a reply to another post", history.Torn, func(h *history.History) { h.Truth.Posts[4].Parent = "a1" }},
		{"an answer to nothing", history.Torn, func(h *history.History) {
			h.Truth.Posts[8].Parent = ""
		}},
		{"an answer where none was meant", history.Torn, func(h *history.History) { h.Truth.Posts[0].Parent = "x" }},
		{"words in another order", history.Torn, func(h *history.History) {
			h.Truth.Posts[5].Text = mark(2).Word(1) + " " + mark(2).Word(0)
		}},
		{"a deleted post is back", history.Undead, post("a", "a5", mark(3).Word(0))},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := good()
			c.spoil(&h)
			found := history.Check(h)
			if !slices.ContainsFunc(found, func(v history.Violation) bool { return v.Fault == c.want }) {
				t.Errorf("no %s was found: %v", c.want, found)
			}
		})
	}
}

func TestWaitingForAnUnknownParentIsNoFault(t *testing.T) {
	h := good()
	h.Doubtful["a"] = true
	h.Journal[4].State, h.Journal[3].State = "unconfirmed", "waiting"
	h.Journal[4].Posts, h.Journal[3].Posts = nil, nil
	h.Truth.Posts = slices.DeleteFunc(h.Truth.Posts, func(p history.Post) bool { return p.ID == "a4" })
	if found := history.Check(h); len(found) != 0 {
		t.Errorf("%v", found)
	}
}

func TestMarks(t *testing.T) {
	m, words := history.Read("caf\u00e9 \u6771\u4eac " + mark(2).Words(9, 12) + ".\nand s7")
	if m != mark(2) || !slices.Equal(words, []int{9, 10, 11}) {
		t.Errorf("read %q %v", m, words)
	}
	if m, words := history.Read("nothing at all"); m != "" || words != nil {
		t.Errorf("read %q %v", m, words)
	}
}
