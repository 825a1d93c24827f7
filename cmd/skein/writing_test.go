package main

import (
	"testing"

	"skein/timeline"
)

func TestAnAnswerIsNeverWiderThanWhatItAnswers(t *testing.T) {
	for _, c := range []struct{ own, parents, want timeline.Visibility }{
		{"", timeline.Public, ""},
		{"", timeline.Unlisted, timeline.Unlisted},
		{timeline.Public, timeline.Direct, timeline.Direct},
		{timeline.Followers, timeline.Unlisted, timeline.Followers},
		{timeline.Direct, timeline.Followers, timeline.Direct},
		{timeline.Unlisted, "", timeline.Unlisted},
		{"", "new", ""},
	} {
		if got := narrower(c.own, c.parents); got != c.want {
			t.Errorf("%q to %q: %q, want %q", c.own, c.parents, got, c.want)
		}
	}
}
