package main

import (
	"context"
	"log/slog"
	"os/exec"
	"time"

	"skein/outbox"
	"skein/timeline"
	"skein/ui"
	"skein/ui/alert"
)

// screenInbox is what has happened to the accounts that a hub reads, kept where posts
// are.
func screenInbox(o *timeline.HubOptions, hub *timeline.Hub, box *outbox.Outbox, log *slog.Logger) *timeline.Inbox {
	in := timeline.InboxOptions{
		Open: hub.Backend, Marks: o.Marks, Mutes: o.Mutes, Accounts: hub.Accounts, Now: o.Now, Log: log,
	}
	if cache, ok := o.Cache.(timeline.NoticeCache); ok {
		in.Cache = cache
	}
	if box != nil {
		in.Copies = copiesIn(box)
	}
	return timeline.NewInbox(in)
}

// alertTime bounds the person's own command for an alert.
const alertTime = 10 * time.Second

// alert is how the screen tells of what happens while nobody looks; nil where that was
// not asked for.
func (a *app) alert() *ui.Alert {
	n := a.config.Notify
	if !n.Desktop {
		return nil
	}
	_, tmux := a.env("TMUX")
	from, to := n.QuietHours()
	out := &ui.Alert{Way: alert.WayOf(a.env), Tmux: tmux, Quiet: alert.Quiet{From: from, To: to}}
	for _, k := range n.Kinds {
		out.Kinds = append(out.Kinds, timeline.NoticeKind(k))
	}
	if len(n.Command) > 0 {
		out.Run = func(ctx context.Context, title, text timeline.Safe) error {
			return runAlert(ctx, n.Command, title, text)
		}
	}
	return out
}

// runAlert runs the person's own command with what is to be said as its last two
// arguments, through no shell. "--" stands before them, so that no text is an option.
func runAlert(ctx context.Context, command []string, title, text timeline.Safe) error {
	ctx, cancel := context.WithTimeout(ctx, alertTime)
	defer cancel()
	args := append(append([]string{}, command[1:]...), "--", title.Line().String(), text.Line().String())
	if err := exec.CommandContext(ctx, command[0], args...).Run(); err != nil { //nolint:gosec // the person's own command; what is remote are arguments
		return timeline.Errorf(timeline.CodeUsage, "notify.command: %w", err)
	}
	return nil
}
