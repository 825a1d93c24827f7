package mastodon

import (
	"context"
	"net/http"
	"time"

	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

// commitTime is how long a request that was lost may still become a post: twice the
// slowest commit that was ever seen.
const commitTime = 3 * time.Minute

// Settle implements timeline.Publisher. A new post is looked for in the own
// timeline; of everything else the state is read, for it may be repeated.
func (b *Backend) Settle(ctx context.Context, r timeline.Request) timeline.Outcome {
	f, err := thaw(r)
	if err != nil {
		return outcome(timeline.Hopeless, b.blame(err))
	}
	a, err := b.open(ctx)
	if err != nil {
		return outcome(timeline.Uncertain, b.blame(err))
	}
	switch {
	case f.Kind == timeline.DoReport:
		return b.settleReport(r)
	case f.Kind == timeline.DoList && !f.Undo:
		return b.settleList(ctx, a, f, r)
	case f.Kind != timeline.DoPost:
		return b.settleState(ctx, a, f)
	case !f.Post.Scheduled.IsZero():
		return b.settleScheduled(ctx, a, f, r)
	}
	st, err := b.find(ctx, a, f.Post, r.Taken)
	switch {
	case err != nil:
		return outcome(timeline.Uncertain, b.blame(err))
	case st != nil:
		return b.published(st)
	}
	if f.Program.Name == "" { // it may be that nobody could tell when the post was prepared
		if p, err := b.software(ctx, a); err == nil {
			f.Program = p
		}
	}
	return b.missing(f, r)
}

// missing judges a new post that is not to be seen, or not yet.
//
// While the server remembers the key the request may be sent again, at once where
// it locks the key, else when the one before is surely over. Without the key only
// time can tell, and not for sure: the post may have been there and be deleted.
func (b *Backend) missing(f frozen, r timeline.Request) timeline.Outcome {
	notSeen := timeline.Errorf(timeline.CodeNotFound, "%s: the post is not to be seen there", b.base.Host)
	if r.First.IsZero() {
		return outcome(timeline.Absent, notSeen)
	}
	now := b.decode.now()
	keyed := f.Key != "" && f.Post.Scheduled.IsZero() && now.Sub(r.First) <= f.Program.keyLife()
	over := !now.Before(lastSent(f, r).Add(b.patience))
	switch {
	case keyed && (over || f.Program.locks()):
		return outcome(timeline.Absent, notSeen)
	case over:
		return outcome(timeline.Hopeless, notSeen)
	}
	return outcome(timeline.Uncertain, notSeen)
}

// lastSent is when the request left for the last time, at the latest.
func lastSent(f frozen, r timeline.Request) time.Time {
	switch {
	case !r.Last.IsZero():
		return r.Last
	case r.Tries > 1: // the last was while the key was good
		return r.First.Add(f.Program.keyLife())
	}
	return r.First
}

// settleScheduled looks for a post among those that the server keeps, and where it
// is due among those that it has published.
func (b *Backend) settleScheduled(ctx context.Context, a *api, f frozen, r timeline.Request) timeline.Outcome {
	found, err := a.findScheduled(ctx, f.Post)
	if err == nil && found {
		return b.scheduledUntil(f.Post.Scheduled.Local().Format("2006-01-02 15:04"))
	}
	var st *status
	if err == nil && !b.decode.now().Before(f.Post.Scheduled) {
		st, err = b.find(ctx, a, f.Post, r.Taken)
	}
	switch {
	case err != nil:
		return outcome(timeline.Uncertain, b.blame(err))
	case st != nil:
		return b.published(st)
	}
	return b.missing(f, r)
}

// settleState reads whether what was asked for is so. What is not may be asked for
// again: nothing comes of it twice.
func (b *Backend) settleState(ctx context.Context, a *api, f frozen) timeline.Outcome {
	var is bool
	var err error
	out := b.done(f)
	switch f.Kind {
	case timeline.DoFollow, timeline.DoMute, timeline.DoBlock, timeline.DoAdmit:
		is, err = a.related(ctx, f)
	case timeline.DoFollowTag:
		is, err = a.followsTag(ctx, f)
	case timeline.DoEnlist, timeline.DoList:
		is, err = b.isCurated(ctx, a, f)
	case timeline.DoVote:
		var voted bool
		voted, is, err = a.voted(ctx, f)
		if err == nil && voted && !is {
			return outcome(timeline.Rejected, timeline.Errorf(timeline.CodeRefused, "%s: this account has voted otherwise", b.base.Host))
		}
	case timeline.DoEdit:
		is, err = b.edited(ctx, a, f)
	case timeline.DoDelete:
		is, err = a.gone(ctx, f.OnServer)
	default:
		var st *status
		if st, err = b.statusByID(ctx, a, f.OnServer); err == nil {
			is = st.marked(f.Kind) != f.Undo
			out = b.marked(f, st)
		}
	}
	switch {
	case err != nil:
		e := b.blame(err)
		if e.Code == timeline.CodeNotFound { // the post or the person is gone
			return outcome(timeline.Rejected, e)
		}
		return outcome(timeline.Uncertain, e)
	case is:
		return out
	}
	return outcome(timeline.Absent, timeline.Errorf(timeline.CodeServer, "%s: it is not done", b.base.Host))
}

// marked tells whether the viewer has done kind with st.
func (st *status) marked(kind timeline.Kind) bool {
	if st.boosted != nil {
		st = st.boosted
	}
	switch kind {
	case timeline.DoBoost:
		return st.Reblogged == true
	case timeline.DoLike:
		return st.Favourited == true
	}
	return st.Bookmarked == true
}

// gone tells whether the server has no such post.
func (a *api) gone(ctx context.Context, sid string) (bool, error) {
	got, err := a.ask(ctx, http.MethodGet, "/api/v1/statuses/"+sid)
	switch {
	case err != nil:
		return false, err
	case got.status == http.StatusNotFound || got.status == http.StatusGone:
		return true, nil
	case !got.good():
		return false, got.fault(a.base.Host)
	}
	return false, nil
}

// newer tells whether id is of a later thing than mark; every id is newer than "".
func newer(id, mark string) bool { return masto.ID(id).Compare(masto.ID(mark)) > 0 }
