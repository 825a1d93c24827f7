package uitest

import (
	"fmt"
	"time"

	"skein/timeline"
)

// Start is when the clock of a bubble starts.
func Start() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

// Post makes a public post of a network, written ago before Start.
func Post(n timeline.Network, local string, ago time.Duration, author, text string) *timeline.Post {
	handle := timeline.CleanLine("@" + author + "@" + string(n) + ".example")
	return &timeline.Post{
		ID:     timeline.ID{Network: n, Local: local},
		Author: timeline.Author{ID: author, Handle: handle, Name: timeline.CleanLine(author)},
		URL:    timeline.CleanLine("https://" + string(n) + ".example/" + local),
		Text:   timeline.PlainText(timeline.Clean(text)), Visibility: timeline.Public,
		Created: Start().Add(-ago), Sorted: Start().Add(-ago),
		Views: []timeline.View{{Account: timeline.AccountID("acct-" + string(n))}},
	}
}

// Many makes count posts, newest first, a minute apart, named "post 0", "post 1"…
func Many(n timeline.Network, count int) []*timeline.Post {
	posts := make([]*timeline.Post, count)
	for i := range posts {
		posts[i] = Post(n, fmt.Sprintf("post-%06d", i), time.Duration(i+1)*time.Minute, "writer", fmt.Sprintf("post %d", i))
	}
	return posts
}
