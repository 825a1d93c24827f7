package pds_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"skein/backends/bluesky"
	"skein/timeline"
)

// forgetful keeps no step: each preparation asks for all of it.
type forgetful struct{}

func (forgetful) Get(string) (json.RawMessage, bool)                 { return nil, false }
func (forgetful) Put(context.Context, string, json.RawMessage) error { return nil }

// publishAll has the adapter write everything that it can, and settle it.
func publishAll(ctx context.Context, t *testing.T, b *bluesky.Backend, somebody string) {
	t.Helper()
	n := byte(0)
	do := func(i timeline.Intent) timeline.Receipt {
		t.Helper()
		n++
		sum := sha256.Sum256([]byte{n})
		i.Key, i.Created = hex.EncodeToString(sum[:16]), time.Now()
		r, err := b.Prepare(ctx, i, forgetful{})
		if err != nil {
			t.Fatalf("%s %t: %v", i.Kind, i.Undo, err)
		}
		o := b.Send(ctx, r)
		if settled := b.Settle(ctx, r); o.Verdict != timeline.Published || settled.Verdict != timeline.Published {
			t.Errorf("%s %t: %s, %v; then %s, %v", i.Kind, i.Undo, o.Verdict, o.Err, settled.Verdict, settled.Err)
		}
		return o.Receipt
	}
	words := func(text string) timeline.Part { return timeline.Part{Text: b.Rules().Mark(text)} }
	first := do(timeline.Intent{
		Kind: timeline.DoPost, Warning: "nudity", Languages: []string{"en"}, Replies: timeline.Mentioned, Quotes: timeline.Nobody,
		Parts: []timeline.Part{words("a thread #tag https://unreachable.invalid/a @ana.bsky.example @nobody.bsky.example"), words("goes on")},
	}).Posts[0].ID
	on := timeline.Subject{ID: first}
	for mime, kind := range map[string]timeline.MediaKind{"image/png": timeline.Image, "video/mp4": timeline.GIF} {
		withFile := words("a file")
		withFile.Media = []timeline.Attachment{attachment(t, mime, kind)}
		do(timeline.Intent{Kind: timeline.DoPost, Parts: []timeline.Part{withFile}, ReplyTo: on, Quote: on})
	}
	for _, kind := range []timeline.Kind{timeline.DoLike, timeline.DoBoost, timeline.DoBookmark, timeline.DoFollow, timeline.DoMute, timeline.DoBlock} {
		for _, undo := range []bool{false, false, true, true} {
			do(timeline.Intent{Kind: kind, On: on, Person: somebody, Undo: undo})
		}
	}
	for _, kind := range []timeline.Kind{timeline.DoLike, timeline.DoBoost, timeline.DoBookmark} {
		do(timeline.Intent{Kind: kind, On: on})
	}
	for _, kind := range []timeline.Kind{timeline.DoMute, timeline.DoBlock} {
		do(timeline.Intent{Kind: kind, Person: somebody})
	}
	listAll(ctx, t, b)
	for _, kind := range []timeline.Kind{timeline.DoMute, timeline.DoBlock} {
		do(timeline.Intent{Kind: kind, Person: somebody, Undo: true})
	}
	gone := do(timeline.Intent{Kind: timeline.DoPost, Parts: []timeline.Part{words("to be deleted")}, Replies: timeline.Nobody}).Posts[0]
	do(timeline.Intent{Kind: timeline.DoDelete, On: timeline.Subject{ID: gone.ID}})
	if _, err := b.Thread(ctx, first); err != nil {
		t.Errorf("thread: %v", err)
	}
}

// listAll has the adapter read every list, in pages, and the archive.
func listAll(ctx context.Context, t *testing.T, b *bluesky.Backend) {
	t.Helper()
	for _, l := range []timeline.List{
		timeline.ListPosts, timeline.ListFollows, timeline.ListMutes, timeline.ListBlocks, timeline.ListBookmarks, timeline.ListLikes,
	} {
		n, page := 0, timeline.Page{Limit: 1}
		for {
			got, err := b.List(ctx, l, page)
			if err != nil {
				t.Fatalf("List(%s): %v", l, err)
			}
			n += len(got.People) + len(got.Posts)
			if page.Before = got.Older; got.Older == "" {
				break
			}
		}
		if n == 0 {
			t.Errorf("the list %s is empty: nothing of it was held to the lexicons", l)
		}
	}
	if _, err := b.Archive(ctx, io.Discard, nil); err != nil {
		t.Errorf("Archive: %v", err)
	}
}

func attachment(t *testing.T, mime string, kind timeline.MediaKind) timeline.Attachment {
	t.Helper()
	content := []byte("a file of " + mime)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	return timeline.Attachment{Path: path, Type: mime, Kind: kind, Alt: "x", Width: 3, Height: 2, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
}
