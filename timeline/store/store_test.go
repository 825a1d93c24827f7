package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
	"skein/timeline/store"
)

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, code timeline.Code, err error) {
	t.Helper()
	if got := timeline.CodeOf(err); got != code {
		t.Errorf("got %q (%v), want %q", got, err, code)
	}
}

func onMasto(handle string) timeline.Handle {
	return timeline.Handle{Network: timeline.Mastodon, Handle: handle}
}

func TestPeopleAreKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	ctx := t.Context()
	sky := timeline.Handle{Network: timeline.Bluesky, Handle: "@ana.example", ID: "did:plc:ana", URL: "https://bsky.example/ana"}
	{
		s, err := store.Open(ctx, dir)
		must(t, err)
		must(t, s.AddPerson(ctx, "@Žofie"))
		must(t, s.AddPerson(ctx, "ana", onMasto("@ana@host.example"), onMasto("@ana@old.example")))
		must(t, s.Link(ctx, "ANA", sky))
		must(t, s.Close())
	}
	s := open(t, dir)
	got, err := s.People(ctx)
	must(t, err)
	want := []timeline.Person{
		{Name: "ana", Handles: []timeline.Handle{onMasto("@ana@host.example"), onMasto("@ana@old.example"), sky}},
		{Name: "Žofie"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"žofie", "@ŽOFIE", "Z\u030cofie"} {
		if p, err := s.Person(ctx, name); err != nil || p.Name != "Žofie" {
			t.Errorf("%s is %v, %v", name, p, err)
		}
	}
	for _, name := range []string{"", "@", "an", "ana "} {
		_, err := s.Person(ctx, name)
		wants(t, timeline.CodeNotFound, err)
	}
	info, err := os.Stat(filepath.Join(dir, "state.db"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the address book: %v", info.Mode())
	}
}

func TestPeopleAreChanged(t *testing.T) {
	s, ctx := open(t, t.TempDir()), t.Context()
	must(t, s.AddPerson(ctx, "ana", onMasto("@Ana@host.example")))
	must(t, s.AddPerson(ctx, "bea"))

	// A handle that is there takes what is new of it and keeps its place.
	more := onMasto("@ana@host.example")
	more.ID = "ana@host.example"
	must(t, s.Link(ctx, "ana", onMasto("@ana@second.example")))
	must(t, s.Link(ctx, "ana", more))
	must(t, s.Link(ctx, "ana", onMasto("@ana@host.example")))
	p, err := s.Person(ctx, "ana")
	must(t, err)
	if h, _ := p.On(timeline.Mastodon); h != more || len(p.Handles) != 2 {
		t.Errorf("the handles are %+v", p.Handles)
	}

	wants(t, timeline.CodeUsage, s.Link(ctx, "bea", onMasto("@ANA@host.example")))
	wants(t, timeline.CodeUsage, s.AddPerson(ctx, "Ana"))
	wants(t, timeline.CodeUsage, s.AddPerson(ctx, "cy", onMasto("@cy@host.example"), onMasto("@ana@host.example")))
	wants(t, timeline.CodeNotFound, s.Link(ctx, "cy", onMasto("@cy@host.example"))) // nothing of cy was kept
	wants(t, timeline.CodeUsage, s.RenamePerson(ctx, "bea", "ANA"))
	wants(t, timeline.CodeNotFound, s.RenamePerson(ctx, "cy", "dee"))
	wants(t, timeline.CodeNotFound, s.Unlink(ctx, "bea", onMasto("@ana@host.example")))
	wants(t, timeline.CodeNotFound, s.RemovePerson(ctx, "cy"))

	must(t, s.RenamePerson(ctx, "ana", "ANA"))
	must(t, s.RenamePerson(ctx, "bea", "Beatrix"))
	must(t, s.Unlink(ctx, "Ana", onMasto("ana@HOST.example")))
	p, err = s.Person(ctx, "ana")
	must(t, err)
	if p.Name != "ANA" || len(p.Handles) != 1 || p.Handles[0].Handle != "@ana@second.example" {
		t.Errorf("the entry is %+v", p)
	}
	must(t, s.RemovePerson(ctx, "ana"))
	must(t, s.Link(ctx, "beatrix", onMasto("@ana@second.example"))) // free again
	_, err = s.Person(ctx, "ana")
	wants(t, timeline.CodeNotFound, err)
}

func TestOddNamesAndHandlesAreRefused(t *testing.T) {
	s, ctx := open(t, t.TempDir()), t.Context()
	for _, name := range []string{"", "@", "two words", "a.b", "a@b", "-a", "a_", strings.Repeat("a", 65), "a\x1b", "a\u202eb", "\xff", "a\n"} {
		wants(t, timeline.CodeUsage, s.AddPerson(ctx, name))
	}
	for _, name := range []string{"a", "ana-maria", "李", "नमस्ते", "x_1", strings.Repeat("ä", 64)} {
		must(t, s.AddPerson(ctx, name))
	}
	for _, h := range []timeline.Handle{
		{Handle: "@a@b.example"},
		{Network: "gopher", Handle: "@a"},
		{Network: timeline.Nostr},
		{Network: timeline.Nostr, Handle: "@"},
		{Network: timeline.Nostr, Handle: "npub1 x"},
		{Network: timeline.Nostr, Handle: "npub1\x1b[2J"},
		{Network: timeline.Nostr, Handle: "npub1x", ID: "a\u202e"},
		{Network: timeline.Nostr, Handle: "npub1x", URL: "javascript:alert(1)"},
		{Network: timeline.Nostr, Handle: strings.Repeat("x", 4096)},
	} {
		wants(t, timeline.CodeUsage, s.Link(ctx, "a", h))
	}
}

func TestBookFindsAndCompletes(t *testing.T) {
	s, ctx := open(t, t.TempDir()), t.Context()
	for _, name := range []string{"Ana", "ana-maria", "Émile", "bea"} {
		must(t, s.AddPerson(ctx, name))
	}
	must(t, s.Link(ctx, "bea", onMasto("@anabel@host.example")))
	b, err := s.Book(ctx)
	must(t, err)
	must(t, s.RemovePerson(ctx, "Ana")) // the book does not change
	for name, want := range map[string]string{"ANA": "Ana", "Ana-Maria": "ana-maria", "e\u0301MILE": "Émile", "an": "", "": ""} {
		if p, ok := b.Find(name); p.Name != want || ok != (want != "") {
			t.Errorf("%q is %+v", name, p)
		}
	}
	for prefix, want := range map[string][]string{
		"AN": {"Ana", "ana-maria", "bea"}, "@ana@": nil, "é": {"Émile"}, "": {"Ana", "ana-maria", "bea", "Émile"}, "@anabel@h": {"bea"},
	} {
		var got []string
		for _, p := range b.Complete(prefix) {
			got = append(got, p.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q completes to %q, want %q", prefix, got, want)
		}
	}
	var none *store.Book
	if _, ok := none.Find("ana"); ok || none.Complete("") != nil {
		t.Error("no book has somebody in it")
	}
}

func TestProcessesShareTheBook(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	stores := []*store.Store{open(t, dir), open(t, dir), open(t, dir)}
	var wg sync.WaitGroup
	for i, s := range stores {
		wg.Go(func() {
			for n := range 10 {
				if err := s.AddPerson(ctx, fmt.Sprintf("p%d-%d", i, n), onMasto(fmt.Sprintf("@p%d@h%d.example", n, i))); err != nil {
					t.Error(err)
				}
				err := s.AddPerson(ctx, fmt.Sprintf("same-%d", n))
				if err != nil && timeline.CodeOf(err) != timeline.CodeUsage {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	people, err := stores[0].People(ctx)
	must(t, err)
	if len(people) != 40 {
		t.Errorf("%d people instead of 40", len(people))
	}
}
