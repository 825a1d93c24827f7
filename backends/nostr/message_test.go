package nostr

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip04"

	sandbox "skein/backends/sandbox/relay"
	"skein/config/account"
	"skein/timeline"
)

// writing is a direct message to people.
func writing(text string, people ...*Backend) timeline.Intent {
	i := timeline.Intent{Kind: timeline.DoMessage, Visibility: timeline.Direct, Parts: []timeline.Part{{Text: rules{}.Mark(text)}}}
	for _, p := range people {
		i.People = append(i.People, p.cfg.PubKey)
	}
	return intent(i)
}

// writable are accounts that take messages at all of some relays.
func writable(t *testing.T, servers []*sandbox.Server, n int) []*Backend {
	t.Helper()
	var all []*Backend
	for range n {
		b := me(t, urls(servers))
		do(t, b, intent(timeline.Intent{Kind: timeline.DoReceive}))
		all = append(all, b)
	}
	return all
}

// said are the texts of a conversation, newest first.
func said(t *testing.T, b *Backend, conversation string) []string {
	t.Helper()
	page, err := b.Messages(t.Context(), conversation, timeline.Page{})
	if err != nil {
		t.Fatalf("Messages: %v", err)
	}
	var texts []string
	for _, p := range page.Posts {
		if p.Visibility != timeline.Direct || !p.URL.Empty() {
			t.Errorf("message %s is %s, at %q", p.ID, p.Visibility, p.URL)
		}
		texts = append(texts, p.Text.Plain().String())
	}
	return texts
}

// TestMessage: two accounts write to each other, and relays are shown neither from whom
// nor what.
func TestMessage(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	both := writable(t, servers, 2)
	ana, bo := both[0], both[1]
	first := writing(`see you at <8> & "bring" tea`, bo)
	o := do(t, ana, first)
	if len(o.Receipt.Answers) != 4 { // two relays for each of two
		t.Errorf("answers: %+v", o.Receipt.Answers)
	}
	second := writing("gladly", ana)
	second.Created = first.Created.Add(time.Second)
	do(t, bo, second)
	for _, who := range []struct{ me, other *Backend }{{ana, bo}, {bo, ana}} {
		b := again(t, who.me)
		got := said(t, b, who.other.cfg.PubKey)
		if want := []string{"gladly", `see you at <8> & "bring" tea`}; !slices.Equal(got, want) {
			t.Errorf("read %q, want %q", got, want)
		}
		list, err := b.Conversations(t.Context(), timeline.Page{})
		if err != nil || len(list.Conversations) != 1 {
			t.Fatalf("Conversations: %+v, %v", list, err)
		}
		c := list.Conversations[0]
		if c.ID != who.other.cfg.PubKey || len(c.People) != 1 || c.People[0].ID != who.other.cfg.PubKey || c.Request {
			t.Errorf("conversation %+v", c)
		}
		if want := map[*Backend]int{ana: 1, bo: 0}[who.me]; len(c.Arrived) != want { // bo has answered
			t.Errorf("%d have arrived, want %d", len(c.Arrived), want)
		}
	}
	wraps := servers[0].Find(nostr.Filter{Kinds: []int{nostr.KindGiftWrap}})
	now := nostr.Now()
	for _, e := range wraps {
		if e.PubKey == ana.cfg.PubKey || e.PubKey == bo.cfg.PubKey || strings.Contains(e.String(), "tea") {
			t.Errorf("a relay learns too much: %s", e)
		}
		if e.CreatedAt > now || e.CreatedAt < now-nostr.Timestamp(blur/time.Second)-5 {
			t.Errorf("a wrap is dated %s", e.CreatedAt.Time())
		}
	}
	if len(wraps) != 4 {
		t.Errorf("%d wraps, want one for each of two people and messages", len(wraps))
	}
}

// TestMessageGroup: everybody in a conversation gets a wrap of the same message, and
// what is written to them and to one of them are two conversations.
func TestMessageGroup(t *testing.T) {
	servers := empty(t, sandbox.Options{})
	all := writable(t, servers, 3)
	do(t, all[0], writing("to both", all[1], all[2], all[1]))
	do(t, all[0], writing("to one", all[1]))
	others := []string{all[0].cfg.PubKey, all[2].cfg.PubKey}
	slices.Sort(others)
	if got := said(t, all[1], strings.Join(others, ",")); !slices.Equal(got, []string{"to both"}) {
		t.Errorf("the group reads %q", got)
	}
	if got := said(t, all[1], all[0].cfg.PubKey); !slices.Equal(got, []string{"to one"}) {
		t.Errorf("the two read %q", got)
	}
	if got := said(t, all[2], all[0].cfg.PubKey); len(got) != 0 {
		t.Errorf("somebody else reads %q", got)
	}
	if c, err := all[2].Correspond(t.Context(), []string{all[0].cfg.PubKey, all[1].cfg.PubKey}); err != nil || c.Last == nil {
		t.Errorf("Correspond: %+v, %v", c, err)
	}
}

