package e2e_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nbd-wtf/go-nostr"

	"skein/e2e"
)

// exported is a list in its CSV form, sorted.
func exported(t *testing.T, home *e2e.Home, what, account string) []string {
	t.Helper()
	out := home.Run(t, "export", what, "--account", account, "--format", "csv").Exits(t, 0, 5).Stdout // 5: with what is nobody
	return slices.Sorted(strings.Lines(out))
}

// exports waits until a list has so many lines: an AppView takes its time.
func exports(t *testing.T, home *e2e.Home, what, account string, lines int) []string {
	t.Helper()
	var got []string
	e2e.Eventually(t, patience, what+" of "+account, func(context.Context) error {
		if got = exported(t, home, what, account); len(got) != lines {
			return fmt.Errorf("it has %d lines: %q", len(got), got)
		}
		return nil
	})
	return got
}

// takenOver exports a list of one account, imports it with another, and holds the two
// to each other; a second import has nothing to do.
func takenOver(t *testing.T, home *e2e.Home, what string, lines int) {
	t.Helper()
	want := exports(t, home, what, "old", lines)
	for _, form := range []string{"csv", "ndjson"} {
		file := filepath.Join(t.TempDir(), what+"."+form)
		home.Run(t, "export", what, "--account", "old", "--format", form, "-o", file).Exits(t, 0)
		done := home.Run(t, "import", file, "--as", what, "--account", "new", "--yes", "--json").Exits(t, 0)
		fresh := lines
		if what == "follows" || what == "mutes" {
			fresh-- // the header
		}
		if form == "ndjson" { // the CSV file has brought all of it
			fresh = 0
		}
		if !strings.Contains(done.Stdout, fmt.Sprintf(`"new":%d,`, fresh)) || strings.Count(done.Stdout, `"state":"sent"`) > fresh {
			t.Errorf("import of %s as %s:\n%s", what, form, done)
		}
		if got := exports(t, home, what, "new", lines); !slices.Equal(got, want) {
			t.Errorf("%s of the new account are %q, of the old one %q", what, got, want)
		}
	}
}

// TestCarryBluesky takes an account's lists to another on a real PDS with its AppView,
// and holds the archive to what the server itself gives.
func TestCarryBluesky(t *testing.T) {
	network, home := e2e.StartBluesky(t), e2e.NewHome(t)
	before, after := network.Join(t, "before"), network.Join(t, "after")
	ana, bob, cyd := network.Join(t, "ana"), network.Join(t, "bob"), network.Join(t, "cyd")
	for name, who := range map[string]*e2e.BlueskyPerson{"old": before, "new": after} {
		home.RunInput(t, who.AppPassword(t, "skein"), "account", "add", "bluesky",
			"--handle", who.Handle, "--pds", network.PDS, "--name", name, "--app-password-stdin").Exits(t, 0)
	}
	before.Follows(t, ana, bob)
	takenOver(t, home, "follows", 3)

	people := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(people, []byte(cyd.Handle+"\n"+bob.DID+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	home.Run(t, "import", people, "--as", "mutes", "--account", "old", "--yes").Exits(t, 0)
	takenOver(t, home, "mutes", 3)
	home.Run(t, "import", people, "--as", "blocks", "--account", "old", "--yes").Exits(t, 0)
	takenOver(t, home, "blocks", 2)

	var posts bytes.Buffer
	for n := range 3 {
		post := ana.Posts(t, fmt.Sprintf("to be kept, %d", n))
		if err := ana.HasIndexed(t.Context(), post); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&posts, post.URI)
	}
	kept := filepath.Join(t.TempDir(), "bookmarks.csv")
	if err := os.WriteFile(kept, posts.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	home.Run(t, "import", kept, "--account", "old", "--yes").Exits(t, 0)
	takenOver(t, home, "bookmarks", 3)

	if err := before.HasIndexed(t.Context(), before.Posts(t, "for the archive")); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "archive")
	home.Run(t, "archive", "--account", "old", dir).Exits(t, 0)
	file, err := os.ReadFile(filepath.Join(dir, "repo.car"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(file, []byte("for the archive")) {
		t.Error("the archive lacks the post")
	}
	got, want := carBlocks(t, file), carBlocks(t, getRepo(t, network, before))
	if len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("the archive has %d blocks, the server %d", len(got), len(want))
	}
}

// getRepo is the repository as the server gives it to anybody.
func getRepo(t *testing.T, network *e2e.Bluesky, who *e2e.BlueskyPerson) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, network.PDS+"/xrpc/com.atproto.sync.getRepo?did="+who.DID, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s, %v", resp.Status, err)
	}
	return b
}

