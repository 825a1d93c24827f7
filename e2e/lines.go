package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// Post is a line of skein's JSON: the fields that never change.
type Post struct {
	Type    string `json:"type"`
	ID      string `json:"id"`
	Network string `json:"network"`
	Account string `json:"account"`
	URL     string `json:"url"`
	Author  struct {
		ID     string `json:"id"`
		Handle string `json:"handle"`
		Name   string `json:"name"`
	} `json:"author"`
	Boost struct { // set when the row is a boost of the post
		ID string `json:"id"`
	} `json:"boost"`
	Text      string    `json:"text"`
	CreatedAt time.Time `json:"created_at"`
	SortTime  time.Time `json:"sort_time"`
}

// Posts is a page of them.
type Posts []Post

// Failure is the JSON of an error.
type Failure struct {
	Type    string `json:"type"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Posts reads the lines of stdout that are posts. A line that is no JSON object
// or has no type fails the test.
func (r Result) Posts(t testing.TB) Posts {
	t.Helper()
	var posts Posts
	for line := range strings.Lines(r.Stdout) {
		var post Post
		if err := json.Unmarshal([]byte(line), &post); err != nil {
			t.Fatalf("%s: %q is no JSON line: %v", r.command, line, err)
		}
		switch post.Type {
		case "post":
			posts = append(posts, post)
		case "":
			t.Fatalf("%s: a line has no type: %s", r.command, line)
		}
	}
	return posts
}

// Failure reads the last line of stderr, the error.
func (r Result) Failure(t testing.TB) Failure {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(r.Stderr), "\n")
	var failure Failure
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &failure); err != nil {
		t.Fatalf("%s: stderr holds no JSON error: %v\n%s", r.command, err, r)
	}
	if failure.Type != "error" || failure.Code == "" || failure.Message == "" {
		t.Fatalf("%s: an error is incomplete: %+v", r.command, failure)
	}
	return failure
}

// Networks counts the posts by network.
func (p Posts) Networks() map[string]int {
	count := map[string]int{}
	for _, post := range p {
		count[post.Network]++
	}
	return count
}

// Has says whether one of the posts, on that network, has that text.
func (p Posts) Has(network, text string) bool {
	for _, post := range p {
		if post.Network == network && strings.Contains(post.Text, text) {
			return true
		}
	}
	return false
}

// NewestFirst fails the test at the first post that is newer than the one
// before it.
func (p Posts) NewestFirst(t testing.TB) {
	t.Helper()
	for i := 1; i < len(p); i++ {
		if p[i].SortTime.After(p[i-1].SortTime) {
			t.Errorf("post %d of %d (%s, %s) is newer than the one before it (%s, %s)", i+1, len(p),
				p[i].ID, p[i].SortTime.Format(time.RFC3339Nano), p[i-1].ID, p[i-1].SortTime.Format(time.RFC3339Nano))
			return
		}
	}
}
