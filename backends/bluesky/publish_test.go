package bluesky

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// notes keep steps in memory and count what is put.
type notes struct {
	mu   sync.Mutex
	kept map[string]json.RawMessage
	puts int
}

func (n *notes) Get(step string) (json.RawMessage, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	v, ok := n.kept[step]
	return v, ok
}

func (n *notes) Put(_ context.Context, step string, v json.RawMessage) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.kept == nil {
		n.kept = map[string]json.RawMessage{}
	}
	n.kept[step] = v
	n.puts++
	return nil
}

// stage is a Backend on the sandbox and somebody else's eyes on it.
type stage struct {
	t   *testing.T
	s   *pds.Server
	b   *Backend
	ana writer
	me  writer
	now time.Time
}

func newStage(t *testing.T, o pds.Options) *stage {
	t.Helper()
	s := startPDS(t, smallWorld(world.Post{Key: "first", Text: says("an old post")}), o)
	c, _ := signIn(t, s)
	st := &stage{t: t, s: s, ana: newWriter(t, s, "ana"), me: newWriter(t, s, world.Viewer), now: time.Now()}
	c.Now = func() time.Time { return st.now }
	st.b = open(t, c)
	return st
}

// post makes an intent of texts, marked as they would be typed.
func (st *stage) post(texts ...string) timeline.Intent {
	i := timeline.Intent{Kind: timeline.DoPost, Key: key(1), Created: time.Date(2026, 6, 1, 12, 0, 0, 123_456_789, time.UTC)}
	for _, text := range texts {
		i.Parts = append(i.Parts, timeline.Part{Text: st.b.Rules().Mark(text)})
	}
	return i
}

// key is a random-looking key, the same for the same number.
func key(n int) string {
	sum := sha256.Sum256([]byte{byte(n)})
	return hex.EncodeToString(sum[:16])
}

func (st *stage) prepare(i timeline.Intent) timeline.Request {
	st.t.Helper()
	r, err := st.b.Prepare(st.t.Context(), i, &notes{})
	if err != nil {
		st.t.Fatalf("Prepare: %v", err)
	}
	return r
}

// publish takes an intent all the way.
func (st *stage) publish(i timeline.Intent) timeline.Receipt {
	st.t.Helper()
	o := st.b.Send(st.t.Context(), st.prepare(i))
	if o.Verdict != timeline.Published || o.Err != nil {
		st.t.Fatalf("Send: %s, %v", o.Verdict, o.Err)
	}
	return o.Receipt
}

// record reads a record as anybody can; nil when it is not there.
func (st *stage) record(uri string) map[string]any {
	st.t.Helper()
	parts := strings.Split(uri, "/")
	var out struct {
		CID   string         `json:"cid"`
		Value map[string]any `json:"value"`
	}
	err := st.ana.api.get(st.t.Context(), "com.atproto.repo.getRecord", map[string]any{"repo": parts[2], "collection": parts[3], "rkey": parts[4]}, &out)
	if err != nil && timeline.CodeOf(explain("", err)) == timeline.CodeNotFound {
		return nil
	}
	if err != nil {
		st.t.Fatal(err)
	}
	out.Value["(cid)"] = out.CID
	return out.Value
}

// mine counts the person's records of a collection.
func (st *stage) mine(collection string) int {
	st.t.Helper()
	var out struct {
		Records []json.RawMessage `json:"records"`
	}
	err := st.ana.api.get(st.t.Context(), "com.atproto.repo.listRecords", map[string]any{"repo": st.b.did, "collection": collection, "limit": 100}, &out)
	if err != nil {
		st.t.Fatal(err)
	}
	return len(out.Records)
}

