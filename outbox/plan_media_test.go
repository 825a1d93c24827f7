package outbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"skein/outbox"
	"skein/timeline"
)

func TestPlanRefusesAttachmentsByNumbers(t *testing.T) {
	picture := func(change func(*outbox.File)) outbox.File {
		f := outbox.File{Path: "/a", Type: "image/jpeg", Kind: timeline.Image, Alt: "a fox", Size: 1 << 20}
		change(&f)
		return f
	}
	plainPicture := picture(func(*outbox.File) {})
	for name, c := range map[string]struct {
		files  []outbox.File
		refuse []string
		note   []string
	}{
		"a large picture is made smaller": {files: []outbox.File{plainPicture}},
		"too many":                        {files: slices.Repeat([]outbox.File{plainPicture}, 5), refuse: []string{"5 of 4 attachments"}},
		"a long alt text": {
			files:  []outbox.File{plainPicture, picture(func(f *outbox.File) { f.Alt = strings.Repeat("é", 21) })},
			refuse: []string{"the alt text of attachment 2 has 21 of 20 characters"},
		},
		"a type": {
			files:  []outbox.File{picture(func(f *outbox.File) { f.Type = "image/heic" })},
			refuse: []string{"image/heic cannot be attached here"},
		},
		"a long video": {
			files:  []outbox.File{picture(func(f *outbox.File) { f.Type, f.Kind = "video/mp4", timeline.Video })},
			refuse: []string{"attachment 1 has 1048576 of 1000 bytes"},
		},
		"a large animation": {
			files:  []outbox.File{picture(func(f *outbox.File) { f.Type, f.Kind = "image/gif", timeline.GIF })},
			refuse: []string{"attachment 1 has 1048576 of 500 bytes"},
		},
		"no alt text": {files: []outbox.File{picture(func(f *outbox.File) { f.Alt = " " })}, note: []string{"the attachment has no alt text"}},
		"one alt text": {
			files: []outbox.File{plainPicture, picture(func(f *outbox.File) { f.Alt = "" })},
			note:  []string{"1 of 2 attachments have no alt text"},
		},
	} {
		m := target(t, plan(outbox.Draft{Text: "x", Media: c.files}), "m1")
		if got := says(m, timeline.Refuse); !slices.Equal(got, c.refuse) {
			t.Errorf("%s: refused for %q, want %q", name, got, c.refuse)
		}
		if got := says(m, timeline.Note); !slices.Equal(got, c.note) {
			t.Errorf("%s: noted %q, want %q", name, got, c.note)
		}
	}
	if b := target(t, plan(outbox.Draft{Media: []outbox.File{picture(func(f *outbox.File) { f.Type = "image/heic" })}}), "b1"); b.Refused() {
		t.Errorf("image/* is not taken for any picture: %v", b.Remarks)
	}
	none := sky()
	none.Limits.Media = 0
	if got := says(target(t, plan(outbox.Draft{Media: []outbox.File{plainPicture}}, masto(), none), "b1"), timeline.Refuse); !slices.Equal(got, []string{"nothing can be attached here"}) {
		t.Errorf("got %q", got)
	}
}

func TestPlanLinksToThePollOfAnotherNetwork(t *testing.T) {
	ballot := &timeline.Ballot{Options: []string{"tea", "coffee"}, Lasts: time.Hour}
	d := outbox.Draft{Text: strings.Repeat("x", 219), Poll: ballot, OnServer: true, At: time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC)}
	p := plan(d)
	m, b := target(t, p, "m1"), target(t, p, "b1")
	if m.Intent.Parts[0].Poll != ballot || m.After != "" {
		t.Errorf("the poll is not on Mastodon: %+v", m.Intent)
	}
	if !m.Intent.Publish.IsZero() {
		t.Error("a server keeps the poll whose address the other post needs")
	}
	if b.Intent.Parts[0].Poll != nil || b.After != "m1" {
		t.Errorf("after %q, poll %v", b.After, b.Intent.Parts[0].Poll)
	}
	if got := says(b, timeline.Loss); !slices.Equal(got, []string{"the poll becomes a link to the one on Mastodon"}) {
		t.Errorf("got %q", got)
	}
	if got := says(b, timeline.Refuse); !slices.Equal(got, []string{"301 of 300 graphemes with the link to the poll; --split makes it a thread"}) {
		t.Errorf("the link has no room: %q", got)
	}
	d.Split = true
	if b := target(t, plan(d), "b1"); len(b.Parts) != 2 || b.Refused() {
		t.Errorf("%d parts, remarks %v", len(b.Parts), b.Remarks)
	}
	d.To = both[1:]
	if got := says(target(t, plan(d), "b1"), timeline.Refuse); !slices.Equal(got, []string{"there are no polls on Bluesky"}) {
		t.Errorf("got %q", got)
	}
	away := masto()
	away.Err = timeline.Errorf(timeline.CodeOffline, "no answer")
	d.To = both
	if b := target(t, plan(d, away, sky()), "b1"); b.After != "" || !b.Refused() {
		t.Errorf("waits for a poll that will not be: %+v", b)
	}
}

func TestPlanRefusesPollsByNumbers(t *testing.T) {
	for name, c := range map[string]struct {
		ballot timeline.Ballot
		want   string
	}{
		"one option":   {timeline.Ballot{Options: []string{"a"}, Lasts: time.Hour}, "a poll has two options at least"},
		"five options": {timeline.Ballot{Options: []string{"a", "b", "c", "d", "e"}, Lasts: time.Hour}, "5 of 4 poll options"},
		"long option":  {timeline.Ballot{Options: []string{"a", "twelve chars"}, Lasts: time.Hour}, "poll option 2 has 12 of 10 characters"},
		"empty option": {timeline.Ballot{Options: []string{" ", "b"}, Lasts: time.Hour}, "poll option 1 is empty"},
		"twice":        {timeline.Ballot{Options: []string{"a", "a"}, Lasts: time.Hour}, "poll option 2 is there twice"},
		"short":        {timeline.Ballot{Options: []string{"a", "b"}, Lasts: time.Minute}, "a poll lasts 5m at least"},
		"long":         {timeline.Ballot{Options: []string{"a", "b"}, Lasts: 30 * 24 * time.Hour}, "a poll lasts 7 days at most"},
	} {
		m := target(t, plan(outbox.Draft{Text: "x", Poll: &c.ballot}), "m1")
		if got := says(m, timeline.Refuse); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
