package timeline_test

import (
	"encoding/base32"
	"fmt"
	"strings"
	"testing"
	"time"

	"skein/timeline"
	"skein/timeline/specimen"
)

var midday = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func clean(s string) timeline.Safe { return timeline.Clean(s) }

func by(n timeline.Network, who string) timeline.Author {
	return timeline.Author{ID: who + "@host.example", Handle: clean("@" + who + "@host.example"), Name: clean(who)}
}

// says is a post of ana's on Mastodon.
func says(text string) *timeline.Post {
	return &timeline.Post{
		ID: timeline.ID{Network: timeline.Mastodon, Local: text}, Author: by(timeline.Mastodon, "ana"), Text: timeline.PlainText(clean(text)),
	}
}

func muteWord(s string) timeline.Mute { return timeline.Mute{Kind: timeline.MuteWord, Word: s} }

func mutePerson(handles ...timeline.Handle) timeline.Mute {
	return timeline.Mute{Kind: timeline.MutePerson, Handles: handles}
}

func handleOf(who string) timeline.Handle {
	return timeline.Handle{Network: timeline.Mastodon, Handle: "@" + who + "@host.example", ID: who + "@host.example"}
}

func TestMutedWords(t *testing.T) {
	for _, c := range []struct {
		word, text string
		want       bool
	}{
		{"rain", "It will rain again", true},
		{"rain", "RAIN!", true},
		{"rain", "the train is late", false},
		{"rain", "the train; rain", true}, // the second place counts
		{"rain", "#rain", true},
		{"rain", "it's rain's fault", true},
		{"rain", "rain_gear", false},
		{"rain", "rain2", false},
		{"Crème brûlée", "a creme BRULEE", true},
		{"creme brulee", "Cre\u0300me\nbru\u0302le\u0301e", true}, // over the end of a line
		{"creme brulee", "creme, brulee", false},
		{"straße", "STRASSE", true},
		{"ΟΔΟΣ", "οδός", true},
		{"don't", "I don’t", true},
		{"fi", "ﬁ", true},
		{"ｗｉｄｅ", "wide", true},
		{"ёлка", "елка", true},
		{"שלום", "שָׁלוֹם", true},
		{"سلام", "سَلَام", true},
		{"c++", "I like C++.", true},
		{"c++", "abc++", false},
		{"c", "c++", true},
		{".net", "asp.net", true},
		{"🎃", "boo🎃boo", true},
		{"政治", "これは政治です", true}, // no spaces
		{"ゲーム", "新しいゲームが", true},
		{"เมือง", "การเมืองไทย", true},
		{"고양이", "고양이가 잔다", true},
		{"가", "각", false},
		{"हिन्दी", "हिन्दुस्तान", false},
		{"कि", "की", false}, // marks tell words apart
		{"ai", "AIが", true},
		{"ai", "said", false},
		{"#rain", "rain", false},
		{"two  words", "two words", true},
	} {
		m := timeline.NewMutes([]timeline.Mute{muteWord(c.word)}, nil, midday)
		if why, got := m.Hides(says(c.text)); got != c.want {
			t.Errorf("%q in %q: %v (%s), not %v", c.word, c.text, got, why.Why, c.want)
		}
	}
}

