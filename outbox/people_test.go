package outbox_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"skein/outbox"
	"skein/timeline"
)

// show writes a text with its mentions in brackets.
func show(t timeline.Text) string {
	var b strings.Builder
	for _, s := range t {
		switch s.Kind {
		case timeline.SpanMention:
			b.WriteString("[" + s.Text.String() + "|" + s.Target.String() + "]")
		default:
			b.WriteString(s.Text.String())
		}
	}
	return b.String()
}

func TestPlanMentionsPeopleOfTheBook(t *testing.T) {
	for _, c := range []struct{ text, masto, sky string }{
		{"Hi @ana!", "Hi [@ana@masto.example|ana]!", "Hi ana!"},
		{"@ANA's and @ana, @Ana.", "[@ana@masto.example|ana]'s and [@ana@masto.example|ana], [@ana@masto.example|ana].", "ANA's and ana, Ana."},
		{"@ana-maria and @ana_", "[@am@other.example|] and [@ana@masto.example|ana]_", "[@am.sky.example|did:plc:am] and ana_"},
		{"@łukasz @anabel", "łukasz [@anabel|]", "łukasz [@anabel|]"},
		{"mail@ana @ana@host.example @ana.example https://x.example/@ana @@ana", "mail[@ana|] [@ana@host.example|] [@ana.example|] https://x.example/@ana @[@ana|]", ""},
		{"@ana", "[@ana@masto.example|ana]", "ana"},
		{"@", "@", "@"},
		{"#tag (@ana)", "#tag ([@ana@masto.example|ana])", "#tag (ana)"},
	} {
		p := plan(outbox.Draft{Text: c.text})
		if got := show(target(t, p, "m1").Intent.Parts[0].Text); got != c.masto {
			t.Errorf("%q becomes %q there, want %q", c.text, got, c.masto)
		}
		if got := show(target(t, p, "b1").Intent.Parts[0].Text); c.sky != "" && got != c.sky {
			t.Errorf("%q becomes %q here, want %q", c.text, got, c.sky)
		}
	}
	p := plan(outbox.Draft{Text: "@ana and @Ana\n---\n@ana"})
	if got := says(target(t, p, "b1"), timeline.Note); !slices.Equal(got, []string{"Ana is unknown on Bluesky: the name stands as plain text"}) {
		t.Errorf("got %q", got)
	}
	if got := outbox.NewPlan(outbox.Draft{Text: "@ana", To: both}, []outbox.Target{sky()}, nil); show(got.Targets[1].Intent.Parts[0].Text) != "[@ana|]" {
		t.Error("without a book the text changed")
	}
}

