package bluesky

import (
	"context"
	"slices"
	"time"

	"skein/timeline"
)

// Stream implements timeline.Streamer by polling: it asks for the topmost post,
// and for what is new when that has changed. Now and then it asks in any case,
// for posts that were sorted in below the top. Notices are looked for in the same way. It ends with an error when posts
// were missed, because only a page of Home can say where.
func (b *Backend) Stream(ctx context.Context, from timeline.Cursor, emit func(timeline.Event)) error {
	if from == "" {
		newest, err := b.Home(ctx, timeline.Page{Limit: 1})
		if err != nil {
			return err
		}
		from = newest.Newer
	}
	var top timeline.ID
	var notices told
	b.emitNotices(ctx, &notices, emit) // what comes later is new
	var read time.Time                 // when the feed was last read in full
	for first := true; ; first = false {
		seen, err := b.top(ctx)
		if err != nil {
			return err
		}
		if first {
			emit(timeline.Event{Status: &timeline.Status{Up: 1, Of: 1}})
		}
		if now := b.now(); first || seen != top || now.Sub(read) >= b.poll.full {
			if from, err = b.emitNew(ctx, from, emit); err != nil {
				return err
			}
			top, read = seen, now
		}
		b.emitNotices(ctx, &notices, emit)
		if err := b.rest(ctx); err != nil {
			return err
		}
	}
}

// top is the ID of the feed's topmost post, the cheapest thing to ask for.
func (b *Backend) top(ctx context.Context) (timeline.ID, error) {
	if b.session == nil {
		return timeline.ID{}, timeline.Errorf(timeline.CodeUnsupported, "there is no home timeline without signing in to Bluesky")
	}
	posts, _, err := b.page(ctx, feed{endpoint: "app.bsky.feed.getTimeline"}, "", 1)
	if err != nil {
		return timeline.ID{}, tried("home timeline of "+b.account.Handle.String(), err)
	}
	if len(posts) == 0 {
		return timeline.ID{}, nil
	}
	return posts[0].ID, nil
}

// emitNew hands on what is above a cursor, oldest first, and returns the cursor
// that follows.
func (b *Backend) emitNew(ctx context.Context, from timeline.Cursor, emit func(timeline.Event)) (timeline.Cursor, error) {
	batch, err := b.Home(ctx, timeline.Page{After: from})
	if err != nil {
		return "", err
	}
	if batch.Gap {
		return "", timeline.Errorf(timeline.CodeServer, "%s: more is new than can be told one by one", b.host)
	}
	slices.SortFunc(batch.Posts, func(x, y *timeline.Post) int { return x.Key().Compare(y.Key()) })
	for i, p := range batch.Posts {
		e := timeline.Event{Post: p}
		if i == len(batch.Posts)-1 {
			e.Cursor = batch.Newer // not before the last: what is not handed on must be asked for again
		}
		emit(e)
	}
	return batch.Newer, nil
}

// rest waits until it is time to look again.
func (b *Backend) rest(ctx context.Context) error {
	pace, changed := b.currentPace()
	d := b.poll.active
	if pace == timeline.PaceIdle {
		d = b.poll.idle
	}
	const spread = 0.25 // of d, so that many clients do not ask in step; never later than d
	d -= time.Duration(float64(d) * spread * b.poll.random())
	select {
	case <-b.poll.after(d):
		return nil
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-b.closed:
		return timeline.Errorf(timeline.CodeOffline, "%s: the account was closed", b.host)
	}
}
