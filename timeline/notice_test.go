package timeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"skein/timeline"
)

// notice is written in tests as "kind who post hours-ago", with the network in front
// of the post: "like bo m:1 2".
func notice(t *testing.T, spec string) timeline.Notice {
	t.Helper()
	f := strings.Fields(spec)
	if len(f) != 4 {
		t.Fatalf("%q has not four parts", spec)
	}
	letter, post, _ := strings.Cut(f[2], ":")
	network := map[string]timeline.Network{"m": timeline.Mastodon, "b": timeline.Bluesky, "n": timeline.Nostr}[letter]
	hours, err := time.ParseDuration(f[3] + "h")
	if err != nil {
		t.Fatal(err)
	}
	n := timeline.Notice{
		Account: timeline.AccountID(letter), Network: network, ID: strings.ReplaceAll(spec, " ", "/"),
		Kind: timeline.NoticeKind(f[0]), At: midday.Add(-hours),
	}
	if f[1] != "-" {
		n.By = timeline.Author{ID: f[1], Name: timeline.CleanLine(f[1]), Handle: timeline.CleanLine("@" + f[1])}
	}
	if post != "" {
		n.Subject = timeline.ID{Network: network, Local: post}
	}
	return n
}

func notices(t *testing.T, specs ...string) (out []timeline.Notice) {
	t.Helper()
	for _, s := range specs {
		out = append(out, notice(t, s))
	}
	return out
}

func TestGroup(t *testing.T) {
	copies := func(id timeline.ID) string {
		if strings.HasPrefix(id.Local, "draft") {
			return "draft"
		}
		return ""
	}
	for _, tt := range []struct {
		name  string
		given []string
		want  []string // "networks: who what (unread)"
	}{
		{"nothing", nil, nil},
		{
			"likes of one post are one row",
			[]string{"like ana m:1 1", "like bo m:1 2", "like cy m:1 3", "like dee m:2 2.5"},
			[]string{"M3: ana, bo and 1 other liked your post", "M1: dee liked your post"},
		},
		{
			"copies of one draft are one row over the networks, boosts another",
			[]string{"like ana m:draft1 1", "like bo m:draft1 2", "like cy b:draft2 3", "like dee n:draft3 4", "boost ana m:draft1 5"},
			[]string{"M2 B1 N1: ana, bo and 2 others liked your post", "M1: ana boosted your post"},
		},
		{
			"an old like is not brought up by a new one",
			[]string{"like ana m:1 0", "like bo m:1 71", "like cy m:1 73", "like dee m:1 100"},
			[]string{"M2: ana and bo liked your post", "M2: cy and dee liked your post"},
		},
		{
			"follows of a day, which ends at midnight",
			[]string{"follow ana m: 1", "follow bo b: 11.9", "follow cy m: 12.1", "follow-request dee m: 2"},
			[]string{"M1 B1: ana and bo followed you", "M1: dee asked to follow you", "M1: cy followed you"},
		},
		{
			"what was said stands alone",
			[]string{"mention ana m:a 1", "mention ana m:b 2", "reply bo m:c 3", "quote cy b:d 4"},
			[]string{"M1: ana mentioned you", "M1: ana mentioned you", "M1: bo replied to you", "B1: cy quoted you"},
		},
		{
			"a reply that mentions, too, is a reply, and once",
			[]string{"mention ana m:a 1", "reply ana m:a 1"},
			[]string{"M1: ana replied to you"},
		},
		{
			"one person counts once",
			[]string{"like ana m:1 1", "zap ana m:1 1", "like ana b:1 1"},
			[]string{"M1: ana zapped your post with 0 sats", "M1: ana liked your post", "B1: ana liked your post"},
		},
		{
			"nobody in particular",
			[]string{"poll - m:1 1", "poll bo m:2 2", "other - m: 3"},
			[]string{"M0:  A poll has ended", "M1: bo ran a poll that has ended", "M0:  Something has happened that skein does not know"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			given := notices(t, tt.given...)
			for range 3 { // whatever the order, and however often each comes
				var got []string
				for _, g := range (timeline.Grouping{Copies: copies}).Group(append(given, given...)) {
					row := ""
					for _, n := range g.Networks() {
						row += fmt.Sprintf("%s%d ", n.Network.Letter(), n.People)
					}
					got = append(got, strings.TrimSpace(row)+": "+g.Who().String()+" "+g.What().String())
				}
				if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", tt.want) {
					t.Fatalf("got %q\nwant %q", got, tt.want)
				}
				for i, j := 0, len(given)-1; i < j; i, j = i+1, j-1 {
					given[i], given[j] = given[j], given[i]
				}
				if len(given) > 2 {
					given = append(given[1:], given[0])
				}
			}
		})
	}
}

