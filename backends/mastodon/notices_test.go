package mastodon

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// TestNoticeKinds: every type of the API family is of some kind, and what nobody has
// heard of is told in words.
func TestNoticeKinds(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	d := &decoder{account: "acct", domain: "host.example", now: func() time.Time { return now }, index: newIndex(indexSize)}
	const status = `{"id":"7","uri":"https://host.example/7","created_at":"2026-12-01T10:00:00Z","content":"<p>hi</p>","in_reply_to_account_id":%q,
		"account":{"id":"2","acct":"bo"},"mentions":[],"media_attachments":[]}`
	for _, tt := range []struct {
		kind, to string // whom the status answers
		want     timeline.NoticeKind
		text     string
	}{
		{"mention", "9", timeline.NoticeMention, ""},
		{"mention", "1", timeline.NoticeReply, ""},
		{"pending.reply", "1", timeline.NoticeReply, ""},
		{"status", "", timeline.NoticePost, ""},
		{"reblog", "", timeline.NoticeBoost, ""},
		{"favourite", "", timeline.NoticeLike, ""},
		{"pleroma:emoji_reaction", "", timeline.NoticeLike, "🪿"},
		{"follow", "", timeline.NoticeFollow, ""},
		{"follow_request", "", timeline.NoticeRequest, ""},
		{"poll", "", timeline.NoticePoll, ""},
		{"update", "", timeline.NoticeEdit, ""},
		{"quoted_update", "", timeline.NoticeEdit, ""},
		{"quote", "", timeline.NoticeQuote, ""},
		{"admin.sign_up", "", timeline.NoticeOther, "signed up on your server"},
		{"moderation_warning", "", timeline.NoticeOther, "The moderators of your server have sent a warning"},
		{`poke\u001b[2J`, "", timeline.NoticeOther, "did something that skein does not know: poke[2J"},
	} {
		raw := fmt.Sprintf(`{"id":42,"type":"%s","created_at":"2026-12-01T11:00:00Z","account":{"id":"2","acct":"bo"},"emoji":"🪿","status":`+status+`}`, tt.kind, tt.to)
		if tt.kind != "pleroma:emoji_reaction" {
			raw = strings.Replace(raw, `"emoji":"🪿",`, "", 1)
		}
		n, ok := d.notice(json.RawMessage(raw), "1")
		if !ok || n.Kind != tt.want || n.ID != "42" || n.By.ID != "bo@host.example" || n.Post == nil || n.Subject != n.Post.ID {
			t.Errorf("%s: %v %+v", tt.kind, ok, n)
		}
		if got := n.Text.String(); got != tt.text {
			t.Errorf("%s says %q, want %q", tt.kind, got, tt.text)
		}
	}
}

// TestOddNotices: nothing that a server sends in a notification is believed further than
// it goes.
func TestOddNotices(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	d := &decoder{account: "acct", domain: "host.example", now: func() time.Time { return now }, index: newIndex(indexSize)}
	for raw, want := range map[string]bool{
		`null`: false, `[]`: false, `{}`: false, `{"id":"../x","type":"follow"}`: false, `{"id":{},"type":"follow"}`: false,
		`{"id":"1","type":"follow","account":"bo","created_at":"2100-01-01T00:00:00Z"}`:          true,
		`{"id":"2","type":"mention","account":{"id":"2","acct":"bo"},"status":{"id":"../"}}`:     true,
		`{"id":"3","type":"favourite","account":{"id":"1","acct":"you"},"created_at":"garbage"}`: true,
		`{"id":"4","type":["follow"]}`: false,
	} {
		n, ok := d.notice(json.RawMessage(raw), "1")
		switch {
		case ok != want:
			t.Errorf("%s: taken %v, want %v", raw, ok, want)
		case ok && (n.At.After(now) || n.At.IsZero()):
			t.Errorf("%s is from %s", raw, n.At)
		case ok && n.Kind.Speaks():
			t.Errorf("%s speaks without a word", raw)
		case n.ID == "3" && n.By.ID != "":
			t.Errorf("%s is by the account itself", raw)
		}
	}
}

// TestNoticesFlood: of ten thousand notifications in an answer a page is taken, and a
// server that always has the same ones ends.
func TestNoticesFlood(t *testing.T) {
	var list []string
	for n := range 10_000 {
		list = append(list, fmt.Sprintf(`{"id":"%d","type":"follow","account":{"id":"2","acct":"bo"},"created_at":"2026-12-01T11:00:00Z"}`, 20_000-n))
	}
	answer := "[" + strings.Join(list, ",") + "]"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v1/notifications":
			_, _ = io.WriteString(w, answer)
		case "/api/v1/accounts/verify_credentials":
			_, _ = io.WriteString(w, `{"id":"1","acct":"you"}`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	b := newBackend(t, newClient(t), server.URL, "@you@host.example", "token")
	got, err := b.Notices(t.Context(), timeline.Page{Limit: 5})
	if err != nil || len(got.Notices) > timeline.MaxPage || got.Older == "" {
		t.Fatalf("%d notices, older %q, %v", len(got.Notices), got.Older, err)
	}
	if again, err := b.Notices(t.Context(), timeline.Page{Before: got.Older}); err != nil || again.Older != "" {
		t.Errorf("the page below begins at the top again, and leads to %q: %v", again.Older, err)
	}
}

// TestNoticesWithoutTheScope: a token from before skein asked for notifications goes on
// to read all else, and says what to do.
func TestNoticesWithoutTheScope(t *testing.T) {
	h := settle(t, world.New(world.Options{Size: 1}), instance.Options{})
	b := h.signIn(t, h.Narrow(world.Viewer, "read:statuses", "read:accounts", "profile"))
	_, err := b.Notices(t.Context(), timeline.Page{})
	if timeline.CodeOf(err) != timeline.CodeAuth || !strings.Contains(err.Error(), "skein account add mastodon") {
		t.Errorf("%v", err)
	}
	if _, err := b.Home(t.Context(), timeline.Page{Limit: 1}); err != nil {
		t.Errorf("home does not work any more: %v", err)
	}
}
