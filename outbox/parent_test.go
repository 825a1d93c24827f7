package outbox_test

import (
	"reflect"
	"testing"

	"skein/outbox"
	"skein/timeline"
)

func TestParentOfIsThePostAsTheAccountSeesIt(t *testing.T) {
	line := timeline.CleanLine
	p := &timeline.Post{
		ID: timeline.ID{Network: "m", Local: "https://far.example/1"}, URL: line("https://far.example/@ana/1"),
		Author: timeline.Author{ID: "ana@far.example", Handle: line("@ana@far.example"), URL: line("https://far.example/@ana")},
		Text: timeline.Text{
			{Text: line("hello ")}, {Kind: timeline.SpanMention, Text: line("@ben"), Target: line("ben@near.example")},
		},
		Views: []timeline.View{{Account: "one", ServerID: "11"}, {Account: "two", ServerID: "22"}},
	}
	want := outbox.Parent{
		Subject: timeline.Subject{ID: p.ID, ServerID: "22"}, Account: "two", URL: "https://far.example/@ana/1",
		Author:   timeline.Handle{Network: "m", Handle: "@ana@far.example", ID: "ana@far.example", URL: "https://far.example/@ana"},
		Mentions: []timeline.Handle{{Network: "m", Handle: "@ben", ID: "ben@near.example"}},
	}
	if got := outbox.ParentOf(p, "two"); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nnot\n%+v", got, want)
	}
}
