package e2e_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"skein/backends/bluesky"
	"skein/config/account"
	"skein/e2e"
	"skein/timeline"
)

// The sandbox stands in for a PDS in every other test of publishing: here the
// assumptions that it is built on are held to the real one.
func TestPublishBluesky(t *testing.T) {
	p := newSkyPublisher(t)
	t.Run("a thread with gates", p.thread)
	t.Run("the same bytes again", p.sameBytes)
	t.Run("eight at once", p.concurrent)
	t.Run("files", p.files)
	t.Run("replies and quotes", p.answers)
	t.Run("acts", p.acts)
	t.Run("bookmarks", p.bookmarks)
	t.Run("deletion", p.deletion)
}

// skyPublisher is skein's account on a real network.
type skyPublisher struct {
	network *e2e.Bluesky
	me, ana *e2e.BlueskyPerson
	b       *bluesky.Backend
	intents int
}

// newSkyPublisher starts a network of its own, with ana on it, too.
func newSkyPublisher(t *testing.T) *skyPublisher {
	t.Helper()
	network := e2e.StartBluesky(t)
	p := &skyPublisher{network: network, me: network.Join(t, "myself"), ana: network.Join(t, "ana")}
	client := newClient(t)
	record, secrets, err := bluesky.AddPassword(t.Context(), client, network.PDS, p.me.Handle, account.NewSecret(p.me.AppPassword(t, "skein")))
	if err != nil {
		t.Fatalf("sign in: %v", err)
	}
	record.ID = "sky"
	owner, store := keep(t, record, secrets)
	p.b, err = bluesky.New(bluesky.Config{Account: owner, PDS: record.Server, DID: record.DID, Store: store, Client: client})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	closed(t, p.b)
	return p
}

// stepNotes keep the steps of one preparation.
type stepNotes map[string]json.RawMessage

func (n stepNotes) Get(step string) (json.RawMessage, bool) { v, ok := n[step]; return v, ok }

func (n stepNotes) Put(_ context.Context, step string, v json.RawMessage) error {
	n[step] = v
	return nil
}

// intent is one of a kind that nothing was asked of yet.
func (p *skyPublisher) intent(kind timeline.Kind, texts ...string) timeline.Intent {
	p.intents++
	sum := sha256.Sum256(fmt.Appendf(nil, "%d", p.intents))
	i := timeline.Intent{Kind: kind, Key: hex.EncodeToString(sum[:16]), Created: time.Now()}
	for _, text := range texts {
		i.Parts = append(i.Parts, timeline.Part{Text: p.b.Rules().Mark(text)})
	}
	return i
}

func (p *skyPublisher) prepare(t *testing.T, i timeline.Intent) timeline.Request {
	t.Helper()
	r, err := p.b.Prepare(t.Context(), i, stepNotes{})
	if err != nil {
		t.Fatalf("prepare: %v", err)
	}
	return r
}

func (p *skyPublisher) publish(t *testing.T, i timeline.Intent) timeline.Receipt {
	t.Helper()
	return published(t, p.b.Send(t.Context(), p.prepare(t, i)))
}

func published(t *testing.T, o timeline.Outcome) timeline.Receipt {
	t.Helper()
	if o.Verdict != timeline.Published {
		t.Fatalf("%s: %v", o.Verdict, o.Err)
	}
	return o.Receipt
}

// skyRecord is a record as its repository has it.
type skyRecord struct {
	CID   string         `json:"cid"`
	Value map[string]any `json:"value"`
}

// record reads what stands at an at:// URI.
func (p *skyPublisher) record(ctx context.Context, uri string) (skyRecord, error) {
	parts := strings.Split(uri, "/")
	q := url.Values{"repo": {parts[2]}, "collection": {parts[3]}, "rkey": {parts[4]}}
	var out skyRecord
	err := xrpcGet(ctx, p.network.PDS+"/xrpc/com.atproto.repo.getRecord?"+q.Encode(), &out)
	return out, err
}

