package e2e_test

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"skein/e2e"
)

// The sandbox runs in one shell; in another, its config is all that a command
// needs to read three networks in the order of time.
func TestServedSandboxReadsAsOneTimeline(t *testing.T) {
	home := e2e.NewHome(t)
	sandbox := home.Serve(t)
	if sandbox.Config == "" || sandbox.Mastodon == "" || sandbox.Bluesky == "" || len(sandbox.Nostr) == 0 {
		t.Fatalf("the line of --serve is incomplete: %+v", sandbox)
	}
	reader := e2e.NewHome(t).With("SKEIN_CONFIG=" + sandbox.Config)

	const want = 60
	result := reader.Run(t, "timeline", "--json", "-n", "60").Exits(t, 0)
	t.Logf("60 posts after %s", result.Took)
	posts := result.Posts(t)
	if len(posts) != want || strings.Count(result.Stdout, "\n") != want {
		t.Fatalf("%d posts on %d lines instead of %d", len(posts), strings.Count(result.Stdout, "\n"), want)
	}
	posts.NewestFirst(t)
	checkFields(t, posts)
	for _, network := range []string{"mastodon", "bluesky", "nostr"} {
		if posts.Networks()[network] == 0 {
			t.Errorf("no post of %s among %v", network, posts.Networks())
		}
	}

	for network := range posts.Networks() {
		t.Run(network, func(t *testing.T) {
			post := first(posts, network)
			for _, command := range []string{"show", "thread"} {
				found := reader.Run(t, command, post.ID, "--json").Exits(t, 0).Posts(t)
				if !found.Has(network, post.Text) {
					t.Errorf("skein %s %s does not have it", command, post.ID)
				}
			}
			profile := reader.Run(t, "profile", post.Author.ID, "--json").Exits(t, 0)
			if !strings.Contains(profile.Stdout, `"network":"`+network+`"`) {
				t.Errorf("skein profile %s: %s", post.Author.ID, profile.Stdout)
			}
		})
	}
}

// Without --json it is text for people: as many posts, no colour in a pipe.
func TestTimelineIsPlainInAPipe(t *testing.T) {
	sandbox := e2e.NewHome(t).Serve(t)
	result := e2e.NewHome(t).With("SKEIN_CONFIG="+sandbox.Config).Run(t, "timeline", "-n", "60").Exits(t, 0)
	if strings.Contains(result.Stdout, "\x1b") {
		t.Errorf("escape sequences in a pipe: %.300q", result.Stdout)
	}
	if lines := strings.Count(result.Stdout, "\n"); lines < 60 {
		t.Errorf("60 posts on %d lines", lines)
	}
}

// The sandbox ends quietly with its stdin, and on Ctrl-C.
func TestSandboxEndsWhenAsked(t *testing.T) {
	t.Run("stdin closes", func(t *testing.T) {
		if err := e2e.NewHome(t).Serve(t).Stop(); err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
	t.Run("interrupt", func(t *testing.T) {
		err := e2e.NewHome(t).Serve(t).Interrupt(t)
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 130) {
			t.Errorf("it ended with %v", err)
		}
	})
}

func checkFields(t *testing.T, posts e2e.Posts) {
	t.Helper()
	seen := map[string]bool{}
	for _, post := range posts {
		if post.ID == "" || post.Account == "" || post.Author.ID == "" || post.Author.Handle == "" ||
			post.CreatedAt.IsZero() || post.SortTime.IsZero() {
			t.Errorf("a post lacks what never lacks: %+v", post)
		}
		if _, offset := post.SortTime.Zone(); offset != 0 {
			t.Errorf("%s: sort_time is not UTC", post.ID)
		}
		row := post.ID + " " + post.Boost.ID // a post and a boost of it are two rows
		if seen[row] {
			t.Errorf("%s came twice", row)
		}
		seen[row] = true
	}
}

// first is the first post of a network that has a text to look for.
func first(posts e2e.Posts, network string) e2e.Post {
	for _, post := range posts {
		if post.Network == network && post.Text != "" {
			return post
		}
	}
	return e2e.Post{}
}
