package timeline_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"skein/timeline"
)

// notifier is an account whose network has some notices, the newest first.
type notifier struct {
	timeline.Backend
	page   func(timeline.Page) (timeline.NoticeBatch, error)
	asked  []timeline.Cursor
	marked []timeline.Notice
	refuse error // of a mark
}

func (n *notifier) Notices(_ context.Context, p timeline.Page) (timeline.NoticeBatch, error) {
	n.asked = append(n.asked, p.Before)
	return n.page(p)
}

func (n *notifier) MarkNotices(_ context.Context, upTo timeline.Notice) error {
	n.marked = append(n.marked, upTo)
	return n.refuse
}

// pages gives a list in pages of a size; cursors are places in it.
func pages(list []timeline.Notice, size int) func(timeline.Page) (timeline.NoticeBatch, error) {
	return func(p timeline.Page) (timeline.NoticeBatch, error) {
		from, _ := strconv.Atoi(string(p.Before))
		to := min(from+size, len(list))
		b := timeline.NoticeBatch{Notices: list[from:to]}
		if to < len(list) {
			b.Older = timeline.Cursor(strconv.Itoa(to))
		}
		return b, nil
	}
}

// inboxOf is an Inbox of accounts by the letter of their network.
func inboxOf(backends map[timeline.AccountID]*notifier, o timeline.InboxOptions) *timeline.Inbox {
	var accounts []timeline.Account
	for _, id := range slices.Sorted(maps.Keys(backends)) {
		network := map[timeline.AccountID]timeline.Network{"m": timeline.Mastodon, "b": timeline.Bluesky, "n": timeline.Nostr}[id]
		accounts = append(accounts, timeline.Account{ID: id, Network: network, Name: string(id)})
	}
	o.Open = func(_ context.Context, id timeline.AccountID) (timeline.Backend, error) { return backends[id], nil }
	o.Now = func() time.Time { return midday }
	return timeline.NewInbox(o, accounts...)
}

