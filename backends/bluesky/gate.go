package bluesky

import (
	"context"
	"encoding/json"

	"skein/timeline"
)

const (
	threadgateNSID = "app.bsky.feed.threadgate"
	postgateNSID   = "app.bsky.feed.postgate"
)

// gates say who may answer and quote a post. nil rules are none: everybody may;
// no rules at all in Replies: nobody.
type gates struct {
	Replies []json.RawMessage `json:"replies"` // app.bsky.feed.threadgate, allow
	Quotes  []json.RawMessage `json:"quotes"`  // app.bsky.feed.postgate, embeddingRules
}

// replyRules are the rules that let an audience reply; ok is false where there are
// none for it.
func replyRules(a timeline.Audience) (rules []json.RawMessage, ok bool) {
	rule := func(name string) []json.RawMessage {
		return []json.RawMessage{json.RawMessage(`{"$type":"` + threadgateNSID + "#" + name + `"}`)}
	}
	switch a {
	case "", timeline.Everybody:
		return nil, true
	case timeline.MyFollowers:
		return rule("followerRule"), true
	case timeline.MyFollowing:
		return rule("followingRule"), true
	case timeline.Mentioned:
		return rule("mentionRule"), true
	case timeline.Nobody:
		return []json.RawMessage{}, true
	}
	return nil, false
}

func noQuotes() []json.RawMessage {
	return []json.RawMessage{json.RawMessage(`{"$type":"` + postgateNSID + `#disableRule"}`)}
}

// gatesOf are the gates of an intent; what it leaves open is the account's own
// setting, as in every client.
func (b *Backend) gatesOf(ctx context.Context, i timeline.Intent, n timeline.Notes) (gates, error) {
	var own gates
	if i.Replies == "" || i.Quotes == "" {
		var err error
		if own, err = timeline.Step(ctx, n, "gates", b.defaultGates); err != nil {
			return gates{}, err
		}
	}
	if i.Replies != "" {
		own.Replies, _ = replyRules(i.Replies) // Review has refused what has no rules
	}
	switch i.Quotes {
	case "":
	case timeline.Nobody:
		own.Quotes = noQuotes()
	default:
		own.Quotes = nil
	}
	if !i.ReplyTo.ID.Zero() {
		own.Replies = nil // only the first post of a thread has a threadgate
	}
	return own, nil
}

// defaultGates reads what the person has set for all posts
// (app.bsky.actor.defs#postInteractionSettingsPref).
func (b *Backend) defaultGates(ctx context.Context) (gates, error) {
	var out struct {
		Preferences []struct {
			Type    string            `json:"$type"`
			Replies []json.RawMessage `json:"threadgateAllowRules"`
			Quotes  []json.RawMessage `json:"postgateEmbeddingRules"`
		} `json:"preferences"`
	}
	err := b.get(ctx, "app.bsky.actor.getPreferences", nil, &out)
	switch timeline.CodeOf(err) {
	case "":
	case timeline.CodeUnsupported, timeline.CodeNotFound:
		return gates{}, nil // a server without preferences has no setting either
	default:
		return gates{}, tried("settings of "+b.account.Handle.String(), err)
	}
	for _, p := range out.Preferences {
		if p.Type == "app.bsky.actor.defs#postInteractionSettingsPref" {
			return gates{Replies: p.Replies, Quotes: p.Quotes}, nil
		}
	}
	return gates{}, nil
}

// gateRecords are the gates of a post as records beside it: in the same repository
// and under the same key.
func (g gates) records(did string, post sealed, createdAt string, first bool) ([]sealed, error) {
	var out []sealed
	add := func(collection, field string, rules []json.RawMessage) error {
		r, err := seal(did, collection, post.RKey, object{"post": post.URI, "createdAt": createdAt, field: rules})
		out = append(out, r)
		return err
	}
	if first && g.Replies != nil {
		if err := add(threadgateNSID, "allow", g.Replies); err != nil {
			return nil, err
		}
	}
	if len(g.Quotes) > 0 {
		if err := add(postgateNSID, "embeddingRules", g.Quotes); err != nil {
			return nil, err
		}
	}
	return out, nil
}