// Words are looked for wherever a post has any, people wherever they have a part.
func TestMutesLookEverywhere(t *testing.T) {
	all := timeline.NewMutes([]timeline.Mute{
		muteWord("rain"), muteWord("#cats"), muteWord("spam.example"), mutePerson(handleOf("bo")), {Kind: timeline.MuteNetwork, Network: timeline.Nostr},
	}, []timeline.Account{
		{Network: timeline.Mastodon, Author: "me@host.example"}, {Network: timeline.Bluesky, Handle: clean("@me.example")},
	}, midday)
	boost := func(who string, of *timeline.Post) *timeline.Post {
		return &timeline.Post{ID: timeline.ID{Network: timeline.Mastodon, Local: "boost"}, Author: by(timeline.Mastodon, who), Boosted: of}
	}
	with := func(change func(p *timeline.Post)) *timeline.Post {
		p := says("sun")
		change(p)
		return p
	}
	from := func(who string, p *timeline.Post) *timeline.Post {
		p.Author = by(timeline.Mastodon, who)
		return p
	}
	quote := func(of *timeline.Post) *timeline.Post {
		return with(func(p *timeline.Post) {
			p.Quote = &timeline.Quote{State: timeline.QuoteShown, ID: of.ID, Post: of}
		})
	}
	link := timeline.Span{Kind: timeline.SpanLink, Text: clean("here"), Target: clean("https://spam.example/rain")}
	for name, c := range map[string]struct {
		post *timeline.Post
		why  string
	}{
		"nothing":    {says("sun"), ""},
		"text":       {says("rain"), `you muted "rain"`},
		"warning":    {with(func(p *timeline.Post) { p.Warning = clean("rain talk") }), `you muted "rain"`},
		"poll":       {with(func(p *timeline.Post) { p.Poll = &timeline.Poll{Options: []timeline.PollOption{{Text: clean("rain")}}} }), `you muted "rain"`},
		"alt text":   {with(func(p *timeline.Post) { p.Media = []timeline.Media{{Alt: clean("a rain cloud")}} }), `you muted "rain"`},
		"card":       {with(func(p *timeline.Post) { p.Card = &timeline.Card{Title: clean("Rain!")} }), `you muted "rain"`},
		"name":       {with(func(p *timeline.Post) { p.Author.Name = clean("rain") }), ""},
		"tag beside": {with(func(p *timeline.Post) { p.Tags = []timeline.Safe{clean("Rain")} }), `you muted "rain"`},
		"muted tag":  {with(func(p *timeline.Post) { p.Tags = []timeline.Safe{clean("CATS")} }), "you muted #cats"},
		"tag in text": {with(func(p *timeline.Post) {
			p.Text = timeline.Text{{Kind: timeline.SpanTag, Text: clean("#cats"), Target: clean("cats")}}
		}), "you muted #cats"},
		"no tag":  {says("cats"), ""},
		"address": {with(func(p *timeline.Post) { p.Text = timeline.Text{link} }), `you muted "spam.example"`},
		"words in path": {with(func(p *timeline.Post) {
			p.Text = timeline.Text{{Kind: timeline.SpanLink, Text: clean("x"), Target: clean("https://x.example/rain")}}
		}), ""},
		"pieces":        {with(func(p *timeline.Post) { p.Text = timeline.Text{{Text: clean("ra")}, {Text: clean("in")}} }), `you muted "rain"`},
		"person":        {from("bo", says("sun")), "you muted @bo@host.example"},
		"other network": {with(func(p *timeline.Post) { p.ID.Network = timeline.Bluesky; p.Author = by(timeline.Bluesky, "bo") }), ""},
		"network":       {with(func(p *timeline.Post) { p.ID.Network = timeline.Nostr }), "you muted nostr"},
		"booster":       {boost("bo", says("sun")), "you muted @bo@host.example, who boosted it"},
		"boosted":       {boost("ana", from("bo", says("sun"))), "you muted @bo@host.example"},
		"boosted word":  {boost("ana", says("rain")), `you muted "rain"`},
		"quoted":        {quote(from("bo", says("sun"))), "you muted @bo@host.example, who is quoted"},
		"quoted word":   {quote(says("rain")), `you muted "rain"`},
		"boosted quote": {boost("ana", quote(says("rain"))), `you muted "rain"`},
		"own":           {from("me", says("rain")), ""},
		"own network":   {from("me", with(func(p *timeline.Post) { p.ID.Network = timeline.Mastodon })), ""},
		"own by handle": {with(func(p *timeline.Post) {
			p.ID.Network, p.Author, p.Text = timeline.Bluesky, timeline.Author{ID: "did", Handle: clean("@Me.example")}, timeline.PlainText(clean("rain"))
		}), ""},
		"own boosted by bo":   {boost("bo", from("me", says("sun"))), "you muted @bo@host.example, who boosted it"},
		"own boosted by ana":  {boost("ana", from("me", says("rain"))), ""},
		"boosted by oneself":  {boost("me", from("bo", says("rain"))), ""},
		"own quoted by ana":   {quote(from("me", says("rain"))), ""},
		"only handle is like": {with(func(p *timeline.Post) { p.Author.ID, p.Author.Handle = "eve@host.example", clean("@bo@host.example") }), ""},
	} {
		why, hidden := all.Hides(c.post)
		if hidden != (c.why != "") || why.Why.String() != c.why {
			t.Errorf("%s: hidden %v because %q, not %q", name, hidden, why.Why, c.why)
		}
	}
	var none *timeline.Mutes
	if _, hidden := none.Hides(says("rain")); hidden || none.Len() != 0 || none.Ended(midday) || len(none.List()) != 0 {
		t.Error("no mutes hide something")
	}
}

// A person who was kept as typed, for want of a network to ask, is met by the handle.
func TestMutedByHandleAlone(t *testing.T) {
	m := timeline.NewMutes([]timeline.Mute{mutePerson(timeline.Handle{Network: timeline.Mastodon, Handle: "@Ana@host.example"})}, nil, midday)
	if _, hidden := m.Hides(says("sun")); !hidden {
		t.Error("she is not hidden")
	}
}

