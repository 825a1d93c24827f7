package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"skein/timeline"
)

// address writes a post that names the account.
func (c *suite) address(t *testing.T, text string) timeline.ID {
	t.Helper()
	if c.Address == nil {
		t.Skip("this Setup has nobody who names the account")
	}
	id, err := c.Address(t.Context(), fmt.Sprintf("%s, %s", text, time.Now().Format("15:04:05.000000")))
	if err != nil || id.Zero() {
		t.Fatalf("Address(%q): %v, %v", text, id, err)
	}
	return id
}

func (c *suite) notifier(t *testing.T) timeline.Notifier {
	t.Helper()
	n, ok := timeline.As[timeline.Notifier](c.Backend)
	if !ok {
		t.Skip("this backend has no notices (see Abilities)")
	}
	return n
}

// testNotices has somebody name the account and waits for the notice; then it pages
// back to the end, on which every notice is found once.
func (c *suite) testNotices(t *testing.T) {
	n := c.notifier(t)
	id := c.address(t, "are you told of this?")
	told := c.awaitNotice(t, n, id)
	if told.Kind != timeline.NoticeMention && told.Kind != timeline.NoticeReply {
		t.Errorf("being named is a %s", told.Kind)
	}
	if told.Post == nil || told.Post.ID != id || told.Post.Author.ID != told.By.ID {
		t.Errorf("the notice has not the post: %+v", told)
	}
	if told.Read {
		t.Error("it was read before anybody could")
	}
	seen := map[string]bool{}
	at := timeline.Cursor("")
	for page := 0; ; page++ {
		if page == maxPages {
			t.Fatalf("no end after %d pages", page)
		}
		b, err := n.Notices(t.Context(), timeline.Page{Before: at, Limit: c.PageSize})
		if err != nil {
			t.Fatalf("Notices(before %q): %v", at, err)
		}
		if len(b.Notices) > timeline.MaxPage {
			t.Errorf("a page of %d", len(b.Notices))
		}
		for _, one := range b.Notices {
			c.checkNotice(t, one)
			if seen[one.ID] {
				t.Errorf("notice %s is there twice", one.ID)
			}
			seen[one.ID] = true
		}
		if b.Older == "" {
			break
		}
		if b.Older == at {
			t.Fatalf("the cursor %q does not lead on", at)
		}
		at = b.Older
	}
	if !seen[told.ID] {
		t.Errorf("notice %s was not met again", told.ID)
	}
}

// awaitNotice asks until there is a notice of a post.
func (c *suite) awaitNotice(t *testing.T, n timeline.Notifier, of timeline.ID) timeline.Notice {
	t.Helper()
	var told timeline.Notice
	c.eventually(t, func(ctx context.Context) error {
		b, err := n.Notices(ctx, timeline.Page{Limit: c.PageSize})
		if err != nil {
			return err
		}
		i := slices.IndexFunc(b.Notices, func(one timeline.Notice) bool { return one.Subject == of })
		if i < 0 {
			return fmt.Errorf("nothing of %s among the newest %d notices", of, len(b.Notices))
		}
		told = b.Notices[i]
		return nil
	})
	return told
}

// checkNotice holds one notice to what Notice's documentation says.
func (c *suite) checkNotice(t *testing.T, n timeline.Notice) {
	t.Helper()
	const clocks = time.Minute // those of two machines
	switch {
	case n.Account != c.account.ID, n.Network != c.account.Network, n.ID == "":
		t.Errorf("notice %q is of %s on %s", n.ID, n.Account, n.Network)
	case !slices.Contains(timeline.NoticeKinds(), n.Kind):
		t.Errorf("notice %s is of no kind: %q", n.ID, n.Kind)
	case n.At.IsZero(), n.At.After(time.Now().Add(clocks)):
		t.Errorf("notice %s is from %s", n.ID, n.At)
	case n.Text != n.Text.Line():
		t.Errorf("notice %s says more than a line: %q", n.ID, n.Text)
	case n.Kind == timeline.NoticeOther && n.Text.Empty():
		t.Errorf("notice %s does not say what it is", n.ID)
	case n.By.ID != "" && (n.By.Handle.Empty() || n.By.Name.Empty()):
		t.Errorf("notice %s is of somebody without a name: %+v", n.ID, n.By)
	case n.Post != nil && n.Post.ID != n.Subject:
		t.Errorf("notice %s is of %s and shows %s", n.ID, n.Subject, n.Post.ID)
	}
	if n.Post != nil {
		checkPost(t, c.account, n.Post)
	}
}

// testNoticeStream: what happens is told on the stream, too, by the same name.
func (c *suite) testNoticeStream(t *testing.T) {
	n := c.notifier(t)
	c.address(t, "before the stream") // which some have seen by then, or not
	r := c.stream(t)
	id := c.address(t, "on the stream")
	deadline := time.After(c.Patience)
	for {
		select {
		case e := <-r.events:
			if e.Notice == nil {
				continue
			}
			c.checkNotice(t, *e.Notice)
			if e.Notice.Subject != id {
				continue
			}
			if read := c.awaitNotice(t, n, id); read.ID != e.Notice.ID || read.Kind != e.Notice.Kind {
				t.Errorf("streamed as %s %q, read as %s %q", e.Notice.Kind, e.Notice.ID, read.Kind, read.ID)
			}
			return
		case err := <-r.ended:
			t.Fatalf("Stream ended: %v", err)
		case <-deadline:
			t.Fatalf("no notice of %s within %s", id, c.Patience)
		}
	}
}

// testNoticeMark marks notices as read, the newer one first.
func (c *suite) testNoticeMark(t *testing.T) {
	n := c.notifier(t)
	m, ok := timeline.As[timeline.NoticeMarker](c.Backend)
	if !ok {
		t.Skip("this network keeps no mark of notices (see Abilities)")
	}
	older := c.awaitNotice(t, n, c.address(t, "read first"))
	id := c.address(t, "read second")
	newer := c.awaitNotice(t, n, id)
	if newer.Read {
		t.Error("it is read before it is marked")
	}
	for _, to := range []timeline.Notice{newer, older, newer} { // the mark is never taken back
		if err := m.MarkNotices(t.Context(), to); err != nil {
			t.Fatalf("MarkNotices(%s): %v", to.ID, err)
		}
		c.eventually(t, func(ctx context.Context) error {
			b, err := n.Notices(ctx, timeline.Page{Limit: c.PageSize})
			if err != nil {
				return err
			}
			for _, one := range b.Notices {
				if one.ID == newer.ID && !one.Read {
					return errors.New("it is marked, and not read")
				}
			}
			return nil
		})
	}
	var te *timeline.Error
	if err := m.MarkNotices(t.Context(), timeline.Notice{ID: "../x?"}); !errors.As(err, &te) {
		t.Errorf("a notice that is none was marked: %v", err)
	}
}

// testOddNotices: a cursor that is none is an error, and no panic.
func (c *suite) testOddNotices(t *testing.T) {
	n := c.notifier(t)
	for _, odd := range []timeline.Cursor{"\x00", "../../etc", "☃", "-1"} {
		_, err := n.Notices(t.Context(), timeline.Page{Before: odd})
		var te *timeline.Error
		if err != nil && !errors.As(err, &te) {
			t.Errorf("cursor %q: %v is no *timeline.Error", odd, err)
		}
	}
}
