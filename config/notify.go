package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Notify says whether and how the full screen tells of what has happened while its
// terminal is in the background.
type Notify struct {
	Desktop bool     `toml:"desktop" comment:"tell it through the terminal, or with the command"`
	Kinds   []string `toml:"kinds" comment:"such as \"mention\" or \"like\"; empty: where somebody speaks to you"`
	Quiet   string   `toml:"quiet" comment:"hours in which nothing is told, such as \"22:00-07:30\"; empty: none"`
	Command []string `toml:"command" comment:"such as [\"notify-send\"]: it gets --, the title and the text; empty: the terminal is told"`
}

// NoticeKinds are what notify.kinds may name.
func NoticeKinds() []string {
	return []string{"mention", "reply", "quote", "boost", "like", "follow", "follow-request", "poll", "edit", "post", "zap", "other"}
}

func (n Notify) check() error {
	for _, k := range n.Kinds {
		if !slices.Contains(NoticeKinds(), k) {
			return fmt.Errorf("notify.kinds: %q: one of %s", k, strings.Join(NoticeKinds(), ", "))
		}
	}
	if _, _, err := n.hours(); err != nil {
		return err
	}
	if len(n.Command) > 0 && strings.TrimSpace(n.Command[0]) == "" {
		return fmt.Errorf("notify.command names no program")
	}
	return nil
}

// QuietHours are from when until when nothing is told, after midnight; equal: never.
func (n Notify) QuietHours() (from, to time.Duration) {
	from, to, _ = n.hours() // check has seen that it is right
	return from, to
}

func (n Notify) hours() (from, to time.Duration, err error) {
	if n.Quiet == "" {
		return 0, 0, nil
	}
	a, b, ok := strings.Cut(n.Quiet, "-")
	begin, err1 := time.Parse("15:04", strings.TrimSpace(a))
	end, err2 := time.Parse("15:04", strings.TrimSpace(b))
	if !ok || err1 != nil || err2 != nil {
		return 0, 0, fmt.Errorf("notify.quiet = %q: hours such as \"22:00-07:30\"", n.Quiet)
	}
	clock := func(t time.Time) time.Duration {
		return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	}
	return clock(begin), clock(end), nil
}