func refreshed(t *testing.T, i *timeline.Inbox, ids ...timeline.AccountID) timeline.Noticed {
	t.Helper()
	got, err := i.Refresh(t.Context(), ids...)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func namesOfNotices(list []timeline.Notice) (out []string) {
	for _, n := range list {
		out = append(out, n.ID)
	}
	return out
}

func TestInboxReadsDownToWhatItKnows(t *testing.T) {
	all := notices(t, "like a m:1 1", "like b m:1 2", "like c m:1 3", "like d m:1 4", "like e m:1 5", "like f m:1 6")
	m := &notifier{page: pages(all[3:], 1)}
	i := inboxOf(map[timeline.AccountID]*notifier{"m": m}, timeline.InboxOptions{})
	if got := refreshed(t, i); len(got.Notices) != 1 || !got.More || len(m.asked) != 1 {
		t.Fatalf("at first %v with more %v, asked %q: one page is enough", namesOfNotices(got.Notices), got.More, m.asked)
	}
	m.asked, m.page = nil, pages(all, 1)
	if got := refreshed(t, i); len(got.Notices) != 4 || len(m.asked) != 4 {
		t.Fatalf("then %v, asked %q: down to what is known", namesOfNotices(got.Notices), m.asked)
	}
	m.asked = nil
	for n := 5; n <= 6; n++ {
		got, err := i.Older(t.Context())
		if err != nil || len(got.Notices) != n || got.More != (n < 6) {
			t.Fatalf("older: %v, more %v, %v", namesOfNotices(got.Notices), got.More, err)
		}
	}
	if got, err := i.Older(t.Context()); err != nil || len(got.Notices) != 6 || len(m.asked) != 2 {
		t.Errorf("at the end it was asked %q: %v", m.asked, err)
	}
}

func TestInboxOneFailureHidesNoOther(t *testing.T) {
	m := &notifier{page: pages(notices(t, "like a m:1 1"), 9)}
	b := &notifier{page: func(timeline.Page) (timeline.NoticeBatch, error) {
		return timeline.NoticeBatch{}, timeline.Errorf(timeline.CodeAuth, "the sign-in does not cover this")
	}}
	n := &notifier{page: func(timeline.Page) (timeline.NoticeBatch, error) { panic("an adapter's mistake") }}
	i := inboxOf(map[timeline.AccountID]*notifier{"m": m, "b": b, "n": n}, timeline.InboxOptions{})
	got := refreshed(t, i)
	if len(got.Notices) != 1 || len(got.Failed) != 2 || got.Failed["b"].Code != timeline.CodeAuth || got.Failed["n"].Code != timeline.CodeInternal {
		t.Errorf("%v, failed %v", namesOfNotices(got.Notices), got.Failed)
	}
	if only := refreshed(t, i, "m"); len(only.Failed) != 0 || len(b.asked) != 1 {
		t.Errorf("m alone was to be asked: %v", only.Failed)
	}
}

// TestInboxBoundsWhatAServerSends: ten thousand notices in a page, pages without end,
// cursors in a circle, kinds that there are not, names of others, the year 2100.
func TestInboxBoundsWhatAServerSends(t *testing.T) {
	flood := make([]timeline.Notice, 10_000)
	for n := range flood {
		flood[n] = timeline.Notice{
			ID: strconv.Itoa(n), Kind: "made-up", Account: "somebody else's", Network: timeline.Nostr,
			At: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), Text: timeline.Clean("one\ntwo"),
		}
	}
	n := 0
	m := &notifier{page: func(timeline.Page) (timeline.NoticeBatch, error) {
		n++
		page := slices.Clone(flood)
		for k := range page {
			page[k].ID = fmt.Sprint(n, " ", k)
		}
		page[0].ID = ""
		return timeline.NoticeBatch{Notices: page, Older: timeline.Cursor(strconv.Itoa(n))}, nil
	}}
	circle := &notifier{page: func(timeline.Page) (timeline.NoticeBatch, error) {
		return timeline.NoticeBatch{Notices: notices(t, "like a b:1 1"), Older: "again"}, nil
	}}
	cache := timeline.NewMemoryNotices()
	i := inboxOf(map[timeline.AccountID]*notifier{"m": m, "b": circle}, timeline.InboxOptions{Cache: cache})
	refreshed(t, i)
	got := refreshed(t, i)
	if len(m.asked) > 12 || len(got.Notices) > 7*timeline.MaxPage {
		t.Errorf("%d pages were read, %d notices taken", len(m.asked), len(got.Notices))
	}
	for range 50 {
		if _, err := i.Older(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := cache.KeptNotices(t.Context(), "m", 1<<20)
	if err != nil || len(kept) > timeline.MaxKeptNotices || len(m.asked) > 30 {
		t.Errorf("%d are kept after %d pages, at most %d shall be: %v", len(kept), len(m.asked), timeline.MaxKeptNotices, err)
	}
	if len(circle.asked) > 5 {
		t.Errorf("a circle was gone round %d times", len(circle.asked))
	}
	for _, k := range kept {
		if k.At.After(midday) || k.Kind != timeline.NoticeOther || k.Account != "m" || k.Network != timeline.Mastodon || k.ID == "" || k.Text.String() != "one two" {
			t.Fatalf("believed: %+v", k)
		}
	}
}

func TestInboxMarks(t *testing.T) {
	m := &notifier{page: pages(notices(t, "like a m:1 1", "like b m:1 2", "like c m:1 3"), 9)}
	b := &notifier{page: pages(notices(t, "like a b:1 1"), 9), refuse: timeline.Errorf(timeline.CodeOffline, "away")}
	marks := timeline.NewMemoryMarks()
	i := inboxOf(map[timeline.AccountID]*notifier{"m": m, "b": b}, timeline.InboxOptions{Marks: marks})
	got := refreshed(t, i)
	if got.Unread() != 4 {
		t.Fatalf("%d unread, want 4", got.Unread())
	}
	if err := i.MarkRead(t.Context(), got.Notices[3]); err != nil {
		t.Fatal(err)
	}
	if got = refreshed(t, i); got.Unread() != 3 || !got.Notices[3].Read {
		t.Fatalf("%d unread after one was read, want 3", got.Unread())
	}
	untold, err := i.MarkAllRead(t.Context(), got.Notices)
	if err != nil || len(untold) != 1 || untold["b"].Code != timeline.CodeOffline {
		t.Fatalf("untold %v, %v", untold, err)
	}
	if len(m.marked) != 1 || m.marked[0].By.ID != "a" {
		t.Errorf("m was told %v, want once of its newest", m.marked)
	}
	m.page = pages(notices(t, "like z m:1 0", "like a m:1 1"), 9)
	if got = refreshed(t, i); got.Unread() != 1 || got.Notices[0].By.ID != "z" {
		t.Errorf("%d unread of %v, want the new one alone", got.Unread(), namesOfNotices(got.Notices))
	}
}

func TestInboxTakesWhatIsNew(t *testing.T) {
	m := &notifier{page: pages(notices(t, "like a m:1 1"), 9)}
	book := timeline.NewMemoryMutes()
	if _, err := book.Mute(t.Context(), mutePerson(timeline.Handle{Network: timeline.Mastodon, Handle: "@bo", ID: "bo"})); err != nil {
		t.Fatal(err)
	}
	i := inboxOf(map[timeline.AccountID]*notifier{"m": m}, timeline.InboxOptions{Mutes: book, Copies: func(_ context.Context, id timeline.ID) ([]timeline.ID, error) {
		return []timeline.ID{{Network: timeline.Nostr, Local: "z"}, id, {Network: timeline.Bluesky, Local: "copy"}}, nil
	}})
	refreshed(t, i)
	came := notices(t, "like a m:1 1", "like c m:1 0", "like bo m:1 0", "like x b:copy 0")
	got, err := i.Take(t.Context(), came...)
	if err != nil || len(got.Notices) != 1 || got.Notices[0].By.ID != "c" || got.Hidden != 1 {
		t.Fatalf("new are %v, hidden %d, %v; want c's like alone, and bo's hidden", namesOfNotices(got.Notices), got.Hidden, err)
	}
	if again, err := i.Take(t.Context(), came...); err != nil || len(again.Notices) != 0 {
		t.Errorf("they are new again: %v, %v", namesOfNotices(again.Notices), err)
	}
	kept, err := i.Kept(t.Context())
	if err != nil || len(kept.Notices) != 2 || kept.Hidden != 1 {
		t.Errorf("kept are %v, hidden %d, %v", namesOfNotices(kept.Notices), kept.Hidden, err)
	}
	if rows := i.Group(append(kept.Notices, notices(t, "like x b:copy 0")...)); len(rows) != 1 {
		t.Errorf("%d rows of likes of copies of one draft", len(rows))
	}
}

func TestInboxMissed(t *testing.T) {
	i := inboxOf(map[timeline.AccountID]*notifier{"m": {}}, timeline.InboxOptions{})
	health := func(s timeline.State) []timeline.Health {
		return []timeline.Health{{Account: timeline.Account{ID: "m"}, State: s}}
	}
	var got []bool
	for _, s := range []timeline.State{timeline.Connecting, timeline.Live, timeline.Live, timeline.Down, timeline.Down, timeline.Partial, timeline.Live} {
		got = append(got, len(i.Missed(health(s))) == 1)
	}
	if want := []bool{false, true, false, false, false, true, false}; !slices.Equal(got, want) {
		t.Errorf("missed %v, want %v", got, want)
	}
	if fresh := inboxOf(nil, timeline.InboxOptions{}); len(fresh.Missed(health(timeline.Live))) != 1 {
		t.Error("one that is there when it is asked first was not asked for anything yet")
	}
}
