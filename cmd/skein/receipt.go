package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"skein/outbox"
	"skein/timeline"
)

// receiptJSON is how one target of an operation stands.
type receiptJSON struct {
	Type      string                 `json:"type"` // "receipt"
	Operation string                 `json:"operation"`
	Account   string                 `json:"account"`
	Network   timeline.Network       `json:"network"`
	Kind      timeline.Kind          `json:"kind"`
	Undo      bool                   `json:"undo,omitempty"`
	State     timeline.DeliveryState `json:"state"`
	ID        string                 `json:"id"`             // of the post, of a thread's first, or of the post acted upon
	URL       timeline.Safe          `json:"url"`            // likewise
	IDs       []string               `json:"ids,omitempty"`  // of the posts of a thread
	URLs      []timeline.Safe        `json:"urls,omitempty"` // likewise
	Error     *problemJSON           `json:"error,omitempty"`
	Servers   []timeline.Answer      `json:"servers,omitempty"`
	Note      timeline.Safe          `json:"note,omitzero"`
	Summary   timeline.Safe          `json:"summary"`
	Tries     int                    `json:"tries"`
	Due       *stamp                 `json:"due,omitempty"` // when it goes on by itself
	CreatedAt stamp                  `json:"created_at"`
	UpdatedAt stamp                  `json:"updated_at"`
}

// problemJSON is why a target has not got it.
type problemJSON struct {
	Code    timeline.Code `json:"code"`
	Message timeline.Safe `json:"message"`
}

// receipt is a target's deliveries: one, or those of a thread that is sent post by
// post.
type receipt struct {
	account timeline.Account
	parts   []timeline.Delivery // in their order
}

// receipts puts the deliveries of each target together, in the order in which they
// come.
func receipts(deliveries []timeline.Delivery) []receipt {
	type target struct {
		operation string
		account   timeline.AccountID
		id        int64 // tells apart what is no thread
	}
	var all []receipt
	index := map[target]int{}
	for _, d := range deliveries {
		key := target{operation: d.Operation, account: d.Account.ID}
		if d.Of <= 1 {
			key.id = d.ID
		}
		i, ok := index[key]
		if !ok {
			i = len(all)
			index[key] = i
			all = append(all, receipt{account: d.Account})
		}
		all[i].parts = append(all[i].parts, d)
	}
	for _, r := range all {
		slices.SortFunc(r.parts, func(a, b timeline.Delivery) int { return a.Part - b.Part })
	}
	return all
}

// decisive is the delivery that says how the target stands: the first of a thread
// that is not sent, else the last.
func (r receipt) decisive() timeline.Delivery {
	for _, d := range r.parts {
		if d.State != timeline.Sent {
			return d
		}
	}
	return r.parts[len(r.parts)-1]
}

// posts are what the target has got so far.
func (r receipt) posts() []timeline.Copy {
	var posts []timeline.Copy
	for _, d := range r.parts {
		posts = append(posts, d.Receipt.Posts...)
	}
	return posts
}

func (d *desk) receiptJSON(r receipt) receiptJSON {
	at := r.decisive()
	j := receiptJSON{
		Type: "receipt", Operation: at.Operation, Account: d.nameOf(r.account), Network: r.account.Network,
		Kind: at.Kind, Undo: at.Undo, State: at.State, Servers: at.Receipt.Answers, Note: at.Receipt.Note,
		Summary: r.parts[0].Summary.Line(), Tries: at.Tries, Due: stampOf(at.Due), CreatedAt: stamp(at.Created), UpdatedAt: stamp(at.Updated),
	}
	j.ID = at.On.Local
	posts := r.posts()
	if len(posts) > 0 {
		j.ID, j.URL = posts[0].ID.Local, posts[0].URL
	}
	if len(posts) > 1 {
		for _, p := range posts {
			j.IDs, j.URLs = append(j.IDs, p.ID.Local), append(j.URLs, p.URL)
		}
	}
	if at.Code != "" && at.State != timeline.Sent {
		j.Error = &problemJSON{at.Code, at.Message}
	}
	return j
}

