package nostr

import (
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// Words, tags and threads of a mute list hide what others write, with the reason; people
// are none of these, and what is odd hides nothing.
func TestMuteListsHoldWords(t *testing.T) {
	me, her := strings.Repeat("9", 64), strings.Repeat("a", 64)
	root, other := strings.Repeat("b", 64), strings.Repeat("c", 64)
	b := &Backend{cfg: Config{PubKey: me, Now: time.Now}}
	u := b.unwantedIn(nostr.Tags{
		{"word", "rain"}, {"t", "cats"}, {"e", root}, {"p", her}, {"word", ""}, {"word"}, {"e", "short"}, {"t", "#"}, {"x", "snow"},
	})
	post := func(who, text, id string, in string) *timeline.Post {
		p := &timeline.Post{
			ID: timeline.ID{Network: timeline.Nostr, Local: id}, Author: timeline.Author{ID: who}, Text: timeline.PlainText(timeline.Clean(text)),
			Views: []timeline.View{{Account: "a"}},
		}
		if strings.Contains(text, "#cats") {
			p.Tags = []timeline.Safe{timeline.CleanLine("cats")}
		}
		if in != "" {
			p.Root = &timeline.Ref{ID: timeline.ID{Network: timeline.Nostr, Local: in}}
		}
		return p
	}
	boosted := post(her, "boosted", "boost", "")
	boosted.Boosted = post(her, "rain again", other, "")
	for _, c := range []struct {
		post *timeline.Post
		want string
	}{
		{post(her, "the Rain", other, ""), `"rain", which you muted on Nostr`},
		{post(her, "my #cats", other, ""), "#cats, which you muted on Nostr"},
		{post(her, "cats", other, ""), ""},
		{post(her, "snow", other, ""), ""},
		{post(me, "rain", other, ""), ""},
		{post(her, "there", other, root), "a thread that you muted on Nostr"},
		{post(her, "the first", root, ""), "a thread that you muted on Nostr"},
		{boosted, `"rain", which you muted on Nostr`},
	} {
		u.filter(c.post, me)
		if got := c.post.Content().Views[0].Filtered.String(); got != c.want {
			t.Errorf("%s is hidden because %q, not %q", c.post.Content().Text.Plain(), got, c.want)
		}
	}
	(unwanted{}).filter(post(her, "rain", other, ""), me) // before any list was read
}
