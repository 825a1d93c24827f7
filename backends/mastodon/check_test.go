package mastodon

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

func TestAddToken(t *testing.T) {
	h := settle(t, town(), instance.Options{Host: "people.example"})
	record, creds, err := AddToken(t.Context(), h.client, h.URL()+"/home", account.NewSecret(" "+h.Token(world.Viewer)+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := account.Record{Network: "mastodon", Handle: "@you@people.example", Server: h.URL()}
	if fmt.Sprint(record) != fmt.Sprint(want) || creds[account.Token].Reveal() != h.Token(world.Viewer) {
		t.Errorf("got %+v", record)
	}
}

func TestAddTokenSaysWhatIsWrong(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }))
	t.Cleanup(page.Close)
	for _, c := range []struct {
		server, token string
		code          timeline.Code
		says          string
	}{
		{h.URL(), "wrong", timeline.CodeAuth, "does not accept this token"},
		{h.URL(), " ", timeline.CodeUsage, "no token"},
		{"", "x", timeline.CodeUsage, "not the address"},
		{"ftp://a.example", "x", timeline.CodeUsage, "not the address"},
		{"https://a:b@c.example", "x", timeline.CodeUsage, "not the address"},
		{page.URL, "x", timeline.CodeMalformed, "does not answer like a Mastodon server"},
		{"http://127.0.0.1:1", "x", timeline.CodeOffline, "127.0.0.1:1"},
		{"http://far.example", "x", timeline.CodeRefused, "use https"},
	} {
		_, _, err := AddToken(t.Context(), h.client, c.server, account.NewSecret(c.token))
		if timeline.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v (%s), want %s: …%s…", c.server, err, timeline.CodeOf(err), c.code, c.says)
		}
		if err != nil && strings.Contains(err.Error(), "sandbox-") {
			t.Errorf("%v tells a token", err)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, v1 := range []bool{false, true} {
		h := settle(t, town(), instance.Options{V1Only: v1})
		r, err := h.backend.Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r.Handle.String() != "@you@"+h.Host() || r.Software.String() != "mastodon 4.7.0" || len(r.Facts) != 3 || r.ReadOnly {
			t.Errorf("v1 only %v: %+v", v1, r)
		}
		for _, b := range []*Backend{h.signIn(t, "wrong"), h.signIn(t, "")} {
			if _, err := b.Check(t.Context()); timeline.CodeOf(err) != timeline.CodeAuth {
				t.Errorf("a token that is none: %v", err)
			}
		}
	}
}

func TestCheckTellsWhatIsAllowed(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	for granted, want := range map[string]struct {
		says     string
		readOnly bool
	}{
		"read write follow":                {"allowed: read write follow", false},
		strings.Join(fineScopes(), " "):    {"allowed: read:accounts ", false},
		"read write:media write:favourite": {"not allowed: write:statuses write:favourites write:bookmarks", true},
	} {
		b := h.signIn(t, h.Token(world.Viewer))
		creds := account.Credentials{account.Token: account.NewSecret(h.Token(world.Viewer)), account.Scope: account.NewSecret(granted)}
		if err := b.store.Save(t.Context(), "acc", creds); err != nil {
			t.Fatal(err)
		}
		r, err := b.Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		fact := r.Facts[len(r.Facts)-1].String()
		if !strings.Contains(fact, want.says) || r.ReadOnly != want.readOnly || strings.Contains(fact, "not allowed") != want.readOnly {
			t.Errorf("%s: %q, %v", granted, fact, r.ReadOnly)
		}
	}
}

// TestFactsOfOtherSoftware reads what other servers of the family answer.
func TestFactsOfOtherSoftware(t *testing.T) {
	usual := defaultLimits()
	usual.Assumed = false
	d := usual
	d.Characters, d.Alt = 5000, 1500
	gotosocial := d
	gotosocial.Media, gotosocial.PollOptions = 6, 6
	for _, c := range []struct {
		name string
		got  *facts
		want facts
	}{
		{
			"gotosocial", factsV2(json.RawMessage(`{"domain":"GTS.example","version":"0.20.0","configuration":{"urls":{"streaming":"wss://gts.example"},
				"statuses":{"max_characters":5000,"max_media_attachments":6},"media_attachments":{"description_limit":1500},"polls":{"max_options":6,"max_characters_per_option":50}}}`)),
			facts{limits: gotosocial, domain: "gts.example", version: "0.20.0", streaming: "wss://gts.example"},
		},
		{
			"pleroma", factsV1(json.RawMessage(`{"uri":"https://ple.example/","version":"2.7.2 (compatible; Pleroma 2.6.0)","max_toot_chars":5000,"description_limit":"5000",
				"urls":{"streaming_api":"wss://ple.example"},"languages":null,"contact_account":{"id":5}}`)),
			facts{limits: d, domain: "ple.example", version: "2.7.2 (compatible; Pleroma 2.6.0)", streaming: "wss://ple.example"},
		},
		{"nothing", factsV2(json.RawMessage(`{}`)), facts{limits: usual}},
		{"no object", factsV1(json.RawMessage(`[]`)), facts{limits: usual}},
		{"hostile", factsV2(json.RawMessage(`{"domain":"a b/\u001b","configuration":{"urls":{"streaming":"file:///x"},"statuses":{"max_characters":-5}}}`)), facts{limits: usual}},
	} {
		if !reflect.DeepEqual(*c.got, c.want) {
			t.Errorf("%s: %+v\nwant %+v", c.name, *c.got, c.want)
		}
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	client := newClient(t)
	for _, server := range []string{"", "://", "ftp://x", "https://"} {
		if _, err := New(Config{Server: server, Store: account.NewMemory(), Client: client}); err == nil {
			t.Errorf("took %q", server)
		}
	}
	if _, err := New(Config{Server: "https://a.example"}); err == nil {
		t.Error("took neither store nor client")
	}
}

// TestTokenIsNeverLogged reads with a token that would be found.
func TestTokenIsNeverLogged(t *testing.T) {
	var log strings.Builder
	h := settle(t, town(), instance.Options{})
	b := h.signIn(t, "canary-token")
	b.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	_, err := b.Home(t.Context(), timeline.Page{})
	streamed := b.Stream(t.Context(), "", func(timeline.Event) {})
	if out := fmt.Sprintf("%v %+v %v %s", err, err, streamed, log.String()); strings.Contains(out, "canary-token") {
		t.Errorf("the token is in %s", out)
	}
}
