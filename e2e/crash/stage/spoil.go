package stage

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/sandbox/world"
	"skein/e2e"
	"skein/e2e/crash/history"
)

// Spoil breaks the promise behind skein's back, as the person on another client: it
// publishes a post once more, or takes it away.
func (s *Stage) Spoil(ctx context.Context, p history.Post, again bool) error {
	for _, n := range s.Networks {
		if n.Name() != p.Network {
			continue
		}
		if again {
			return n.again(ctx, p)
		}
		return n.takeAway(ctx, p)
	}
	return fmt.Errorf("there is no network %q", p.Network)
}

func (m *mastodon) again(ctx context.Context, p history.Post) error {
	return e2e.Call(ctx, http.MethodPost, m.server.URL()+"/api/v1/statuses", m.server.Token(world.Viewer), map[string]string{"status": p.Text}, nil)
}

func (m *mastodon) takeAway(ctx context.Context, p history.Post) error {
	id := p.ID[strings.LastIndex(p.ID, "/")+1:]
	return e2e.Call(ctx, http.MethodDelete, m.server.URL()+"/api/v1/statuses/"+id, m.server.Token(world.Viewer), nil, nil)
}

func (b *bluesky) again(ctx context.Context, p history.Post) error {
	me, err := b.signIn(ctx, b.server.Person)
	if err != nil {
		return err
	}
	_, err = b.post(ctx, me, p.Text)
	return err
}

func (b *bluesky) takeAway(ctx context.Context, p history.Post) error {
	me, err := b.signIn(ctx, b.server.Person)
	if err != nil {
		return err
	}
	return e2e.Call(ctx, http.MethodPost, b.server.URL+"/xrpc/com.atproto.repo.deleteRecord", me.Token, map[string]string{
		"repo": me.DID, "collection": collectionPost, "rkey": p.ID[strings.LastIndex(p.ID, "/")+1:],
	}, nil)
}

func (n *network) again(ctx context.Context, p history.Post) error {
	_, err := n.publish(ctx, n.me, nostr.Event{Kind: nostr.KindTextNote, Content: p.Text, Tags: nostr.Tags{{"t", time.Now().String()}}})
	return err
}

func (n *network) takeAway(ctx context.Context, p history.Post) error {
	_, err := n.publish(ctx, n.me, nostr.Event{Kind: nostr.KindDeletion, Tags: nostr.Tags{{"e", p.ID}}})
	return err
}