func TestPlanWithAStrangeTextKeepsAllButNames(t *testing.T) {
	strange := rapid.StringOfN(rapid.SampledFrom([]rune("a@.-_ anaé\u0301#:/\U0001F468\u200D")), 0, 40, -1)
	rapid.Check(t, func(t *rapid.T) {
		text := "x " + strange.Draw(t, "text")
		for clean := ""; clean != text; { // a mark has no base once the space before it is gone
			clean, text = text, strings.TrimSpace(timeline.Clean(text).String())
		}
		nobody := outbox.NewPlan(outbox.Draft{Text: text, To: both[:1]}, []outbox.Target{masto()}, book{})
		if got := nobody.Targets[0].Intent.Parts[0].Text.Plain().String(); got != text {
			t.Fatalf("an empty book changed %q to %q", text, got)
		}
		got := outbox.NewPlan(outbox.Draft{Text: text, To: both[1:]}, []outbox.Target{sky()}, book{{Name: "a"}, {Name: "ana"}})
		if got, want := strings.ReplaceAll(got.Targets[0].Intent.Parts[0].Text.Plain().String(), "@", ""), strings.ReplaceAll(text, "@", ""); squeeze(got) != squeeze(want) {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

// parents are one post on two networks, by Bea, who spoke to the person and to Cy.
func parents() []outbox.Parent {
	return []outbox.Parent{
		{
			Subject: timeline.Subject{ID: timeline.ID{Network: timeline.Mastodon, Local: "https://masto.example/1"}, ServerID: "1"},
			Author:  timeline.Handle{Network: timeline.Mastodon, Handle: "@bea@masto.example", ID: "bea"},
			Mentions: []timeline.Handle{
				{Handle: "@ME@masto.example", ID: "me"}, {Handle: "@cy@other.example", ID: "cy@other.example"}, {Handle: "@bea@masto.example"},
			},
			URL: "https://masto.example/@bea/1",
		},
		{Subject: timeline.Subject{ID: timeline.ID{Network: timeline.Mastodon, Local: "https://masto.example/2"}}, Account: "m1"},
	}
}

func TestPlanAddressesAReply(t *testing.T) {
	one := parents()[:1]
	for text, want := range map[string]string{
		"Yes":                  "[@bea@masto.example|bea] [@cy@other.example|cy@other.example] Yes",
		"Yes, @BEA":            "[@cy@other.example|cy@other.example] Yes, [@BEA|]",
		"cc @cy@other.example": "[@bea@masto.example|bea] cc [@cy@other.example|]",
		"One\n---\nTwo":        "[@bea@masto.example|bea] [@cy@other.example|cy@other.example] One / Two",
	} {
		p := plan(outbox.Draft{Text: text, ReplyTo: one, To: both[:1]})
		var got []string
		for _, part := range target(t, p, "m1").Intent.Parts {
			got = append(got, show(part.Text))
		}
		if strings.Join(got, " / ") != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	direct := target(t, plan(outbox.Draft{Text: "One\n---\nTwo", ReplyTo: one, To: both[:1], Visibility: timeline.Direct}), "m1")
	if got := show(direct.Intent.Parts[1].Text); got != "[@bea@masto.example|bea] [@cy@other.example|cy@other.example] Two" {
		t.Errorf("nobody would see %q", got)
	}
	picture := outbox.Draft{ReplyTo: one, To: both[:1], Media: []outbox.File{{Type: "image/jpeg", Alt: "x"}}}
	if got := texts(target(t, plan(picture), "m1")); !slices.Equal(got, []string{"@bea@masto.example @cy@other.example"}) {
		t.Errorf("a picture alone goes to %q", got)
	}
	cut := target(t, plan(outbox.Draft{Text: strings.Repeat("word ", 120), ReplyTo: one, To: both[:1], Split: true}), "m1")
	if len(cut.Parts) != 2 || cut.Parts[0].Over || cut.Parts[0].Size.Characters < 490 {
		t.Errorf("the mentions were not counted: %+v", cut.Parts)
	}
}

func TestPlanAnswersThePostOfItsOwnNetwork(t *testing.T) {
	p := plan(outbox.Draft{Text: "Yes", ReplyTo: parents()})
	m, b := target(t, p, "m1"), target(t, p, "b1")
	if got := m.Intent.ReplyTo; got != parents()[1].Subject {
		t.Errorf("answers %v and not the post that the account has seen", got)
	}
	if got := says(b, timeline.Refuse); !slices.Equal(got, []string{"the post answered is not on Bluesky"}) {
		t.Errorf("got %q", got)
	}
}

func TestPlanLeavesWhatAnotherServerCallsThePost(t *testing.T) {
	theirs := parents()[1:]
	theirs[0].Account = "m9"
	if got := target(t, plan(outbox.Draft{Text: "Yes", ReplyTo: theirs}), "m1").Intent.ReplyTo; got.ID != theirs[0].ID || got.ServerID != "" {
		t.Errorf("answers %+v", got)
	}
}

func TestPlanAnswersANamesakeElsewhere(t *testing.T) {
	account := plan(outbox.Draft{Text: "x"}).Targets[0].Account
	name, _, _ := strings.Cut(strings.TrimPrefix(account.Handle.String(), "@"), "@")
	namesake := parents()[1:]
	namesake[0].Author = timeline.Handle{Network: timeline.Mastodon, Handle: "@" + name, ID: name + "@far.example"}
	namesake[0].Mentions = nil
	got := texts(target(t, plan(outbox.Draft{Text: "Yes", ReplyTo: namesake}), "m1"))
	if len(got) != 1 || got[0] != "@"+name+" Yes" {
		t.Errorf("the answer to %s of another server is %q", name, got)
	}
}

func TestPlanQuotes(t *testing.T) {
	p := plan(outbox.Draft{Text: strings.Repeat("x", 260), Quote: parents()[:1], Split: true})
	m, b := target(t, p, "m1"), target(t, p, "b1")
	if m.Intent.Quote != parents()[0].Subject || len(m.Remarks) > 0 {
		t.Errorf("quotes %v, remarks %v", m.Intent.Quote, m.Remarks)
	}
	links := b.Intent.Parts[0].Text.Links()
	if len(links) != 1 || links[0].Target.String() != "https://masto.example/@bea/1" || b.Intent.Quote != (timeline.Subject{}) {
		t.Errorf("the links are %v", links)
	}
	if b.Parts[0].Size.Characters != 260+2+28 {
		t.Errorf("with the link it counts %d", b.Parts[0].Size.Characters)
	}
	if got := says(b, timeline.Loss); !slices.Equal(got, []string{"the quoted post is not on Bluesky: a link to it takes its place"}) {
		t.Errorf("got %q", got)
	}
	for _, url := range []string{"", "javascript:alert(1)", "https://x.example/\x1b[2J", "https://x.example/\u202e", "http://"} {
		bad := parents()[:1]
		bad[0].URL = url
		if got := says(target(t, plan(outbox.Draft{Text: "x", Quote: bad}), "b1"), timeline.Refuse); len(got) != 1 {
			t.Errorf("with %q for an address it is not refused: %q", url, got)
		}
	}
}

func TestPlanEdits(t *testing.T) {
	mine := parents()[1:]
	p := plan(outbox.Draft{Text: "new", Edit: mine, ReplyTo: parents()[:1]})
	m, b := target(t, p, "m1"), target(t, p, "b1")
	if m.Intent.Kind != timeline.DoEdit || m.Intent.On != mine[0].Subject || m.Refused() || texts(m)[0] != "new" {
		t.Errorf("the edit is %+v, remarks %v", m.Intent, m.Remarks)
	}
	if got := says(b, timeline.Refuse); !slices.Equal(got, []string{"posts cannot be changed here", "none of the posts to edit is by this account"}) {
		t.Errorf("got %q", got)
	}
	other := parents()[1:]
	other[0].Account = "m9"
	for name, d := range map[string]outbox.Draft{
		"another account's": {Text: "new", Edit: other},
		"a thread":          {Text: "new\n---\nand more", Edit: mine},
		"too long":          {Text: strings.Repeat("word ", 200), Edit: mine, Split: true},
	} {
		if tp := target(t, plan(d), "m1"); len(says(tp, timeline.Refuse)) != 1 {
			t.Errorf("%s: remarks %v", name, tp.Remarks)
		}
	}
}
