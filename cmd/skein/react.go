package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"skein/outbox"
	"skein/timeline"
)

// reactFlags are what boost, like, bookmark, follow, mute and block can be told.
type reactFlags struct {
	as   string
	undo bool
	span time.Duration // after which a mute ends; 0 is never
	send sendFlags
}

func (a *app) boostCommand() *cobra.Command {
	return a.reactCommand(timeline.DoBoost, "boost", "Boost a post", "boost shows a post to those who follow you.")
}

func (a *app) likeCommand() *cobra.Command {
	return a.reactCommand(timeline.DoLike, "like", "Like a post", "like tells who wrote a post that you like it.")
}

func (a *app) bookmarkCommand() *cobra.Command {
	return a.reactCommand(timeline.DoBookmark, "bookmark", "Bookmark a post", "bookmark keeps a post with your account.")
}

func (a *app) followCommand() *cobra.Command {
	return a.reactCommand(timeline.DoFollow, "follow", "Follow a person or a tag", "follow brings a person's posts into your timeline. '#TAG' follows a tag with every\n"+
		"account whose network has that; --as chooses one.")
}

func (a *app) blockCommand() *cobra.Command {
	return a.reactCommand(timeline.DoBlock, "block", "Block a person", "block shuts a person out, and you from them: neither sees the other's posts.")
}

func (a *app) reactCommand(kind timeline.Kind, use, short, long string) *cobra.Command {
	var f reactFlags
	c := &cobra.Command{
		Use: use + " REF", Short: short, Args: cobra.ExactArgs(1),
		Long: long + " --undo takes it back.\nIt is done by the account that understands REF first; --as chooses another.\n\n" + refHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.send.check(); err != nil {
				return err
			}
			if span := cmd.Flag("for"); span != nil && span.Value.String() != "" { // of mute alone
				f.span, _ = parseSpan(span.Value.String())
			}
			return a.atDesk(cmd.Context(), func(d *desk) error { return d.react(cmd.Context(), kind, args[0], f) })
		},
	}
	c.Flags().BoolVar(&f.undo, "undo", false, "take it back")
	c.Flags().StringVar(&f.as, "as", "", "with the account of this NAME")
	f.send.register(c)
	return c
}

// react does one thing to one post or person.
func (d *desk) react(ctx context.Context, kind timeline.Kind, ref string, f reactFlags) error {
	if known, err := d.acted(ctx, f.send, kind, f.undo); known || err != nil {
		return err
	}
	if kind == timeline.DoFollow && strings.HasPrefix(ref, "#") {
		return d.followTag(ctx, ref, f)
	}
	action := outbox.Action{Intent: timeline.Intent{Kind: kind, Undo: f.undo, Lasts: f.span}}
	if slices.Contains([]timeline.Kind{timeline.DoFollow, timeline.DoMute, timeline.DoBlock, timeline.DoAdmit}, kind) {
		r, err := d.resolve(ctx, ref, f.as)
		if err != nil {
			return err
		}
		who, err := r.person(ctx)
		if err != nil {
			return err
		}
		action.Account, action.Intent.Person, action.Summary = r.backend.Account().ID, who, timeline.CleanLine(ref)
		return d.act(ctx, f.send, []outbox.Action{action})
	}
	post, err := d.find(ctx, ref, f.as)
	if err != nil {
		return err
	}
	action.Account, action.Intent.On, action.Summary = post.account.ID, post.subject(), post.summary()
	action.URL = post.post.URL
	return d.act(ctx, f.send, []outbox.Action{action})
}

// followTag follows a tag with all accounts that can, or with one.
func (d *desk) followTag(ctx context.Context, ref string, f reactFlags) error {
	name, err := timeline.ParseFeedName(ref)
	if err != nil {
		return err
	}
	intent := timeline.Intent{Kind: timeline.DoFollowTag, Undo: f.undo, Tag: name.Argument()}
	return d.withAll(ctx, f, intent, "follow a tag", timeline.CleanLine("#"+intent.Tag))
}

// withAll does the same with all accounts that can, or with one; what says it for when
// none can.
func (d *desk) withAll(ctx context.Context, f reactFlags, intent timeline.Intent, what string, summary timeline.Safe) error {
	var actions []outbox.Action
	var why []string
	for _, t := range d.box.Targets(ctx) {
		can := unable(t, intent).Message
		if f.as != "" && d.nameOf(t.Account) != f.as {
			continue
		}
		if f.as == "" && can != "" {
			why = append(why, can)
			continue
		}
		actions = append(actions, outbox.Action{Account: t.Account.ID, Intent: intent, Summary: summary})
	}
	switch {
	case len(actions) == 0 && f.as != "":
		return timeline.Errorf(timeline.CodeUsage, "there is no account %q", f.as)
	case len(actions) == 0:
		return refusef("no account can %s: %s", what, strings.Join(slices.Compact(why), "; "))
	}
	return d.act(ctx, f.send, actions)
}

// act journals actions, unless an account cannot do what is asked of it, and sends
// them.
func (d *desk) act(ctx context.Context, s sendFlags, actions []outbox.Action) error {
	var ids []timeline.AccountID
	for _, a := range actions {
		if !slices.Contains(ids, a.Account) {
			ids = append(ids, a.Account)
		}
	}
	code := timeline.Code("")
	for _, t := range d.box.Targets(ctx, ids...) {
		f := unable(t, actions[0].Intent) // all of them do the same
		if f.Message == "" {
			continue
		}
		f.Account, f.Network = d.nameOf(t.Account), t.Account.Network
		d.report(f)
		if code == "" || code == timeline.CodeAuth {
			code = f.Code
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case code == timeline.CodeAuth:
		return silent(exitSignIn)
	case code != "":
		return silent(exitRefused)
	}
	op, err := d.box.Act(ctx, outbox.Added{Key: s.key}, actions...)
	if err != nil {
		return err
	}
	return d.send(ctx, s, op)
}

// unable says why an account cannot do what is asked of it; its Message is empty
// when it can.
func unable(t outbox.Target, i timeline.Intent) failure {
	switch {
	case t.Err != nil:
		return failure{Code: t.Err.Code, Message: t.Err.Error()}
	case !t.Limits.ReadOnly.Empty():
		return failure{Code: timeline.CodeRefused, Message: t.Limits.ReadOnly.Line().String()}
	case i.Lasts > 0 && !t.Limits.MuteEnds:
		return failure{Code: timeline.CodeUnsupported, Message: "there a mute lasts until it is undone; --here keeps one that ends by itself"}
	}
	return failure{Code: timeline.CodeRefused, Message: t.Rules.Takes(i.Kind, i.Undo).Line().String()}
}
