package carry_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
	"skein/timeline/carry"
)

const hexID = "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d"

// read reads a list and fails the test where it is none.
func read(t *testing.T, text, name string, as carry.Kind) carry.File {
	t.Helper()
	f, err := carry.Read(strings.NewReader(text), name, as)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func addresses(f carry.File) []string {
	var all []string
	for _, i := range f.Items {
		all = append(all, i.Address.String())
	}
	return all
}

func TestFilesAreRecognised(t *testing.T) {
	for what, c := range map[string]struct {
		text, name string
		as, kind   carry.Kind
		form       carry.Form
		items      []string
	}{
		"Mastodon's follows": {
			"Account address,Show boosts,Notify on new posts,Languages\nana@marsh.example,true,false,\nbo@hill.example,false,true,\"en, pt\"\n",
			"x.csv", "", carry.Follows, carry.CSV,
			[]string{"ana@marsh.example", "bo@hill.example"},
		},
		"Mastodon's mutes":           {"Account address,Hide notifications\nana@marsh.example,true\n", "x.csv", "", carry.Mutes, carry.CSV, []string{"ana@marsh.example"}},
		"Mastodon's blocks":          {"ana@marsh.example\nbo@hill.example\n", "blocked_accounts.csv", "", carry.Blocks, carry.CSV, []string{"ana@marsh.example", "bo@hill.example"}},
		"Mastodon's bookmarks":       {"https://marsh.example/users/ana/statuses/1\n", "x", "", carry.Bookmarks, carry.CSV, []string{"https://marsh.example/users/ana/statuses/1"}},
		"an older list of follows":   {"ana@marsh.example\n", "following_accounts.csv", "", carry.Follows, carry.CSV, []string{"ana@marsh.example"}},
		"a mark and CR LF":           {"\ufeffAccount address,Show boosts\r\nana@marsh.example,true\r\n\r\n", "x", "", carry.Follows, carry.CSV, []string{"ana@marsh.example"}},
		"quotes":                     {"\"Account address\",\"Hide notifications\"\n\"ana@marsh.example\",\"true\"\n", "x", "", carry.Mutes, carry.CSV, []string{"ana@marsh.example"}},
		"no line end":                {"@ana@marsh.example", "blocks", "", carry.Blocks, carry.CSV, []string{"@ana@marsh.example"}},
		"nothing that tells":         {"ana@marsh.example\n", "list.csv", "", "", carry.CSV, []string{"ana@marsh.example"}},
		"as it is told":              {"ana@marsh.example\n", "blocked.csv", carry.Mutes, carry.Mutes, carry.CSV, []string{"ana@marsh.example"}},
		"domains are no people":      {"marsh.example\n", "blocked_domains.csv", "", "", carry.CSV, []string{"marsh.example"}},
		"other networks":             {"ana.bsky.example\ndid:plc:abc\n" + hexID + "\nnpub1" + strings.Repeat("q", 58) + "\n", "mutes.csv", "", carry.Mutes, carry.CSV, []string{"ana.bsky.example", "did:plc:abc", hexID, "npub1" + strings.Repeat("q", 58)}},
		"posts of other networks":    {"at://did:plc:abc/app.bsky.feed.post/3k\n" + hexID + "\n", "x", "", carry.Bookmarks, carry.CSV, []string{"at://did:plc:abc/app.bsky.feed.post/3k", hexID}},
		"people, as an object says":  {`{"type":"profile","list":"blocks","network":"nostr","id":"` + hexID + `","handle":"npub1abc…def"}`, "follows.ndjson", "", carry.Blocks, carry.NDJSON, []string{hexID}},
		"people, as the name says":   {`{"type":"profile","network":"bluesky","id":"did:plc:abc","handle":"@ana.example"}`, "follows.ndjson", "", carry.Follows, carry.NDJSON, []string{"@ana.example"}},
		"posts of a list":            {`{"type":"post","list":"bookmarks","network":"bluesky","id":"at://did:plc:abc/app.bsky.feed.post/3k"}`, "x", "", carry.Bookmarks, carry.NDJSON, []string{"at://did:plc:abc/app.bsky.feed.post/3k"}},
		"posts of no list":           {`{"type":"post","network":"nostr","id":"` + hexID + `"}`, "x", "", carry.Cache, carry.NDJSON, []string{hexID}},
		"people of the address book": {`{"type":"person","name":"ana","handles":[{"network":"nostr","handle":"npub1abc"}]}`, "x", "", carry.People, carry.NDJSON, []string{"ana"}},
	} {
		t.Run(what, func(t *testing.T) {
			f := read(t, c.text, c.name, c.as)
			if f.Kind != c.kind || f.Form != c.form || len(f.Faults) > 0 {
				t.Errorf("it is %q in %q, with the faults %v; it should be %q in %q", f.Kind, f.Form, f.Faults, c.kind, c.form)
			}
			if diff := cmp.Diff(c.items, addresses(f)); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNotUnderstoodIsToldByItsLine(t *testing.T) {
	f := read(t, "Account address,Show boosts\nana@marsh.example,true\nnonsense\n\n\"open,true\n,true\nbo@hill.example\x1b[2J,true\nhttps://\n", "x", "")
	var lines []int
	for _, fault := range f.Faults {
		lines = append(lines, fault.Line)
		if fault.Why.Empty() {
			t.Errorf("line %d: no reason", fault.Line)
		}
	}
	if diff := cmp.Diff([]int{3, 5, 6, 7, 8}, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if f.Faults[0].Raw != "nonsense" || f.Header != "Account address,Show boosts" {
		t.Errorf("not verbatim: %q under %q", f.Faults[0].Raw, f.Header)
	}
	if len(f.Items) != 1 || f.Items[0].Line != 2 || f.Items[0].Raw != "ana@marsh.example,true" {
		t.Errorf("entries: %+v", f.Items)
	}
}

func TestGarbageInObjectsIsRefused(t *testing.T) {
	for what, line := range map[string]string{
		"cut":              `{"type":"profile","network":"nostr"`,
		"another type":     `{"type":"receipt","network":"nostr","id":"x"}`,
		"no such network":  `{"type":"profile","network":"usenet","id":"x"}`,
		"no id":            `{"type":"profile","network":"nostr"}`,
		"an escape in it":  `{"type":"profile","network":"nostr","id":"a\u001b[2Jb"}`,
		"an id in numbers": `{"type":"profile","network":"nostr","id":7}`,
		"no object":        `[]`,
	} {
		t.Run(what, func(t *testing.T) {
			good := `{"type":"profile","list":"follows","network":"nostr","id":"` + hexID + `"}`
			f := read(t, good+"\n"+line+"\n", "x", "")
			if len(f.Items) != 1 || len(f.Faults) != 1 || f.Faults[0].Line != 2 || f.Faults[0].Raw != line {
				t.Errorf("entries %+v, faults %+v", f.Items, f.Faults)
			}
		})
	}
	people := read(t, `{"type":"person","name":"ana","handles":[{"network":"nostr","handle":"a\nb"}]}
{"type":"person","name":" "}
{"type":"person","name":"bo"}`, "x", "")
	if len(people.Items) != 1 || people.Items[0].Person.Name != "bo" {
		t.Errorf("entries %+v", people.Items)
	}
}

func TestALineThatIsTooLongEndsTheReading(t *testing.T) {
	_, err := carry.Read(strings.NewReader("ana@marsh.example\n"+strings.Repeat("a", carry.MaxLine+1)), "follows.csv", "")
	if timeline.CodeOf(err) != timeline.CodeTooLarge || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("the error is %v", err)
	}
	long := strings.Repeat("a", 200_000) // over the reader's buffer, within the bounds
	f := read(t, "ana@marsh.example\n"+long+"\nbo@hill.example\n", "follows.csv", "")
	if len(f.Items) != 2 || len(f.Faults) != 1 || f.Faults[0].Raw != long || f.Items[1].Line != 3 {
		t.Errorf("%d entries, %d faults", len(f.Items), len(f.Faults))
	}
}

func TestTablesAreMastodonsOwn(t *testing.T) {
	for kind, want := range map[carry.Kind]string{
		carry.Follows:   "Account address,Show boosts,Notify on new posts,Languages\n=ana@marsh.example,true,false,\n",
		carry.Mutes:     "Account address,Hide notifications\n=ana@marsh.example,true\n",
		carry.Blocks:    "=ana@marsh.example\n",
		carry.Bookmarks: "=ana@marsh.example\n",
	} {
		var b bytes.Buffer
		w, err := carry.NewTable(&b, kind)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Add(timeline.Literal("=ana@marsh.example")); err != nil { // a formula, for some: it stays as it is
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
	for _, kind := range []carry.Kind{carry.Cache, carry.People, carry.Posts, carry.Likes} {
		if _, err := carry.NewTable(&bytes.Buffer{}, kind); timeline.CodeOf(err) != timeline.CodeUsage {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestPeopleAreCalledWhatTheirNetworkUnderstands(t *testing.T) {
	npub := "npub1" + strings.Repeat("q", 58)
	for want, a := range map[string]timeline.Author{
		"ana@marsh.example": {ID: "ana@marsh.example", Handle: timeline.CleanLine("@ana@marsh.example"), URL: timeline.CleanLine("https://marsh.example/@ana")},
		"ana.bsky.example":  {ID: "did:plc:abc", Handle: timeline.CleanLine("@ana.bsky.example")},
		"did:plc:abd":       {ID: "did:plc:abd", Handle: timeline.CleanLine("@handle.invalid")},
		npub:                {ID: hexID, Handle: timeline.CleanLine("ana@marsh.example"), URL: timeline.CleanLine("https://njump.me/" + npub)},
		hexID:               {ID: hexID, Handle: timeline.CleanLine("npub1abc…def")},
	} {
		if got := carry.PersonAddress(&timeline.Profile{Author: a}).String(); got != want {
			t.Errorf("%+v is called %s", a, got)
		}
	}
}

// FuzzRead holds both readers to their promise: no panic; nothing that cannot be
// printed; and what is accepted is the same again after it was written.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"Account address,Show boosts,Notify on new posts,Languages\nana@marsh.example,true,false,\"en, pt\"\n",
		"\ufeffana@marsh.example\r\n\"bo@hill.example\"\r\n", "https://marsh.example/@ana/1\n", "\"open\n", ",\n",
		`{"type":"profile","list":"mutes","network":"nostr","id":"` + hexID + `"}`,
		`{"type":"person","name":"ana","handles":[{"network":"nostr","handle":"npub1abc"}]}`,
	} {
		f.Add(seed, "follows.csv")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		file, err := carry.Read(strings.NewReader(text), name, "")
		if err != nil {
			return
		}
		for _, i := range file.Items {
			if i.Address.Line() != i.Address || i.Address.Empty() {
				t.Errorf("line %d: the address %q", i.Line, i.Address)
			}
		}
		if again := rewritten(t, file); again != nil {
			if diff := cmp.Diff(addresses(file), addresses(*again)); diff != "" {
				t.Errorf("read, written and read (-before +after):\n%s", diff)
			}
		}
	})
}

// rewritten is a file after it was written and read again; nil for what skein does
// not write.
func rewritten(t *testing.T, f carry.File) *carry.File {
	var b bytes.Buffer
	switch {
	case f.Form == carry.CSV && f.Kind.Tabular():
		w, err := carry.NewTable(&b, f.Kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Items {
			if err := w.Add(i.Address); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	case f.Form == carry.NDJSON && f.Kind == carry.People:
		for _, i := range f.Items {
			err := json.NewEncoder(&b).Encode(map[string]any{"type": "person", "name": i.Person.Name, "handles": i.Person.Handles})
			if err != nil {
				t.Fatal(err)
			}
		}
	default:
		return nil
	}
	again := read(t, b.String(), "x", f.Kind)
	if len(again.Faults) > 0 {
		t.Errorf("what was written is not understood: %v", again.Faults)
	}
	return &again
}