// TestMessageToNobody: who has not published where they take messages is sent none, at
// no relay.
func TestMessageToNobody(t *testing.T) {
	servers := empty(t, sandbox.Options{})
	ana, deaf := writable(t, servers, 1)[0], me(t, urls(servers))
	_, err := ana.Prepare(t.Context(), writing("hello?", deaf), &notes{})
	if timeline.CodeOf(err) != timeline.CodeRefused || !strings.Contains(err.Error(), "cannot receive messages") {
		t.Errorf("Prepare: %v", err)
	}
	if _, err := ana.Correspond(t.Context(), []string{deaf.cfg.PubKey}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("Correspond: %v", err)
	}
	if wraps := servers[0].Find(nostr.Filter{Kinds: []int{nostr.KindGiftWrap}}); len(wraps) != 0 {
		t.Errorf("sent: %v", wraps)
	}
	list, err := deaf.Conversations(t.Context(), timeline.Page{})
	if err != nil || !strings.Contains(list.Note.String(), "nobody can write") {
		t.Errorf("the note is %q, %v", list.Note, err)
	}
}

// TestReceiveKeeps: where somebody takes messages is their own choice; what was chosen
// is not replaced.
func TestReceiveKeeps(t *testing.T) {
	servers := empty(t, sandbox.Options{})
	b := me(t, urls(servers))
	chosen := nostr.Event{CreatedAt: nostr.Now() - 100, Kind: nostr.KindDMRelayList, Tags: nostr.Tags{{"relay", "wss://chosen.example"}}}
	if err := b.sign(t.Context(), &chosen); err != nil {
		t.Fatal(err)
	}
	servers[0].Put(chosen)
	do(t, b, intent(timeline.Intent{Kind: timeline.DoReceive}))
	if got := stored(servers[0], b.cfg.PubKey, nostr.KindDMRelayList); len(got) != 1 || got[0].ID != chosen.ID {
		t.Errorf("the list is now %v", got)
	}
}

// TestMessageOnce: a message whose answers were lost is sent again as the same bytes, and
// a preparation that was cut off goes on with the wraps that it had made.
func TestMessageOnce(t *testing.T) {
	servers := empty(t, sandbox.Options{})
	both := writable(t, servers, 2)
	ana, bo := both[0], both[1]
	i, n := writing("only once", bo), &notes{}
	stop := true
	n.fail = func(step string) error {
		if stop && strings.HasPrefix(step, "signed") {
			return timeline.Errorf(timeline.CodeInternal, "the disk is full")
		}
		return nil
	}
	if _, err := ana.Prepare(t.Context(), i, n); err == nil {
		t.Fatal("prepared though nothing could be kept")
	}
	var first wrapped
	if err := json.Unmarshal(n.kept["wrapped "+i.Key+" "+bo.cfg.PubKey], &first); err != nil {
		t.Fatal(err)
	}
	stop = false
	r, err := again(t, ana).Prepare(t.Context(), i, n)
	if err != nil {
		t.Fatal(err)
	}
	if q, err := thaw(r); err != nil || q.Letters[0].Event != first.Event {
		t.Errorf("a second preparation has made another wrap: %v", err)
	}
	servers[0].Treat(sandbox.Deaf, 2)
	o := ana.Send(t.Context(), r)
	if o.Verdict == timeline.Rejected || o.Verdict == timeline.Hopeless {
		t.Fatalf("without an answer: %s, %v", o.Verdict, o.Err)
	}
	r.First, r.Tries, r.Known = time.Now(), 1, o.Receipt
	if o.Verdict == timeline.Uncertain {
		if o = ana.Settle(t.Context(), r); o.Verdict != timeline.Published && o.Verdict != timeline.Absent {
			t.Fatalf("Settle: %s, %v", o.Verdict, o.Err)
		}
	}
	if o = again(t, ana).Send(t.Context(), r); o.Verdict != timeline.Published {
		t.Fatalf("again: %s, %v", o.Verdict, o.Err)
	}
	if wraps := servers[0].Find(nostr.Filter{Kinds: []int{nostr.KindGiftWrap}}); len(wraps) != 2 {
		t.Errorf("%d wraps at the relay, want one for each", len(wraps))
	}
	if got := said(t, again(t, bo), ana.cfg.PubKey); !slices.Equal(got, []string{"only once"}) {
		t.Errorf("read %q", got)
	}
}

