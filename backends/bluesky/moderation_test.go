package bluesky

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"skein/config/account"
	"skein/timeline"
)

// chosen is a server whose one feed has a post a line, and whose preferences are those
// that a test sets. It keeps whose labels it was last asked for.
type chosen struct {
	posts       []m
	preferences []m
	broken      atomic.Bool
	labelers    atomic.Pointer[string]
}

func (c *chosen) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if list := r.Header.Get("Atproto-Accept-Labelers"); list != "" {
		c.labelers.Store(&list)
	}
	var out m
	switch {
	case strings.HasSuffix(r.URL.Path, "getPreferences") && c.broken.Load():
		w.WriteHeader(http.StatusBadGateway)
	case strings.HasSuffix(r.URL.Path, "getPreferences"):
		out = m{"preferences": c.preferences}
	default:
		var feed []m
		for i, p := range c.posts {
			p["uri"] = fmt.Sprintf("at://%s/app.bsky.feed.post/%d", did1, i)
			feed = append(feed, m{"post": p})
		}
		out = m{"feed": feed}
	}
	_ = json.NewEncoder(w).Encode(out)
}

// said is a post of somebody with labels.
func said(text string, followed bool, labels ...string) m {
	viewer := m{}
	if followed {
		viewer["following"] = "at://x/app.bsky.graph.follow/1"
	}
	var all []m
	for _, l := range labels {
		all = append(all, m{"val": l, "src": did1, "uri": "at://x", "cts": noon.Format(time.RFC3339)})
	}
	return m{
		"cid": "", "author": m{"did": did1, "handle": "ana.example", "viewer": viewer}, "labels": all, "indexedAt": noon.Format(time.RFC3339),
		"record": m{"$type": postNSID, "text": text, "createdAt": noon.Format(time.RFC3339)},
	}
}

func pref(kind string, fields m) m {
	fields["$type"] = "app.bsky.actor.defs#" + kind
	return fields
}

// What a person has chosen in their preferences is left to clients: muted words, labels,
// adult content, and whose labels count.
func TestPreferencesAreRespected(t *testing.T) {
	word := func(value, actors, ends string, targets ...string) m {
		w := m{"value": value, "targets": targets, "actorTarget": actors}
		if ends != "" {
			w["expiresAt"] = ends
		}
		return w
	}
	c := &chosen{
		preferences: []m{
			pref("mutedWordsPref", m{"items": []m{
				word("rain", "all", "", "content", "tag"), word("cats", "all", "", "tag"), word("snow", "exclude-following", "", "content"),
				word("fog", "all", noon.Add(-time.Hour).Format(time.RFC3339), "content"), word("hail", "all", noon.Add(time.Hour).Format(time.RFC3339), "content"),
			}}),
			pref("contentLabelPref", m{"label": "graphic-media", "visibility": "hide"}), pref("contentLabelPref", m{"label": "nudity", "visibility": "ignore"}),
			pref("labelersPref", m{"labelers": []m{{"did": "did:plc:labeler"}, {"did": "nonsense"}}}), pref("oddPref", m{"items": 7}),
		},
		posts: []m{
			said("rain today", true), said("cats today", true), said("snow today", true), said("snow today", false), said("fog today", true),
			said("hail today", true), said("a wound", true, "gore"), said("a statue", true, "nudity"), said("adults", true, "porn"), said("odd", true, "!warn"),
		},
	}
	srv := httptest.NewServer(c)
	t.Cleanup(srv.Close)
	store := account.NewMemory()
	if err := store.Save(t.Context(), "a", account.Credentials{account.AccessJWT: account.NewSecret("x")}); err != nil {
		t.Fatal(err)
	}
	now := noon
	b := open(t, Config{
		Account: timeline.Account{ID: "a", Network: timeline.Bluesky}, PDS: srv.URL, DID: "did:plc:me", Store: store, Client: newClient(t),
		Now: func() time.Time { return now },
	})
	read := func() (all []string) {
		t.Helper()
		batch, err := b.Home(t.Context(), timeline.Page{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range batch.Posts {
			line := p.Text.Plain().String() + ": " + p.Views[0].Filtered.String()
			if p.Sensitive {
				line += " [" + p.Warning.String() + "]"
			}
			all = append(all, line)
		}
		return all
	}
	want := []string{
		`rain today: "rain", which you muted on Bluesky`, "cats today: ", "snow today: ",
		`snow today: "snow", which you muted on Bluesky for those whom you do not follow`, "fog today: ", `hail today: "hail", which you muted on Bluesky`,
		"a wound: label gore, which your Bluesky settings hide [Graphic media]", "a statue: ",
		"adults: label porn, which your Bluesky settings hide [Adult content]", "odd:  [Flagged by moderators]",
	}
	if got := read(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("read\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c.labelers.Load() != nil {
		t.Error("labels were asked for before it was known whose")
	}
	c.broken.Store(true)
	now = now.Add(time.Hour) // what was known goes on where it cannot be read anew
	if got := read(); got[0] != want[0] {
		t.Errorf("without preferences: %s", got[0])
	}
	if got := c.labelers.Load(); got == nil || *got != "did:plc:labeler" {
		t.Errorf("labels are asked for of %v", got)
	}
	c.broken.Store(false)
	c.preferences = []m{pref("adultContentPref", m{"enabled": true})}
	now = now.Add(time.Hour)
	if got := read(); got[0] != "rain today: " || got[8] != "adults:  [Adult content]" {
		t.Errorf("changed preferences: %s; %s", got[0], got[8])
	}
	filters, err := b.Filters(t.Context())
	if err != nil || len(filters) != 0 {
		t.Errorf("filters %+v, %v", filters, err)
	}
}
