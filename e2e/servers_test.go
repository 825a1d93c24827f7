package e2e_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/e2e"
)

// The servers answer by themselves, before any skein is involved: when this
// fails, look at the machine and not at skein.
func TestServersAnswer(t *testing.T) {
	t.Run("Bluesky", func(t *testing.T) {
		bluesky := e2e.StartBluesky(t)
		t.Logf("the Bluesky network was up in %s", bluesky.Took.Round(time.Millisecond))
		ana, carol := bluesky.Join(t, "ana"), bluesky.Join(t, "carol")
		carol.Follows(t, ana)

		root := ana.Posts(t, "hello from a real PDS")
		t.Logf("a post was in the timeline after %s", carol.AwaitPost(t, root).Round(time.Millisecond))
		if err := ana.HasIndexed(t.Context(), root); err != nil {
			t.Errorf("the AppView by itself: %v", err)
		}
		carol.Replies(t, root, root, "hello back")
		carol.Likes(t, root)

		e2e.Eventually(t, 15*time.Second, "the post's counts", func(ctx context.Context) error {
			posts, err := carol.Timeline(ctx)
			if err != nil {
				return err
			}
			for _, post := range posts {
				if post.URI == root.URI && post.LikeCount == 1 && post.ReplyCount == 1 {
					return nil
				}
			}
			return errors.New("one like and one reply are not counted yet")
		})

		bluesky.StopPDS(t)
		if _, err := carol.Timeline(t.Context()); err == nil {
			t.Error("a stopped PDS still answers")
		}
		bluesky.StartPDS(t)
		if posts, err := carol.Timeline(t.Context()); err != nil || len(posts) == 0 {
			t.Errorf("a PDS that was started again: %d posts, %v", len(posts), err)
		}
	})

	t.Run("Nostr", func(t *testing.T) {
		relay := e2e.StartRelay(t)
		fern, moss := e2e.NewNostrPerson(t), e2e.NewNostrPerson(t)
		fern.Names(t, relay, "fern")
		fern.Lists(t, relay)
		moss.Follows(t, relay, fern)
		root := fern.Posts(t, relay, "hello from a real relay")
		moss.Replies(t, relay, root, "hello back")

		relay.Stop()
		if _, err := relay.Read(t.Context(), nostr.Filter{}); err == nil {
			t.Error("a stopped relay still answers")
		}
		relay.Start(t)
		notes, err := relay.Read(t.Context(), nostr.Filter{Kinds: []int{nostr.KindTextNote}})
		if err != nil || len(notes) != 2 {
			t.Fatalf("a relay that was started again: %d notes instead of 2, %v", len(notes), err)
		}
	})
}