func TestGroupTellsAmountsAndSigns(t *testing.T) {
	zaps := notices(t, "zap ana n:1 1", "zap bo n:1 2")
	zaps[0].Amount, zaps[1].Amount = 21_000, 1_000
	likes := notices(t, "like ana n:2 3", "like bo n:3 4", "like cy n:3 5")
	likes[0].Text, likes[1].Text = timeline.CleanLine("🪿"), timeline.CleanLine("🤙")
	groups := timeline.Grouping{}.Group(append(zaps, likes...))
	var got []string
	for _, g := range groups {
		got = append(got, g.What().String())
	}
	want := []string{"zapped your post with 22 sats", "reacted 🪿 to your post", "liked your post"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if groups[0].Unread() != 2 || groups[0].At() != zaps[0].At || groups[0].Key() != zaps[1].Key() {
		t.Errorf("%d unread at %s, named %v", groups[0].Unread(), groups[0].At(), groups[0].Key())
	}
}

// TestMergeNotices: of what a stream and a page both tell there is one, where it was
// seen first, and read where it was ever read.
func TestMergeNotices(t *testing.T) {
	streamed, paged := notice(t, "reply ana m:a 1"), notice(t, "reply ana m:a 1")
	streamed.At, paged.Read, paged.Post = midday, true, &timeline.Post{ID: paged.Subject}
	other := notice(t, "reply ana m:a 1")
	other.Account = "another"
	got := timeline.MergeNotices([]timeline.Notice{streamed}, []timeline.Notice{paged, other, paged})
	if len(got) != 2 {
		t.Fatalf("%d notices, want one for each of two accounts: %v", len(got), got)
	}
	for _, n := range got {
		if n.Account == "m" && (!n.Read || n.Post == nil || !n.At.Equal(midday.Add(-time.Hour))) {
			t.Errorf("it has lost something: %+v", n)
		}
	}
}

func TestMutesHideNotices(t *testing.T) {
	said := func(kind timeline.NoticeKind, who, text string) timeline.Notice {
		n := notice(t, string(kind)+" "+who+" m:1 1")
		n.Post = says(text)
		n.Post.ID = n.Subject
		return n
	}
	m := timeline.NewMutes([]timeline.Mute{
		muteWord("rain"), mutePerson(timeline.Handle{Network: timeline.Mastodon, Handle: "@bo", ID: "bo"}),
		{Kind: timeline.MuteNetwork, Network: timeline.Nostr},
	}, nil, midday)
	for _, tt := range []struct {
		notice timeline.Notice
		hidden bool
	}{
		{said(timeline.NoticeReply, "ana", "fine"), false},
		{said(timeline.NoticeReply, "ana", "rain"), true},
		{said(timeline.NoticeLike, "ana", "rain"), false}, // the person's own post
		{said(timeline.NoticeLike, "bo", "fine"), true},
		{notice(t, "follow bo m: 1"), true},
		{notice(t, "follow bo b: 1"), false},
		{notice(t, "follow ana n: 1"), true},
		{notice(t, "other - m: 1"), false},
	} {
		why, hidden := m.HidesNotice(tt.notice)
		if hidden != tt.hidden || hidden == why.Why.Empty() {
			t.Errorf("%s of %s: hidden %v (%q), want %v", tt.notice.Kind, tt.notice.By.ID, hidden, why.Why, tt.hidden)
		}
	}
}
