package e2e_test

import (
	"testing"

	"github.com/nbd-wtf/go-nostr"

	"skein/e2e"
)

// world is one person's skein on three networks, two of them the real servers,
// and the people they follow.
type world struct {
	home    *e2e.Home
	sandbox *e2e.Sandbox
	bluesky *e2e.Bluesky
	relay   *e2e.Relay

	me   *e2e.BlueskyPerson // whose skein it is
	ana  *e2e.BlueskyPerson // is followed on Bluesky
	fern *e2e.NostrPerson   // is followed on Nostr

	post  e2e.BlueskyRef // by ana, with one reply
	reply e2e.BlueskyRef
	note  nostr.Event // by fern, with one reply
}

// Texts of the posts that the world starts with.
const (
	postText      = "A heron on the jetty, from a real PDS"
	postReplyText = "It was still there at noon"
	noteText      = "A heron on the jetty, from a real relay"
	noteReplyText = "Gone by dusk"
	tootText      = "A heron on the jetty, from the sandbox"
)

// newWorld starts the servers, has the others write, and signs one person in on
// all three networks, without a terminal.
func newWorld(t *testing.T) *world {
	t.Helper()
	e2e.Require(t, e2e.ToolNode, e2e.ToolNetwork, e2e.ToolPostgres, e2e.ToolRedis, e2e.ToolTmux)
	w := &world{home: e2e.NewHome(t)}
	w.sandbox = e2e.NewHome(t).Serve(t)
	w.bluesky, w.relay = e2e.StartBluesky(t), e2e.StartRelay(t)
	w.openBluesky(t)
	w.openNostr(t)
	w.openMastodon(t)
	return w
}

func (w *world) openBluesky(t *testing.T) {
	t.Helper()
	me := w.bluesky.Join(t, "myself")
	w.me = me
	w.ana = w.bluesky.Join(t, "ana")
	w.ana.Names(t, "Ana Lima")
	me.Follows(t, w.ana)
	w.post = w.ana.Posts(t, postText)
	w.reply = w.ana.Replies(t, w.post, w.post, postReplyText)
	me.AwaitPost(t, w.reply)
	w.home.RunInput(t, me.AppPassword(t, "skein")+"\n", "account", "add", "bluesky", "--name", "sky",
		"--handle", me.Handle, "--pds", w.bluesky.PDS, "--app-password-stdin").Exits(t, 0)
}

func (w *world) openNostr(t *testing.T) {
	t.Helper()
	me := e2e.NewNostrPerson(t)
	w.fern = e2e.NewNostrPerson(t)
	w.fern.Names(t, w.relay, "fern")
	for _, person := range []*e2e.NostrPerson{me, w.fern} {
		person.Lists(t, w.relay)
	}
	me.Follows(t, w.relay, w.fern)
	w.note = w.fern.Posts(t, w.relay, noteText)
	w.fern.Replies(t, w.relay, w.note, noteReplyText)
	w.home.RunInput(t, me.Nsec+"\n", "account", "add", "nostr", "--name", "key",
		"--nsec-stdin", "--relay", w.relay.URL).Exits(t, 0)
}

func (w *world) openMastodon(t *testing.T) {
	t.Helper()
	w.sandbox.Posts(t, tootText)
	w.home.RunInput(t, w.sandbox.Tokens["mastodon"]+"\n", "account", "add", "mastodon", "--name", "elephant",
		"--server", w.sandbox.Mastodon, "--token-stdin").Exits(t, 0)
}

// timeline reads all three networks from the command line.
func (w *world) timeline(t *testing.T) e2e.Result {
	t.Helper()
	return w.home.Run(t, "timeline", "--json", "-n", "60")
}