// printReceipts prints a line or an object a target.
func (d *desk) printReceipts(all []receipt) error {
	e := json.NewEncoder(d.out)
	width := 0
	for _, r := range all {
		width = max(width, len(d.nameOf(r.account)))
	}
	for _, r := range all {
		var err error
		if d.flags.json {
			err = e.Encode(d.receiptJSON(r))
		} else {
			_, err = fmt.Fprintf(d.out, "%s %-*s  %s\n", d.sign(r.decisive().State), width, d.nameOf(r.account), d.standing(r))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sign is a state as one character.
func (a *app) sign(s timeline.DeliveryState) string {
	signs := []string{"✓", "✗", "?", "…"}
	if a.config.ASCII {
		signs = []string{"+", "x", "?", "."}
	}
	switch s {
	case timeline.Sent:
		return signs[0]
	case timeline.Refused, timeline.Cancelled:
		return signs[1]
	case timeline.Unconfirmed, timeline.Unknown:
		return signs[2]
	}
	return signs[3]
}

// standing says in a few words where a target stands, and what to do about it.
func (d *desk) standing(r receipt) string {
	at := r.decisive()
	why := at.Message.Line().String()
	switch at.State {
	case timeline.Sent:
		return sentLine(r, at)
	case timeline.Refused:
		return phrase("refused", why)
	case timeline.Cancelled:
		return "cancelled"
	case timeline.Unconfirmed:
		return phrase("nothing tells whether it was sent", why) + "; look there, then `skein outbox retry " + at.Operation + "` sends it again"
	case timeline.Unknown, timeline.Sending:
		return phrase("the answer is awaited", why)
	case timeline.Scheduled:
		return "at " + at.Due.Local().Format("2006-01-02 15:04")
	case timeline.Waiting:
		if at.Code == timeline.CodeAuth {
			line := phrase("waits for a sign-in", why)
			if !strings.Contains(why, "`skein ") { // the network has not said it itself
				line += "; `skein account add " + string(r.account.Network) + "` signs in again"
			}
			return line
		}
		return phrase("waits", why)
	}
	line := phrase("not sent yet", why)
	if wait := at.Due.Sub(d.now()); at.Code != "" && wait > time.Second {
		line += ", tried again in " + wait.Round(time.Second).String()
	}
	return line
}

func phrase(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}

// sentLine says what was done, where it is to be seen, and which of several servers
// do not have it.
func sentLine(r receipt, at timeline.Delivery) string {
	var parts []string
	if done := doneWord(at.Kind, at.Undo); done != "" {
		parts = append(parts, done)
	}
	if posts := r.posts(); len(posts) > 0 {
		where := posts[0].URL.String()
		if where == "" {
			where = posts[0].ID.Local
		}
		parts = append(parts, where)
		if len(posts) > 1 {
			parts = append(parts, fmt.Sprintf("(%d posts)", len(posts)))
		}
	}
	taken := 0
	for _, a := range at.Receipt.Answers {
		if a.Taken {
			taken++
		}
	}
	if n := len(at.Receipt.Answers); taken < n {
		parts = append(parts, fmt.Sprintf("(%d of %d servers)", taken, n))
	}
	if note := at.Receipt.Note.Line(); !note.Empty() {
		parts = append(parts, "– "+note.String())
	}
	return strings.Join(parts, " ")
}

// doneWord is what was done to a post; a new one speaks for itself.
func doneWord(k timeline.Kind, undo bool) string {
	done := map[timeline.Kind][2]string{
		timeline.DoEdit:     {"edited", "edited"},
		timeline.DoDelete:   {"deleted", "deleted"},
		timeline.DoBoost:    {"boosted", "no longer boosted"},
		timeline.DoLike:     {"liked", "no longer liked"},
		timeline.DoBookmark: {"bookmarked", "no longer bookmarked"},
		timeline.DoVote:     {"voted", "voted"},
		timeline.DoFollow:   {"followed", "no longer followed"},
		timeline.DoMute:     {"muted", "no longer muted"},
		timeline.DoBlock:    {"blocked", "no longer blocked"},
		timeline.DoReceive:  {"can be written to", "can be written to"},

		timeline.DoFollowTag: {"followed", "no longer followed"},
		timeline.DoReport:    {"reported", "reported"},
		timeline.DoList:      {"made", "deleted"},
		timeline.DoEnlist:    {"put in the list", "taken out of the list"},
		timeline.DoAdmit:     {"let follow you", "turned down"},
	}[k]
	if undo {
		return done[1]
	}
	return done[0]
}

// verdictOf turns receipts into an exit code. What is planned for later is as the
// person wanted it.
func verdictOf(all []receipt) error {
	sent, failed, signIn := 0, 0, 0
	for _, r := range all {
		switch at := r.decisive(); {
		case at.State == timeline.Sent, at.State == timeline.Scheduled:
			sent++
		case at.State.Settled():
			failed++
		case at.Code == timeline.CodeAuth:
			signIn++
		}
	}
	switch {
	case failed > 0:
		return silent(exitFailed)
	case sent == len(all):
		return nil
	case sent > 0:
		return silent(exitSome)
	case signIn == len(all):
		return silent(exitSignIn)
	}
	return silent(exitNone)
}

// keptLine says what becomes of that part of an operation which is not over.
func keptLine(operation string, deliveries []timeline.Delivery) string {
	open, later := 0, 0
	for _, d := range deliveries {
		switch {
		case d.State == timeline.Scheduled:
			later++
		case !d.State.Settled():
			open++
		}
	}
	switch {
	case open > 0:
		return "kept: " + operation + "; `skein outbox drain` sends it\n"
	case later > 0:
		return "kept: " + operation + "; an open skein or `skein outbox drain --daemon` sends it then\n"
	}
	return ""
}

// send waits for what an operation becomes and prints how each target stands.
func (d *desk) send(ctx context.Context, s sendFlags, op outbox.Operation) error {
	wait := !s.noWait && s.wait > 0
	var failed error
	if wait {
		_, failed = d.wait(ctx, s.wait, op.ID)
	}
	// Whatever has ended the wait, the person learns what became of it: it is kept.
	now, err := d.box.Operation(context.WithoutCancel(ctx), op.ID)
	if err = errors.Join(failed, err); err != nil && len(now.Deliveries) == 0 {
		return timeline.Errorf(timeline.CodeOf(err), "operation %s is safe in the outbox, but how it stands cannot be told: %w", op.ID, err)
	}
	all := receipts(now.Deliveries)
	if err := d.printReceipts(all); err != nil {
		return err
	}
	if !d.flags.json {
		d.say(keptLine(op.ID, now.Deliveries))
	}
	switch {
	case failed != nil:
		return failed
	case ctx.Err() != nil:
		return ctx.Err()
	case !wait:
		return nil
	}
	return verdictOf(all)
}