// forge wraps a rumor that a seal of by holds, for to.
func forge(t *testing.T, by, to *Backend, change func(rumor, seal *nostr.Event)) nostr.Event {
	t.Helper()
	ctx := t.Context()
	s, err := by.signer(ctx)
	if err != nil {
		t.Fatal(err)
	}
	rumor := nostr.Event{PubKey: by.cfg.PubKey, Kind: nostr.KindDirectMessage, CreatedAt: nostr.Now(), Tags: nostr.Tags{{"p", to.cfg.PubKey}}, Content: "trust me"}
	seal := nostr.Event{PubKey: by.cfg.PubKey, Kind: nostr.KindSeal, CreatedAt: nostr.Now(), Tags: nostr.Tags{}}
	change(&rumor, &seal)
	if seal.Content, err = s.seal(ctx, to.cfg.PubKey, rumor.String(), false); err != nil {
		t.Fatal(err)
	}
	if err := s.sign(ctx, &seal); err != nil {
		t.Fatal(err)
	}
	change(&rumor, &seal)
	once := keySigner{key: account.NewSecret(nostr.GeneratePrivateKey())}
	if once.public, err = publicOf(once.key); err != nil {
		t.Fatal(err)
	}
	e := nostr.Event{PubKey: once.public, Kind: nostr.KindGiftWrap, CreatedAt: nostr.Now(), Tags: nostr.Tags{{"p", to.cfg.PubKey}}}
	if e.Content, err = once.seal(ctx, to.cfg.PubKey, seal.String(), false); err != nil {
		t.Fatal(err)
	}
	if err := once.sign(ctx, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// TestForgedMessages: nobody writes in another's name, and what is no message is none.
func TestForgedMessages(t *testing.T) {
	servers := empty(t, sandbox.Options{})
	all := writable(t, servers, 3)
	evil, victim, friend := all[0], all[1], all[2]
	for name, change := range map[string]func(rumor, seal *nostr.Event){
		"another author":     func(rumor, _ *nostr.Event) { rumor.PubKey = friend.cfg.PubKey },
		"another's seal":     func(_, seal *nostr.Event) { seal.PubKey = friend.cfg.PubKey },
		"a broken signature": func(_, seal *nostr.Event) { seal.Sig = strings.Repeat("ab", 64) },
		"no seal":            func(_, seal *nostr.Event) { seal.Kind = kindNote },
		"a note":             func(rumor, _ *nostr.Event) { rumor.Kind = kindNote },
		"another's id":       func(rumor, _ *nostr.Event) { rumor.ID = strings.Repeat("0", 64) },
		"for somebody else":  func(rumor, _ *nostr.Event) { rumor.Tags = nostr.Tags{{"p", friend.cfg.PubKey}} },
	} {
		servers[0].Put(forge(t, evil, victim, change))
		list, err := again(t, victim).Conversations(t.Context(), timeline.Page{})
		if err != nil || len(list.Conversations) != 0 {
			t.Errorf("%s: %+v, %v", name, list.Conversations, err)
		}
	}
	for range 2 { // the same message in two wraps is one
		e := forge(t, evil, victim, func(rumor, _ *nostr.Event) { rumor.CreatedAt = 1_700_000_000 })
		servers[0].Put(e)
	}
	if got := said(t, victim, evil.cfg.PubKey); !slices.Equal(got, []string{"trust me"}) {
		t.Errorf("an honest message reads %q", got)
	}
	if list, err := victim.Conversations(t.Context(), timeline.Page{}); err != nil || !list.Conversations[0].Request {
		t.Errorf("who was never answered is no request: %+v, %v", list, err)
	}
}

// TestOldMessages: NIP-04 is read, marked, and not written.
func TestOldMessages(t *testing.T) {
	servers := empty(t, sandbox.Options{})
	both := writable(t, servers, 2)
	secret := nostr.GeneratePrivateKey()
	shared, err := nip04.ComputeSharedSecret(both[0].cfg.PubKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	e := nostr.Event{CreatedAt: nostr.Now(), Kind: nostr.KindEncryptedDirectMessage, Tags: nostr.Tags{{"p", both[0].cfg.PubKey}}}
	if e.Content, err = nip04.Encrypt("as of old", shared); err != nil {
		t.Fatal(err)
	}
	if err := e.Sign(secret); err != nil {
		t.Fatal(err)
	}
	servers[0].Put(e)
	list, err := both[0].Conversations(t.Context(), timeline.Page{})
	if err != nil || len(list.Conversations) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	c := list.Conversations[0]
	if !c.Old || c.Closed.Empty() || c.Last.Note.Empty() || c.Last.Text.Plain().String() != "as of old" {
		t.Errorf("conversation %+v, last %+v", c, c.Last)
	}
}

// TestMessageByBunker: a remote signer encrypts, signs and decrypts.
func TestMessageByBunker(t *testing.T) {
	servers := empty(t, sandbox.Options{})
	signer := startBunker(t, servers[0])
	far, ana := bunkered(t, servers[0], signer), writable(t, servers, 1)[0]
	do(t, far, intent(timeline.Intent{Kind: timeline.DoReceive}))
	do(t, far, writing("from afar", ana))
	do(t, ana, writing("heard", far))
	if got := said(t, ana, far.cfg.PubKey); len(got) != 2 {
		t.Errorf("read here: %q", got)
	}
	if got := said(t, again(t, far), ana.cfg.PubKey); len(got) != 2 {
		t.Errorf("read afar: %q", got)
	}
}

// TestLongMessages: what fits is sent, and what does not is refused before it is sealed.
func TestLongMessages(t *testing.T) {
	servers := empty(t, sandbox.Options{})
	both := writable(t, servers, 2)
	do(t, both[0], writing(strings.Repeat("y", mostMessage), both[1]))
	_, err := both[0].Prepare(t.Context(), writing(strings.Repeat("\n", 3*mostMessage)+"x", both[1]), &notes{})
	if timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("Prepare: %v", err)
	}
}
