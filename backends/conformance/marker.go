package conformance

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"skein/timeline"
)

// testMarker moves the mark up the home timeline, and tries to move it back.
func (c *suite) testMarker(t *testing.T) {
	m, ok := timeline.As[timeline.Marker](c.Backend)
	if !ok {
		t.Skip("this network keeps no mark (see Abilities)")
	}
	if _, err := m.Marker(t.Context()); err != nil {
		t.Fatalf("Marker: %v", err)
	}
	low := c.serverID(t, c.publish(t, "read first", timeline.ID{}))
	high := c.serverID(t, c.publish(t, "read second", timeline.ID{}))
	for _, step := range []struct{ set, want string }{{low, low}, {high, high}, {high, high}, {low, high}} {
		if err := m.SetMarker(t.Context(), step.set); err != nil {
			t.Fatalf("SetMarker(%s): %v", step.set, err)
		}
		c.eventually(t, func(ctx context.Context) error {
			got, err := m.Marker(ctx)
			if err == nil && got != step.want {
				err = fmt.Errorf("set to %q, the mark is at %q, not at %q", step.set, got, step.want)
			}
			return err
		})
	}
	for _, odd := range []string{"", "\x00", "../../x", "at://?#"} {
		var te *timeline.Error
		if err := m.SetMarker(t.Context(), odd); !errors.As(err, &te) {
			t.Errorf("SetMarker(%q): %v", odd, err)
		}
	}
}

// serverID is the server's own name for a post of home.
func (c *suite) serverID(t *testing.T, id timeline.ID) string {
	t.Helper()
	var sid string
	c.eventually(t, func(ctx context.Context) error {
		b, err := c.Backend.Home(ctx, timeline.Page{Limit: c.PageSize})
		if err != nil {
			return err
		}
		for _, p := range b.Posts {
			if v, ok := p.View(c.account.ID); ok && p.ID == id && v.ServerID != "" {
				sid = v.ServerID
				return nil
			}
		}
		return fmt.Errorf("post %s is not in home, or has no ServerID", id)
	})
	return sid
}