// carBlocks are the ids of a CAR file's blocks, sorted, each held to what it names
// (CAR v1: sections of a length, a CID and the block; CIDv1 with SHA-256).
func carBlocks(t *testing.T, car []byte) []string {
	t.Helper()
	r := bytes.NewReader(car)
	section := func() ([]byte, error) {
		n, err := binary.ReadUvarint(r)
		if err != nil {
			return nil, err
		}
		if n > uint64(r.Len()) {
			return nil, io.ErrUnexpectedEOF
		}
		b := make([]byte, n)
		_, err = io.ReadFull(r, b)
		return b, err
	}
	if _, err := section(); err != nil { // the header
		t.Fatal(err)
	}
	var ids []string
	for {
		b, err := section()
		if errors.Is(err, io.EOF) {
			slices.Sort(ids)
			return ids
		}
		const prefix = 4 // version, codec, hash and its length
		if err != nil || len(b) < prefix+sha256.Size || b[0] != 1 || b[2] != 0x12 || b[3] != sha256.Size {
			t.Fatalf("no block: %v", err)
		}
		if sum := sha256.Sum256(b[prefix+sha256.Size:]); !bytes.Equal(sum[:], b[prefix:prefix+sha256.Size]) {
			t.Errorf("a block is not what its name says")
		}
		ids = append(ids, fmt.Sprintf("%x", b[:prefix+sha256.Size]))
	}
}

// TestCarryNostr takes an account's lists to another on real relays, where a list is one
// document: a long one is few versions. What another client keeps in it stays.
func TestCarryNostr(t *testing.T) {
	relay, home := e2e.StartRelay(t), e2e.NewHome(t)
	before, after := e2e.NewNostrPerson(t), e2e.NewNostrPerson(t)
	for name, who := range map[string]*e2e.NostrPerson{"old": before, "new": after} {
		who.Lists(t, relay)
		home.RunInput(t, who.Nsec, "account", "add", "nostr", "--name", name, "--relay", relay.URL, "--nsec-stdin").Exits(t, 0)
	}
	const people = 1100
	tags := nostr.Tags{}
	for n := range people {
		tags = append(tags, nostr.Tag{"p", fmt.Sprintf("%064x", n+1)})
	}
	publish := func(who *e2e.NostrPerson, tags nostr.Tags) {
		event, err := who.Sign(nostr.Event{Kind: nostr.KindFollowList, Tags: tags, CreatedAt: nostr.Now() - 60, Content: "another client's"})
		if err == nil {
			err = relay.Publish(t.Context(), event)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	publish(before, tags)
	publish(after, nostr.Tags{{"odd", "one"}, tags[5]})
	file := filepath.Join(t.TempDir(), "follows.csv")
	home.Run(t, "export", "follows", "--account", "old", "--format", "csv", "-o", file).Exits(t, 0)
	done := home.Run(t, "import", file, "--account", "new", "--yes", "--json").Exits(t, 0)
	if n := strings.Count(done.Stdout, `"state":"sent"`); n != 3 || !strings.Contains(done.Stdout, fmt.Sprintf(`"new":%d,"there":1,`, people-1)) {
		t.Errorf("%d versions were sent:\n%s", n, done)
	}
	got, err := relay.Read(t.Context(), nostr.Filter{Kinds: []int{nostr.KindFollowList}, Authors: []string{after.Pubkey}})
	if err != nil || len(got) != 1 {
		t.Fatalf("%d lists, %v", len(got), err)
	}
	if got[0].Content != "another client's" || len(got[0].Tags) != people+1 || got[0].Tags[0][0] != "odd" {
		t.Errorf("the list has %d entries, %q", len(got[0].Tags), got[0].Content)
	}
	home.Run(t, "import", file, "--account", "new", "--yes").Exits(t, 0)
	// The old list has people whom nobody knows: they are no less followed.
	if a, b := exported(t, home, "follows", "old"), exported(t, home, "follows", "new"); len(a) != people+1 || !slices.Equal(a, b) {
		t.Errorf("%d follows before, %d after", len(a), len(b))
	}

	dir := filepath.Join(t.TempDir(), "archive")
	before.Posts(t, relay, "for the archive")
	home.Run(t, "archive", "--account", "old", dir).Exits(t, 0)
	lines, err := os.ReadFile(filepath.Join(dir, "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[int]int{}
	for line := range strings.Lines(string(lines)) {
		var e nostr.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if ok, err := e.CheckSignature(); !ok || err != nil || !e.CheckID() || e.PubKey != before.Pubkey {
			t.Errorf("not an event of the account: %s", line)
		}
		kinds[e.Kind]++
	}
	if kinds[nostr.KindTextNote] != 1 || kinds[nostr.KindFollowList] != 1 || kinds[nostr.KindRelayListMetadata] != 1 {
		t.Errorf("the archive has %v", kinds)
	}
}
