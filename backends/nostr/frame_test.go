package nostr

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/nbd-wtf/go-nostr"
)

// sample is a signed event of kind 1.
func sample(t testing.TB, tags nostr.Tags, content string) *nostr.Event {
	t.Helper()
	e := &nostr.Event{CreatedAt: 1_700_000_000, Kind: kindNote, Tags: tags, Content: content}
	if err := e.Sign(strings.Repeat("01", 32)); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestParseFrame(t *testing.T) {
	e := sample(t, nostr.Tags{{"t", "x"}}, "hello <&>  \u2028 \x01")
	b, err := json.Marshal([]any{"EVENT", "s1", e})
	if err != nil {
		t.Fatal(err)
	}
	f, err := parseFrame(b)
	if err != nil {
		t.Fatal(err)
	}
	if f.label != labelEvent || f.sub != "s1" || f.event.Content != e.Content || !f.event.CheckID() {
		t.Errorf("frame %+v", f)
	}
	for msg, want := range map[string]frame{
		`["EOSE","s1"]`:                      {label: labelEOSE, sub: "s1"},
		`["CLOSED","s1","error: no"]`:        {label: labelClosed, sub: "s1", text: "error: no"},
		`["CLOSED","s1"]`:                    {label: labelClosed, sub: "s1"},
		`["NOTICE","hi"]`:                    {label: labelNotice, text: "hi"},
		`["AUTH","challenge"]`:               {label: labelAuth, text: "challenge"},
		`["OK","id",true,"duplicate: have"]`: {label: labelOK, id: "id", accepted: true, text: "duplicate: have"},
		`["OK","id",false]`:                  {label: labelOK, id: "id"},
	} {
		if f, err := parseFrame([]byte(msg)); err != nil || f != want {
			t.Errorf("%s reads as %+v (%v)", msg, f, err)
		}
	}
}

// TestParseFrameRefuses includes what is known to crash the library's own parsers.
func TestParseFrameRefuses(t *testing.T) {
	id, sig := strings.Repeat("a", 64), strings.Repeat("b", 128)
	event := func(change string) string { return `["EVENT","s",{` + change + `}]` }
	for _, msg := range []string{
		``, `null`, `[]`, `{}`, `"EVENT"`, `["EVENT"]`, `["EVENT","s"]`, `["EVENT","1:",{"id":"x"}]`, `["EVENT",1,{}]`,
		`["EVENT","s",null]`, `["EVENT","s",[]]`, `["EVENT","s",{},{}]`, `["EOSE"]`, `["EOSE",1]`, `["OK","x"]`, `["OK","x","true"]`,
		`["AUTH",{}]`, `["AUTH",null]`, `["COUNT","s",{"count":1}]`, `["X","y"]`, "\xff", strings.Repeat("[", 100_000),
		`["NOTICE",` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + `]`,
		event(`"id":"` + id + `"`),
		event(`"id":"` + id + `","pubkey":"` + strings.ToUpper(id) + `","sig":"` + sig + `","kind":1,"created_at":1,"tags":[],"content":""`),
		event(`"id":"` + id + `","pubkey":"` + id + `","sig":"` + sig + `","kind":70000,"created_at":1,"tags":[],"content":""`),
		event(`"id":"` + id + `","pubkey":"` + id + `","sig":"` + sig + `","kind":1,"created_at":-1,"tags":[],"content":""`),
		event(`"id":"` + id + `","pubkey":"` + id + `","sig":"` + sig + `","kind":1,"created_at":999999999999,"tags":[],"content":""`),
		event(`"id":"` + id + `","pubkey":"` + id + `","sig":"` + sig + `","kind":1,"created_at":1,"tags":{},"content":""`),
	} {
		if f, err := parseFrame([]byte(msg)); err == nil {
			t.Errorf("%.80s reads as %+v", msg, f)
		}
	}
}

func FuzzFrame(f *testing.F) {
	b, err := json.Marshal([]any{"EVENT", "s1", sample(f, nostr.Tags{{"e"}, {}, {"p", "x"}}, "hi")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	for _, s := range []string{`["EVENT","1:",{"id":"x"}]`, `["OK","x",true,"y"]`, `["AUTH","x"]`, `["CLOSED","s","x"]`, `["EOSE","s"]`, `[[[[`, ` [ "a\\"b,]" , [1,{"x":[2]}] ,null] `, `[ ]`, "[\"\xff\u00e9\"]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var want []json.RawMessage
		if json.Unmarshal(b, &want) == nil {
			got := elements(b)
			if !slices.EqualFunc(got, want, func(x, y json.RawMessage) bool { return string(x) == string(y) }) {
				t.Errorf("%q has the elements %q, want %q", b, got, want)
			}
			for i := range want {
				var s, w string
				if want[i][0] == '"' && json.Unmarshal(want[i], &w) == nil && (!text(got, i, &s) || s != w) {
					t.Errorf("%q reads as %q", want[i], s)
				}
			}
		}
		fr, err := parseFrame(b)
		if err != nil {
			return
		}
		switch fr.label {
		case labelEvent:
			if fr.event == nil || len(fr.event.ID) != 64 || len(fr.event.PubKey) != 64 {
				t.Errorf("an event of no form: %+v", fr.event)
			}
			fr.event.CheckID()
			decodable(t, fr.event)
		case labelEOSE, labelClosed, labelNotice, labelOK, labelAuth:
		default:
			t.Errorf("an unknown label %q", fr.label)
		}
	})
}

// decodable decodes an event as every kind.
func decodable(t *testing.T, e *nostr.Event) {
	t.Helper()
	for _, kind := range []int{kindProfile, kindNote, kindFollows, kindBoost, kindPoll, kindRelays, kindArticle, e.Kind} {
		ev := *e
		ev.Kind = kind
		parsePerson(&ev)
		parseRelays(&ev)
		parseFollows(&ev)
		k := testKnown()
		k.events = map[string]*nostr.Event{ev.ID: &ev}
		checkText(t, k.post(&ev).Content())
	}
}