func TestMutesEnd(t *testing.T) {
	short, long := muteWord("rain"), muteWord("snow")
	short.Until, long.Until = midday.Add(time.Hour), midday.AddDate(0, 0, 3)
	list := []timeline.Mute{short, long, muteWord("fog")}
	for _, c := range []struct {
		now   time.Time
		words string
	}{
		{midday, `you muted "rain" until 13:00; you muted "snow" until 3 Dec; you muted "fog"; `},
		{midday.Add(time.Hour), `you muted "snow" until 3 Dec; you muted "fog"; `},
		{midday.AddDate(0, 0, 3), `you muted "fog"; `},
	} {
		m, got := timeline.NewMutes(list, nil, c.now), ""
		for _, w := range []string{"rain", "snow", "fog"} {
			if why, hidden := m.Hides(says(w)); hidden {
				got += why.Why.String() + "; "
			}
		}
		if got != c.words {
			t.Errorf("at %s: %s", c.now, got)
		}
		if m.Ended(c.now) || m.Len() == 1 && m.Ended(c.now.AddDate(9, 0, 0)) {
			t.Errorf("at %s one is over already", c.now)
		}
	}
	if m := timeline.NewMutes(list, nil, midday); m.Ended(midday.Add(time.Hour-1)) || !m.Ended(midday.Add(time.Hour)) {
		t.Error("the end of the first is not noticed")
	}
}

func TestMutesAreChecked(t *testing.T) {
	over := muteWord("rain")
	over.Created, over.Until = midday, midday
	for _, m := range []timeline.Mute{
		{},
		{Kind: timeline.MutePerson},
		{Kind: timeline.MuteNetwork},
		muteWord(""), muteWord("#"), muteWord(" rain"), muteWord("a\nb"),
		muteWord("\u0301"), muteWord(strings.Repeat("x", 201)), muteWord("a\u202eb"), over, mutePerson(handleOf("bo"), handleOf("cy")),
	} {
		if err := m.Check(); timeline.CodeOf(err) != timeline.CodeUsage {
			t.Errorf("%+v is taken: %v", m, err)
		}
	}
	for _, m := range []timeline.Mute{
		muteWord("rain"), muteWord("#rain"), muteWord("雨"), muteWord("🎃"), muteWord("c++"), mutePerson(handleOf("bo")),
		{Kind: timeline.MutePerson, Name: "bo"},
		{Kind: timeline.MuteNetwork, Network: timeline.Nostr},
	} {
		if err := m.Check(); err != nil {
			t.Errorf("%+v: %v", m, err)
		}
	}
}

// FuzzMutedWord: a word is found in a text that has it between spaces, however the
// text is put; folding twice is folding once.
func FuzzMutedWord(f *testing.F) {
	for _, s := range []string{"rain", "ﬁ", "ß", "İ", "Å", "각", "नमस्ते", "เมือง", "c++", "#a", "ǅ", "ΐ", "ﷺ"} {
		f.Add(s, "before", "after")
	}
	f.Fuzz(func(t *testing.T, word, before, after string) {
		word = timeline.CleanLine(word).String()
		key := timeline.MuteWordKey(word)
		if again := timeline.MuteWordKey(key); again != key {
			t.Fatalf("%q folds to %q, and that to %q", word, key, again)
		}
		mute := muteWord(strings.TrimLeft(word, "#"))
		if mute.Check() != nil {
			return
		}
		m := timeline.NewMutes([]timeline.Mute{mute}, nil, midday)
		for _, text := range []string{mute.Word, strings.ToUpper(mute.Word), before + " " + mute.Word + " " + after} {
			text := timeline.Clean(text).String()
			if !strings.Contains(strings.ToUpper(text), strings.ToUpper(mute.Word)) {
				continue // cleaned away
			}
			if _, hidden := m.Hides(says(text)); !hidden && text == mute.Word {
				t.Fatalf("%q is not found in %q", mute.Word, text)
			}
		}
		m.Hides(says(timeline.Clean(before + word + after).String()))
	})
}

// What muting costs for each post that is read.
func BenchmarkMutes(b *testing.B) {
	var posts []*timeline.Post
	for p := range specimen.Posts(1, 1000) {
		posts = append(posts, p)
	}
	for _, n := range []int{0, 10, 100, 1000} {
		var list []timeline.Mute
		for i := range n {
			word := muteWord(strings.ToLower(base32.StdEncoding.EncodeToString(fmt.Append(nil, i*7919))[:7]))
			if i%2 == 1 {
				word = mutePerson(handleOf(word.Word))
			}
			list = append(list, word)
		}
		m := timeline.NewMutes(list, nil, midday)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				m.Hides(posts[i%len(posts)])
				i++
			}
		})
	}
}