func js(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestPublishText(t *testing.T) {
	st := newStage(t, pds.Options{})
	const typed = "größe 🪿: ask @ana.bsky.example or @nobody.bsky.example, see https://unreachable.invalid/a/very/long/path?with=query #birds"
	i := st.post(typed)
	i.Languages = []string{"en", "de"}
	r := st.publish(i)
	if len(r.Posts) != 1 {
		t.Fatalf("receipt %+v", r)
	}
	got := st.record(r.Posts[0].ID.Local)
	if got["(cid)"] != r.Posts[0].ServerID {
		t.Errorf("the CID is %v, told was %s", got["(cid)"], r.Posts[0].ServerID)
	}
	const want = "größe 🪿: ask @ana.bsky.example or @nobody.bsky.example, see unreachable.invalid/a/very/long/... #birds"
	if got["text"] != want {
		t.Errorf("text %q", got["text"])
	}
	if got["createdAt"] != "2026-06-01T12:00:00.123Z" || js(t, got["langs"]) != `["en","de"]` {
		t.Errorf("createdAt %v, langs %v", got["createdAt"], got["langs"])
	}
	at := func(s string) string {
		from := strings.Index(want, s)
		return fmt.Sprintf(`"index":{"byteEnd":%d,"byteStart":%d}`, from+len(s), from)
	}
	facets := `[{"features":[{"$type":"app.bsky.richtext.facet#mention","did":"` + st.ana.did + `"}],` + at("@ana.bsky.example") + `},` +
		`{"features":[{"$type":"app.bsky.richtext.facet#link","uri":"https://unreachable.invalid/a/very/long/path?with=query"}],` + at("unreachable.invalid/a/very/long/...") + `},` +
		`{"features":[{"$type":"app.bsky.richtext.facet#tag","tag":"birds"}],` + at("#birds") + `}]`
	if js(t, got["facets"]) != facets {
		t.Errorf("facets %s\nwant   %s", js(t, got["facets"]), facets)
	}
	if want := "https://bsky.app/profile/you.bsky.example/post/"; !strings.HasPrefix(r.Posts[0].URL.String(), want) {
		t.Errorf("URL %s", r.Posts[0].URL)
	}
	p, err := st.b.Post(t.Context(), r.Posts[0].ID)
	if err != nil || p.Text.Plain().String() != want || len(p.Text.Links()) != 1 {
		t.Errorf("read back: %v, %+v", err, p)
	}
}

// A thread with both gates is one commit, and each post hangs below the one before.
func TestPublishThread(t *testing.T) {
	st := newStage(t, pds.Options{})
	i := st.post("one", "two", "three")
	i.Replies, i.Quotes = timeline.Mentioned, timeline.Nobody
	r := st.publish(i)
	if len(r.Posts) != 3 {
		t.Fatalf("receipt %+v", r)
	}
	for k, c := range r.Posts {
		got := st.record(c.ID.Local)
		if got == nil || got["(cid)"] != c.ServerID {
			t.Fatalf("post %d: %v, want CID %s", k, got, c.ServerID)
		}
		if k == 0 {
			if got["reply"] != nil {
				t.Errorf("the first is a reply: %v", got)
			}
			continue
		}
		ref := func(n int) string {
			return `{"cid":"` + r.Posts[n].ServerID + `","uri":"` + r.Posts[n].ID.Local + `"}`
		}
		if want := `{"parent":` + ref(k-1) + `,"root":` + ref(0) + `}`; js(t, got["reply"]) != want {
			t.Errorf("post %d stands at %s, want %s", k, js(t, got["reply"]), want)
		}
	}
	root := r.Posts[0].ID.Local
	gate := st.record(strings.Replace(root, postNSID, threadgateNSID, 1))
	if gate == nil || gate["post"] != root || js(t, gate["allow"]) != `[{"$type":"app.bsky.feed.threadgate#mentionRule"}]` {
		t.Errorf("threadgate %v", gate)
	}
	if n := st.mine(postgateNSID); n != 3 {
		t.Errorf("%d postgates", n)
	}
	if n := st.s.Calls("com.atproto.repo.applyWrites"); n != 1 {
		t.Errorf("%d calls", n)
	}
	thread, err := st.b.Thread(t.Context(), r.Posts[0].ID)
	if err != nil || len(thread.Roots) != 1 || len(thread.Roots[0].Replies) != 1 || len(thread.Roots[0].Replies[0].Replies) != 1 {
		t.Errorf("thread: %v, %+v", err, thread)
	}
}

func TestGates(t *testing.T) {
	st := newStage(t, pds.Options{})
	setting := map[string]any{"preferences": []any{map[string]any{
		"$type":                "app.bsky.actor.defs#postInteractionSettingsPref",
		"threadgateAllowRules": []any{}, "postgateEmbeddingRules": []any{map[string]any{"$type": "app.bsky.feed.postgate#disableRule"}},
	}}}
	n := 0
	for name, c := range map[string]struct {
		set             bool
		replies, quotes timeline.Audience
		allow           string // of the threadgate; "" for none
		quotable        bool
	}{
		"everybody":            {false, timeline.Everybody, timeline.Everybody, "", true},
		"followers":            {false, timeline.MyFollowers, "", `[{"$type":"app.bsky.feed.threadgate#followerRule"}]`, true},
		"following":            {false, timeline.MyFollowing, "", `[{"$type":"app.bsky.feed.threadgate#followingRule"}]`, true},
		"nobody":               {false, timeline.Nobody, timeline.Nobody, `[]`, false},
		"left open":            {false, "", "", "", true},
		"own setting":          {true, "", "", `[]`, false},
		"wider than setting":   {true, timeline.Everybody, timeline.Everybody, "", true},
		"half of the setting":  {true, timeline.Mentioned, "", `[{"$type":"app.bsky.feed.threadgate#mentionRule"}]`, false},
		"the other half of it": {true, "", timeline.Everybody, `[]`, true},
	} {
		prefs := map[string]any{"preferences": []any{}}
		if c.set {
			prefs = setting
		}
		if err := st.me.api.post(t.Context(), "app.bsky.actor.putPreferences", prefs, nil); err != nil {
			t.Fatal(err)
		}
		i := st.post("gates: " + name)
		n++
		i.Key, i.Replies, i.Quotes = key(n), c.replies, c.quotes
		root := st.publish(i).Posts[0].ID.Local
		allow := ""
		if gate := st.record(strings.Replace(root, postNSID, threadgateNSID, 1)); gate != nil {
			allow = js(t, gate["allow"])
		}
		if allow != c.allow {
			t.Errorf("%s: threadgate %q, want %q", name, allow, c.allow)
		}
		if quotable := st.record(strings.Replace(root, postNSID, postgateNSID, 1)) == nil; quotable != c.quotable {
			t.Errorf("%s: quotable is %t", name, quotable)
		}
	}
}

func TestReplyAndQuote(t *testing.T) {
	st := newStage(t, pds.Options{})
	root, err := st.ana.publish(t.Context(), "root", timeline.ID{})
	if err != nil {
		t.Fatal(err)
	}
	parent, err := st.ana.publish(t.Context(), "parent", root)
	if err != nil {
		t.Fatal(err)
	}
	i := st.post("a reply", "and on")
	i.ReplyTo.ID, i.Quote.ID = parent, root
	r := st.publish(i)
	first, second := st.record(r.Posts[0].ID.Local), st.record(r.Posts[1].ID.Local)
	reply, _ := first["reply"].(map[string]any)
	if up, _ := reply["parent"].(map[string]any); up["uri"] != parent.Local {
		t.Errorf("reply %v", reply)
	}
	if top, _ := reply["root"].(map[string]any); top["uri"] != root.Local {
		t.Errorf("reply %v", reply)
	}
	if embed, _ := first["embed"].(map[string]any); embed["$type"] != "app.bsky.embed.record" || second["embed"] != nil {
		t.Errorf("embeds %v and %v", first["embed"], second["embed"])
	}
	if below, _ := second["reply"].(map[string]any); js(t, below["root"]) != js(t, reply["root"]) {
		t.Errorf("the second post's root is %v", below["root"])
	}
	p, err := st.b.Post(t.Context(), r.Posts[0].ID)
	if err != nil || p.Quote == nil || p.Quote.ID != root || p.ReplyTo == nil || p.ReplyTo.ID != parent {
		t.Errorf("read back: %v, %+v", err, p)
	}
}

// What cannot be answered or quoted is refused before anything is sent.
func TestRefusedSubjects(t *testing.T) {
	st := newStage(t, pds.Options{})
	closed, err := st.ana.publish(t.Context(), "nobody may answer or quote", timeline.ID{})
	if err != nil {
		t.Fatal(err)
	}
	for collection, rules := range map[string]map[string]any{
		threadgateNSID: {"allow": []any{}},
		postgateNSID:   {"embeddingRules": []any{map[string]any{"$type": postgateNSID + "#disableRule"}}},
	} {
		rules["$type"], rules["post"], rules["createdAt"] = collection, closed.Local, "2026-06-01T12:00:00.000Z"
		uri := strings.Split(closed.Local, "/")
		if err := st.ana.api.post(t.Context(), "com.atproto.repo.putRecord", map[string]any{"repo": st.ana.did, "collection": collection, "rkey": uri[4], "record": rules}, nil); err != nil {
			t.Fatal(err)
		}
	}
	gone := timeline.ID{Network: timeline.Bluesky, Local: closed.Local[:len(closed.Local)-1] + "2"}
	for name, change := range map[string]func(*timeline.Intent){
		"closed thread":    func(i *timeline.Intent) { i.ReplyTo.ID = closed },
		"closed quote":     func(i *timeline.Intent) { i.Quote.ID = closed },
		"gone parent":      func(i *timeline.Intent) { i.ReplyTo.ID = gone },
		"gone quote":       func(i *timeline.Intent) { i.Quote.ID = gone },
		"another network":  func(i *timeline.Intent) { i.ReplyTo.ID = timeline.ID{Network: timeline.Nostr, Local: "ab"} },
		"followers only":   func(i *timeline.Intent) { i.Visibility = timeline.Followers },
		"direct":           func(i *timeline.Intent) { i.Visibility = timeline.Direct },
		"quotes followers": func(i *timeline.Intent) { i.Quotes = timeline.MyFollowers },
		"no parts":         func(i *timeline.Intent) { i.Parts = nil },
		"empty":            func(i *timeline.Intent) { i.Parts = []timeline.Part{{}} },
		"an edit":          func(i *timeline.Intent) { i.Kind = timeline.DoEdit },
	} {
		i := st.post("x")
		change(&i)
		_, err := st.b.Prepare(t.Context(), i, &notes{})
		if te := timeline.AsError(err); te == nil || te.Temporary() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := st.mine(postNSID); n != 0 {
		t.Errorf("%d posts", n)
	}
}
