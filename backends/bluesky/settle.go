package bluesky

import (
	"context"
	"encoding/json"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

// Settle implements timeline.Publisher: it asks the PDS, which has the last word,
// for the first of the records, or for those that are to be gone.
func (b *Backend) Settle(ctx context.Context, r timeline.Request) timeline.Outcome {
	f, err := b.thaw(r)
	switch {
	case timeline.CodeOf(err) == timeline.CodeAuth:
		return failed(timeline.Uncertain, err)
	case err != nil:
		return failed(timeline.Hopeless, err)
	case f.Report:
		return b.settleReport(r)
	case len(f.Made) > 0:
		return b.settleMade(ctx, r, f)
	case f.Chat != nil:
		return b.settleChat(ctx, r, f)
	case f.Bookmark != nil:
		return b.settleBookmark(ctx, f)
	case f.Mute != nil:
		return b.settleMute(ctx, f)
	}
	return b.settleGone(ctx, f)
}

// settleMade looks for the first record. The others were written with it or not at
// all.
func (b *Backend) settleMade(ctx context.Context, r timeline.Request, f frozen) timeline.Outcome {
	first := f.Made[0]
	there, err := b.kept(ctx, first.URI)
	switch {
	case err != nil:
		return failed(timeline.Uncertain, tried("record "+first.URI, err))
	case there == nil && b.late(r):
		return failed(timeline.Hopeless, timeline.Errorf(timeline.CodeNotFound,
			"%s does not have it, %s after it may have been sent: it was never there, or it has been deleted since", b.host, b.now().Sub(r.First).Round(resendWithin/10)))
	case there == nil:
		return failed(timeline.Absent, timeline.Errorf(timeline.CodeOffline, "%s does not have it", b.host))
	case there.CID != first.CID && createdAt(there.Value) != createdAt(first.Value):
		return b.spent()
	}
	// Another CID under the same key and with the same time is the same record,
	// changed since by another client.
	f.named(reference{there.URI, there.CID})
	return timeline.Outcome{Verdict: timeline.Published, Receipt: f.Receipt}
}

func createdAt(record json.RawMessage) string {
	var r struct {
		CreatedAt string `json:"createdAt"`
	}
	if json.Unmarshal(record, &r) != nil {
		return ""
	}
	return r.CreatedAt
}

// settleGone looks whether anything is left of what was to be deleted.
func (b *Backend) settleGone(ctx context.Context, f frozen) timeline.Outcome {
	for _, uri := range f.Gone {
		there, err := b.kept(ctx, uri)
		if err != nil {
			return failed(timeline.Uncertain, tried("record "+uri, err))
		}
		if there != nil {
			return failed(timeline.Absent, timeline.Errorf(timeline.CodeOffline, "%s still has it", b.host))
		}
	}
	return timeline.Outcome{Verdict: timeline.Published, Receipt: f.Receipt}
}

// settleBookmark asks the AppView, which alone knows bookmarks.
func (b *Backend) settleBookmark(ctx context.Context, f frozen) timeline.Outcome {
	s, err := b.subjectOf(ctx, f.Receipt.Posts[0].ID)
	switch {
	case timeline.CodeOf(err) == timeline.CodeNotFound && *f.Bookmark:
		return failed(timeline.Rejected, err)
	case timeline.CodeOf(err) == timeline.CodeNotFound: // a post that is gone shows no bookmark
		return failed(timeline.Absent, err)
	case err != nil:
		return failed(timeline.Uncertain, err)
	case s.Bookmarked != *f.Bookmark:
		return failed(timeline.Absent, timeline.Errorf(timeline.CodeOffline, "%s has not changed the bookmark", b.host))
	}
	return timeline.Outcome{Verdict: timeline.Published, Receipt: f.Receipt}
}

// settleMute asks the AppView, which alone knows mutes. Where a list mutes the person,
// too, nothing tells: it is asked for again, which does no harm.
func (b *Backend) settleMute(ctx context.Context, f frozen) timeline.Outcome {
	v, err := b.profile(ctx, syntax.DID(f.Mute.Person))
	switch {
	case timeline.CodeOf(err) == timeline.CodeNotFound && f.Mute.Want:
		return failed(timeline.Rejected, err)
	case timeline.CodeOf(err) == timeline.CodeNotFound:
		return failed(timeline.Absent, err)
	case err != nil:
		return failed(timeline.Uncertain, err)
	case v.Viewer.Muted != f.Mute.Want, v.Viewer.MutedByList.Name != "":
		return failed(timeline.Absent, timeline.Errorf(timeline.CodeOffline, "%s has not changed the mute", b.host))
	}
	return timeline.Outcome{Verdict: timeline.Published, Receipt: f.Receipt}
}
