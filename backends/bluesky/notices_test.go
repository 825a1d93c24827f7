package bluesky

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"skein/timeline"
)

func TestNoticeReasons(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	d := decoder{account: "acct", now: func() time.Time { return now }, log: slog.New(slog.DiscardHandler)}
	const mine, like, hers = "at://did:plc:me/app.bsky.feed.post/3a", "at://did:plc:bo/app.bsky.feed.like/3b", "at://did:plc:bo/app.bsky.feed.post/3c"
	for _, tt := range []struct {
		reason, uri, subject string
		want                 timeline.NoticeKind
		about, text          string
	}{
		{"like", like, mine, timeline.NoticeLike, mine, ""},
		{"repost", like, mine, timeline.NoticeBoost, mine, ""},
		{"follow", "at://did:plc:bo/app.bsky.graph.follow/3d", "", timeline.NoticeFollow, "", ""},
		{"mention", hers, "", timeline.NoticeMention, hers, ""},
		{"reply", hers, mine, timeline.NoticeReply, hers, ""},
		{"quote", hers, mine, timeline.NoticeQuote, hers, ""},
		{"subscribed-post", hers, "", timeline.NoticePost, hers, ""},
		{"like-via-repost", like, "at://did:plc:me/app.bsky.feed.repost/3e", timeline.NoticeOther, "", "liked a post that you boosted"},
		{"repost-via-repost", like, "at://did:plc:me/app.bsky.feed.repost/3e", timeline.NoticeOther, "", "boosted a post that you boosted"},
		{"verified", "at://did:plc:bo/app.bsky.graph.verification/3f", "", timeline.NoticeOther, "", "verified you"},
		{"poke\x1b[2J", like, "", timeline.NoticeOther, "", "did something that skein does not know: poke[2J"},
		{"reply", like, mine, timeline.NoticeOther, "", "did something that skein does not know: reply"}, // a like is no reply
	} {
		raw, err := json.Marshal(map[string]any{
			"uri": tt.uri, "reason": tt.reason, "reasonSubject": tt.subject, "isRead": true, "indexedAt": "2100-01-01T00:00:00Z",
			"author": map[string]any{"did": "did:plc:bo", "handle": "bo.example"},
		})
		if err != nil {
			t.Fatal(err)
		}
		n, ok := d.notice(raw)
		if !ok || n.Kind != tt.want || n.Subject.Local != tt.about || n.Text.String() != tt.text || !n.Read || n.At.After(now) || n.By.Handle.String() != "@bo.example" {
			t.Errorf("%s: %v %+v", tt.reason, ok, n)
		}
	}
	for _, odd := range []string{`null`, `[]`, `{}`, `{"uri":"https://x"}`, `{"uri":7}`} {
		if n, ok := d.notice(json.RawMessage(odd)); ok {
			t.Errorf("%s is %+v", odd, n)
		}
	}
	if n, ok := d.notice(json.RawMessage(fmt.Sprintf(`{"uri":%q,"reason":"like","author":[]}`, like))); !ok || n.By.ID == "" {
		t.Errorf("whose record it is its name tells: %+v", n)
	}
}