// count is how many records of a collection the account has.
func (p *skyPublisher) count(t *testing.T, collection string) int {
	t.Helper()
	var out struct {
		Records []json.RawMessage `json:"records"`
	}
	q := url.Values{"repo": {p.me.DID}, "collection": {collection}, "limit": {"100"}}
	if err := xrpcGet(t.Context(), p.network.PDS+"/xrpc/com.atproto.repo.listRecords?"+q.Encode(), &out); err != nil {
		t.Fatal(err)
	}
	return len(out.Records)
}

func xrpcGet(ctx context.Context, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// indexed reads a post through skein once the AppView has it in the state wanted.
func (p *skyPublisher) indexed(t *testing.T, id timeline.ID, wanted func(*timeline.Post) bool) *timeline.Post {
	t.Helper()
	var post *timeline.Post
	e2e.Eventually(t, patience, "the AppView has "+id.Local, func(ctx context.Context) (err error) {
		if post, err = p.b.Post(ctx, id); err == nil && !wanted(post) {
			err = errors.New("it is not as it should be yet")
		}
		return err
	})
	return post
}

func anything(*timeline.Post) bool { return true }

func (p *skyPublisher) thread(t *testing.T) {
	i := p.intent(timeline.DoPost, "größe 🪿👨‍👩‍👧‍👧 @ana.test and @nobody.test: https://unreachable.invalid/a/path/that/is/long #vögel", "two", "three")
	i.Languages, i.Warning, i.Replies, i.Quotes = []string{"de", "en"}, "nudity", timeline.Mentioned, timeline.Nobody
	r := p.publish(t, i)
	if len(r.Posts) != 3 {
		t.Fatalf("receipt %+v", r)
	}
	before := skyRecord{}
	for k, c := range r.Posts {
		record, err := p.record(t.Context(), c.ID.Local)
		if err != nil || record.CID != c.ServerID {
			t.Fatalf("post %d: %v, CID %s, told was %s", k, err, record.CID, c.ServerID)
		}
		if k > 0 { // the CID that was worked out here is the one that it has there
			reply, _ := record.Value["reply"].(map[string]any)
			if parent, _ := reply["parent"].(map[string]any); parent["cid"] != before.CID {
				t.Errorf("post %d answers %v, not %s", k, parent, before.CID)
			}
		}
		before = record
	}
	root := p.indexed(t, r.Posts[0].ID, anything)
	links := root.Text.Links()
	if len(links) != 1 || links[0].Target.String() != "https://unreachable.invalid/a/path/that/is/long" || links[0].Text.String() != "unreachable.invalid/a/path/that/..." {
		t.Errorf("links %+v in %q", links, root.Text.Plain())
	}
	var mentioned []string
	for _, s := range root.Text {
		if s.Kind == timeline.SpanMention {
			mentioned = append(mentioned, s.Text.String()+s.Target.String())
		}
	}
	if len(mentioned) != 1 || mentioned[0] != "@ana.test"+p.ana.DID || len(root.Tags) != 1 || root.Tags[0].String() != "vögel" {
		t.Errorf("mentions %v, tags %v", mentioned, root.Tags)
	}
	for _, collection := range []string{"threadgate", "postgate"} {
		if _, err := p.record(t.Context(), strings.Replace(r.Posts[0].ID.Local, "post", collection, 1)); err != nil {
			t.Errorf("%s: %v", collection, err)
		}
	}
	p.indexed(t, r.Posts[2].ID, anything)
	thread, err := p.b.Thread(t.Context(), r.Posts[0].ID)
	if err != nil || len(thread.Roots[0].Replies) != 1 || len(thread.Roots[0].Replies[0].Replies) != 1 {
		t.Errorf("thread: %v", err)
	}
}

func (p *skyPublisher) sameBytes(t *testing.T) {
	before := p.count(t, "app.bsky.feed.post")
	single, double := p.prepare(t, p.intent(timeline.DoPost, "once")), p.prepare(t, p.intent(timeline.DoPost, "one", "two"))
	first := published(t, p.b.Send(t.Context(), single))
	if again := published(t, p.b.Send(t.Context(), single)); again.Posts[0] != first.Posts[0] {
		t.Errorf("%+v is not %+v", again, first)
	}
	published(t, p.b.Send(t.Context(), double))
	if o := p.b.Send(t.Context(), double); o.Verdict != timeline.Uncertain { // a bare 500
		t.Errorf("applyWrites again: %s, %v", o.Verdict, o.Err)
	}
	published(t, p.b.Settle(t.Context(), double))
	never := p.prepare(t, p.intent(timeline.DoPost, "never"))
	if o := p.b.Settle(t.Context(), never); o.Verdict != timeline.Absent {
		t.Errorf("what was never sent: %s, %v", o.Verdict, o.Err)
	}
	other := p.intent(timeline.DoPost, "other words")
	taken := p.prepare(t, other)
	published(t, p.b.Send(t.Context(), taken))
	other.Parts[0].Text = p.b.Rules().Mark("under the same key")
	if o := p.b.Send(t.Context(), p.prepare(t, other)); o.Verdict != timeline.Spent {
		t.Errorf("a taken key: %s, %v", o.Verdict, o.Err)
	}
	if n := p.count(t, "app.bsky.feed.post") - before; n != 4 {
		t.Errorf("%d posts", n)
	}
}

func (p *skyPublisher) concurrent(t *testing.T) {
	const senders = 8
	before := p.count(t, "app.bsky.feed.post")
	for _, i := range []timeline.Intent{p.intent(timeline.DoPost, "alone"), p.intent(timeline.DoPost, "a", "b")} {
		r := p.prepare(t, i)
		outcomes := make([]timeline.Outcome, senders)
		var wg sync.WaitGroup
		for k := range senders {
			wg.Go(func() {
				if outcomes[k] = p.b.Send(t.Context(), r); outcomes[k].Verdict == timeline.Uncertain {
					outcomes[k] = p.b.Settle(t.Context(), r)
				}
			})
		}
		wg.Wait()
		for _, o := range outcomes {
			if o.Verdict != timeline.Published || o.Receipt.Posts[0] != outcomes[0].Receipt.Posts[0] {
				t.Errorf("%s, %v: %+v", o.Verdict, o.Err, o.Receipt)
			}
		}
	}
	if n := p.count(t, "app.bsky.feed.post") - before; n != 3 {
		t.Errorf("%d posts", n)
	}
}

// attach writes a file as the outbox would hand it over.
func attach(t *testing.T, mime string, kind timeline.MediaKind, write func(*os.File) error) timeline.Attachment {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	return timeline.Attachment{Path: path, Type: mime, Kind: kind, Alt: "a grey field", Width: 40, Height: 30, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
}

func (p *skyPublisher) files(t *testing.T) {
	i := p.intent(timeline.DoPost, "a picture", "a clip")
	i.Parts[0].Media = []timeline.Attachment{attach(t, "image/png", timeline.Image, func(f *os.File) error { return png.Encode(f, image.NewGray(image.Rect(0, 0, 40, 30))) })}
	// The beginning of an MP4 is all that a PDS looks at.
	i.Parts[1].Media = []timeline.Attachment{attach(t, "video/mp4", timeline.Video, func(f *os.File) error {
		_, err := f.Write(append([]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"), make([]byte, 1000)...))
		return err
	})}
	r := p.publish(t, i)
	picture := p.indexed(t, r.Posts[0].ID, anything)
	if len(picture.Media) != 1 || picture.Media[0].Alt.String() != "a grey field" || picture.Media[0].Width != 40 {
		t.Errorf("picture %+v", picture.Media)
	}
	if record, err := p.record(t.Context(), r.Posts[0].ID.Local); err != nil || record.CID != r.Posts[0].ServerID {
		t.Errorf("%v, CID %s, told was %s", err, record.CID, r.Posts[0].ServerID)
	}
	clip := p.indexed(t, r.Posts[1].ID, anything)
	if len(clip.Media) != 1 || clip.Media[0].Kind != timeline.Video {
		t.Errorf("clip %+v, note %s", clip.Media, clip.Note)
	}
}

func (p *skyPublisher) answers(t *testing.T) {
	root := p.ana.Posts(t, "root")
	parent := p.ana.Replies(t, root, root, "parent")
	if err := p.ana.HasIndexed(t.Context(), parent); err != nil {
		t.Fatal(err)
	}
	i := p.intent(timeline.DoPost, "an answer that quotes")
	i.ReplyTo.ID = timeline.ID{Network: timeline.Bluesky, Local: parent.URI}
	i.Quote.ID = timeline.ID{Network: timeline.Bluesky, Local: root.URI}
	r := p.publish(t, i)
	post := p.indexed(t, r.Posts[0].ID, anything)
	if post.ReplyTo == nil || post.ReplyTo.ID.Local != parent.URI || post.Root.ID.Local != root.URI || post.Quote == nil || post.Quote.ID.Local != root.URI {
		t.Errorf("%+v", post)
	}
	// One's own post can be answered before the AppView has seen it.
	first := p.publish(t, p.intent(timeline.DoPost, "just now"))
	next := p.intent(timeline.DoPost, "and at once")
	next.ReplyTo.ID = first.Posts[0].ID
	p.publish(t, next)
}

func (p *skyPublisher) acts(t *testing.T) {
	ref := p.ana.Posts(t, "to be liked")
	if err := p.ana.HasIndexed(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	on := timeline.Subject{ID: timeline.ID{Network: timeline.Bluesky, Local: ref.URI}}
	for kind, collection := range map[timeline.Kind]string{
		timeline.DoLike: "app.bsky.feed.like", timeline.DoBoost: "app.bsky.feed.repost", timeline.DoFollow: "app.bsky.graph.follow",
	} {
		for n, want := range []int{1, 1, 0, 0} { // twice done, twice undone, and no waiting between
			i := p.intent(kind)
			i.On, i.Person, i.Undo = on, p.ana.DID, n >= 2
			p.publish(t, i)
			if got := p.count(t, collection); got != want {
				t.Errorf("%s, step %d: %d records", kind, n, got)
			}
		}
	}
	like := p.intent(timeline.DoLike)
	like.On = on
	p.publish(t, like)
	p.indexed(t, on.ID, func(post *timeline.Post) bool { v, ok := post.View("sky"); return ok && v.Liked })
}

func (p *skyPublisher) bookmarks(t *testing.T) {
	ref := p.ana.Posts(t, "to be kept")
	if err := p.ana.HasIndexed(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		i := p.intent(timeline.DoBookmark)
		i.On.ID, i.Undo = timeline.ID{Network: timeline.Bluesky, Local: ref.URI}, !want
		r := p.prepare(t, i)
		published(t, p.b.Send(t.Context(), r))
		p.indexed(t, i.On.ID, func(post *timeline.Post) bool { v, ok := post.View("sky"); return ok && v.Bookmarked == want })
		published(t, p.b.Send(t.Context(), r))
		published(t, p.b.Settle(t.Context(), r))
	}
}

func (p *skyPublisher) deletion(t *testing.T) {
	made := p.intent(timeline.DoPost, "to be deleted")
	made.Replies = timeline.Nobody
	post := p.publish(t, made).Posts[0]
	i := p.intent(timeline.DoDelete)
	i.On.ID = post.ID
	r := p.prepare(t, i)
	if o := p.b.Settle(t.Context(), r); o.Verdict != timeline.Absent {
		t.Errorf("before: %s, %v", o.Verdict, o.Err)
	}
	published(t, p.b.Send(t.Context(), r))
	published(t, p.b.Send(t.Context(), r))
	published(t, p.b.Settle(t.Context(), r))
	if _, err := p.record(t.Context(), post.ID.Local); err == nil {
		t.Error("it is still there")
	}
	if n := p.count(t, "app.bsky.feed.threadgate"); n != 1 { // that of the thread at the beginning
		t.Errorf("%d threadgates", n)
	}
}
