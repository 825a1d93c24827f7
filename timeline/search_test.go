package timeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"skein/timeline"
)

// seven is a moment in a zone in which the day is another than in UTC.
func seven() time.Time {
	return time.Date(2026, 3, 14, 7, 30, 0, 0, time.FixedZone("east", 9*3600))
}

func at(y int, m time.Month, d int) time.Time {
	return time.Date(y, m, d, 0, 0, 0, 0, seven().Location())
}

func TestParseSearch(t *testing.T) {
	type S = timeline.Search
	for in, want := range map[string]S{
		"":                           {},
		"  ":                         {},
		"rain garden":                {Words: []string{"rain", "garden"}},
		`"open  source" -football`:   {Phrases: []string{"open source"}, Without: []string{"football"}},
		`“clever quotes” x`:          {Phrases: []string{"clever quotes"}, Words: []string{"x"}},
		`-"two words"`:               {Without: []string{"two words"}},
		`"never closed`:              {Phrases: []string{"never closed"}},
		`"one"`:                      {Words: []string{"one"}},
		`a"b`:                        {Words: []string{`a"b`}},
		`""`:                         {},
		"- a":                        {Words: []string{"-", "a"}},
		"--a":                        {Without: []string{"-a"}},
		"from:@ana From:bo":          {From: []string{"ana", "bo"}},
		`from:"Ana Maria" x`:         {From: []string{"Ana Maria"}, Words: []string{"x"}},
		"on:bluesky on:M":            {On: []timeline.Network{timeline.Bluesky, timeline.Mastodon}},
		"has:media has:Alt":          {Has: []timeline.Having{timeline.HasMedia, timeline.HasAlt}},
		"lang:ja lang:pt-BR":         {Language: []string{"ja", "pt-BR"}},
		"since:2026-03-01":           {Since: at(2026, 3, 1)},
		"after:2026-03":              {Since: at(2026, 3, 1)},
		"since:2025":                 {Since: at(2025, 1, 1)},
		"until:2026-03-01":           {Until: at(2026, 3, 2)},
		"before:2025":                {Until: at(2026, 1, 1)},
		"since:today":                {Since: at(2026, 3, 14)},
		"since:yesterday":            {Since: at(2026, 3, 13)},
		"until:yesterday":            {Until: at(2026, 3, 14)},
		"since:7d":                   {Since: seven().AddDate(0, 0, -7)},
		"since:12h since:3w":         {Since: seven().Add(-12 * time.Hour)},
		"until:1y until:2m":          {Until: seven().AddDate(-1, 0, 0)},
		"since:2026-03-01T10:00:00Z": {Since: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)},
		"note: milk":                 {Words: []string{"note:", "milk"}},
		"https://example.org/a":      {Words: []string{"https://example.org/a"}},
		"12:30":                      {Words: []string{"12:30"}},
		"東京 -雨":                      {Words: []string{"東京"}, Without: []string{"雨"}},
	} {
		got, err := timeline.ParseSearch(in, seven())
		if err != nil {
			t.Errorf("%q: %v", in, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestParseSearchSaysWhatThereIs(t *testing.T) {
	for in, want := range map[string]string{
		"on:gopher":                "the networks are mastodon, bluesky and nostr",
		"has:money":                "media, image, video, audio, link, poll, quote and alt",
		"since:soon":               "since:7d",
		"until:2026-13-01":         "until:2026-03-14",
		"lang:klingonese-":         "lang:ja",
		"from:":                    "from:ana",
		"has: media":               "has:media",
		"-from:ana":                "only words can be excluded",
		strings.Repeat("x ", 2000): "at most 2000",
	} {
		_, err := timeline.ParseSearch(in, seven())
		if timeline.CodeOf(err) != timeline.CodeUsage || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, which does not say %q", in, err, want)
		}
	}
}

func TestParseTyping(t *testing.T) {
	type S = timeline.Search
	for in, want := range map[string]S{
		"rain gar":     {Words: []string{"rain"}, Begins: "gar"},
		"rain garden ": {Words: []string{"rain", "garden"}},
		`"open sou`:    {Phrases: []string{"open sou"}},
		"rain has:":    {Words: []string{"rain"}},
		"rain has:med": {Words: []string{"rain"}},
		"since:20":     {},
		"rain -foot":   {Words: []string{"rain"}, Without: []string{"foot"}},
		"from:an":      {From: []string{"an"}},
	} {
		got, err := timeline.ParseTyping(in, seven())
		if err != nil {
			t.Errorf("%q: %v", in, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
	if _, err := timeline.ParseTyping("has:money rain", seven()); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("a mistake that is not being typed any more: %v", err)
	}
}

// Whatever is typed is a search or a mistake that can be told.
func FuzzParseSearch(f *testing.F) {
	for _, s := range []string{`a "b c" -d from:e`, "since:7d until:2026-03 has:alt lang:ja on:b", `"`, `-"`, "from:\"", "“”„", "\xff:\x00", "-\u3000x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := timeline.ParseSearch(s, seven())
		if err != nil {
			if timeline.CodeOf(err) != timeline.CodeUsage {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		for _, w := range append(append(got.Words, got.Phrases...), append(got.Without, got.From...)...) {
			if strings.TrimSpace(w) == "" {
				t.Errorf("%q asks for nothing at all: %+v", s, got)
			}
		}
		if _, err := timeline.ParseTyping(s, seven()); err != nil {
			t.Errorf("%q is a search, but not while it is typed: %v", s, err)
		}
	})
}

func TestShortRangeHoldsTheHash(t *testing.T) {
	for _, local := range []string{"a", "b", "https://host.example/users/x/statuses/1", ""} {
		id := timeline.ID{Network: timeline.Mastodon, Local: local}
		low, high, ok := timeline.ShortRange(strings.ToUpper(id.Short()))
		if !ok || id.Hash() < low || id.Hash() > high || high-low != 1<<29-1 {
			t.Errorf("%s is %x, not between %x and %x", id.Short(), id.Hash(), low, high)
		}
	}
	if _, _, ok := timeline.ShortRange("not one"); ok {
		t.Error("that is no Short")
	}
}
