package conformance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"skein/timeline"
)

// notes are the steps of one preparation.
type notes map[string]json.RawMessage

// Get implements timeline.Notes.
func (n notes) Get(step string) (json.RawMessage, bool) {
	raw, ok := n[step]
	return raw, ok
}

// Put implements timeline.Notes.
func (n notes) Put(_ context.Context, step string, value json.RawMessage) error {
	n[step] = value
	return nil
}

// intent is i with what the outbox gives to each.
func (c *suite) intent(i timeline.Intent) timeline.Intent {
	var key [16]byte
	_, _ = rand.Read(key[:]) // it never fails
	i.Key, i.Created = hex.EncodeToString(key[:]), time.Now().UTC().Truncate(time.Millisecond)
	return i
}

// does has the account do something: the outbox in small. What is done is settled
// once more, which must not change its mind.
func (c *suite) does(t *testing.T, i timeline.Intent) timeline.Receipt {
	t.Helper()
	p, ok := timeline.As[timeline.Publisher](c.Backend)
	if !ok {
		t.Fatal("this backend publishes nothing")
	}
	i = c.intent(i)
	r := c.prepared(t, p, i)
	r.First = time.Now()
	var out timeline.Outcome
	c.eventually(t, func(ctx context.Context) error {
		if out.Verdict == timeline.Uncertain {
			out = p.Settle(ctx, r)
		} else {
			r.Last = time.Now()
			out = p.Send(ctx, r)
			r.Tries++
		}
		switch {
		case out.Verdict == timeline.Published:
			return nil
		case out.Err == nil:
			t.Fatalf("%s, undo %v: %s without an error", i.Kind, i.Undo, out.Verdict)
		case out.Verdict != timeline.Uncertain && out.Verdict != timeline.Absent:
			t.Fatalf("%s, undo %v: %s: %v", i.Kind, i.Undo, out.Verdict, out.Err)
		}
		return out.Err
	})
	r.Known = out.Receipt
	c.eventually(t, func(ctx context.Context) error { // a server's index may be behind
		again := p.Settle(ctx, r)
		if again.Verdict == timeline.Published {
			return nil
		}
		return errors.Join(errors.New("settled, it is "+string(again.Verdict)), again.Err)
	})
	return out.Receipt
}

// prepared takes up again what a server that has just gone away broke off.
func (c *suite) prepared(t *testing.T, p timeline.Publisher, i timeline.Intent) (r timeline.Request) {
	t.Helper()
	steps := notes{}
	c.eventually(t, func(ctx context.Context) (err error) {
		r, err = p.Prepare(ctx, i, steps)
		if e := timeline.AsError(err); e != nil && !e.Temporary() {
			t.Fatalf("%s, undo %v: Prepare: %v", i.Kind, i.Undo, err)
		}
		return err
	})
	return r
}

// says has the account publish a post and returns its ID.
func (c *suite) says(t *testing.T, text string, replyTo timeline.ID) timeline.ID {
	t.Helper()
	p, ok := timeline.As[timeline.Publisher](c.Backend)
	if !ok {
		t.Skip("this backend cannot write")
	}
	r := c.does(t, timeline.Intent{
		Kind: timeline.DoPost, ReplyTo: timeline.Subject{ID: replyTo},
		Parts: []timeline.Part{{Text: p.Rules().Mark(text + ", " + time.Now().Format("15:04:05.000000"))}},
	})
	if len(r.Posts) != 1 || r.Posts[0].ID.Zero() {
		t.Fatalf("the receipt of a post is %+v", r)
	}
	return r.Posts[0].ID
}

// author is the Author.ID of who wrote a post that may just have been written.
func (c *suite) author(t *testing.T, id timeline.ID) string {
	t.Helper()
	var who string
	c.eventually(t, func(ctx context.Context) error {
		p, err := c.Backend.Post(ctx, id)
		if err == nil {
			who = p.Author.ID
		}
		return err
	})
	return who
}

// others are up to n people from home who are neither the account nor the author
// that Publish writes as.
func (c *suite) others(t *testing.T, n int) []string {
	t.Helper()
	not := map[string]bool{
		c.author(t, c.says(t, "who am I?", timeline.ID{})):     true,
		c.author(t, c.publish(t, "who is it?", timeline.ID{})): true,
	}
	var people []string
	page := timeline.Page{Limit: timeline.MaxPage}
	for range maxPages {
		b := c.home(t.Context(), t, page)
		for _, p := range b.Posts {
			if who := p.Content().Author.ID; len(people) < n && !not[who] {
				not[who] = true
				people = append(people, who)
			}
		}
		if b.Older == "" || len(people) == n {
			break
		}
		page.Before = b.Older
	}
	return people
}
