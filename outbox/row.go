package outbox

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"skein/timeline"
)

// row is a delivery with all that is needed to carry it on.
type row struct {
	timeline.Delivery
	intent      timeline.Intent
	fingerprint string
	lane        string
	until       time.Time
	failed      int
	first, last time.Time // Sends; first is zero while each was surely in vain
	published   bool
	request     []byte
	digest      string
	owner       string
	needs       map[string]*row // of a new one: what it waits for
	url         string          // of a new one: where the post acted upon is to be seen
}

// The ways in which a delivery needs another one.
const (
	needParent = "parent" // it answers that post
	needLink   = "link"   // its first post ends with the address of that one
)

// shown are the columns that scanShown reads.
const shown = `d.id, d.operation, d.account, d.network, d.name, d.handle, d.server, d.kind, d.undo, d.part, d.parts,
	d.state, d.due, d.tries, d.receipt, d.code, d.message, d.summary, d.on_network, d.on_local, d.created, d.updated`

// hidden are the further columns of a row.
const hidden = `d.intent, d.fingerprint, d.lane, d.until, d.failed, d.first_sent, d.last_sent, d.published, d.request, d.digest, d.owner`

type scanner interface{ Scan(dest ...any) error }

// scanShown reads shown into d, and further columns into more.
func scanShown(s scanner, d *timeline.Delivery, more ...any) error {
	var handle, server, receipt, message, summary string
	var created, updated int64
	var due sql.NullInt64
	dest := []any{
		&d.ID, &d.Operation, &d.Account.ID, &d.Account.Network, &d.Account.Name, &handle, &server, &d.Kind, &d.Undo, &d.Part, &d.Of,
		&d.State, &due, &d.Tries, &receipt, &d.Code, &message, &summary, &d.On.Network, &d.On.Local, &created, &updated,
	}
	if err := s.Scan(append(dest, more...)...); err != nil {
		return fmt.Errorf("reading a delivery: %w", err)
	}
	if err := json.Unmarshal([]byte(receipt), &d.Receipt); err != nil {
		return fmt.Errorf("reading the receipt of delivery %d: %w", d.ID, err)
	}
	d.Account.Handle, d.Account.Server = timeline.CleanLine(handle), timeline.CleanLine(server)
	d.Message, d.Summary = timeline.CleanLine(message), timeline.CleanLine(summary)
	d.Created, d.Updated, d.Due = fromMillis(created), fromMillis(updated), fromMillis(due.Int64)
	return nil
}

// load reads one row for a change in the same transaction.
func load(ctx context.Context, tx *sql.Tx, id int64) (*row, error) {
	var r row
	var intent string
	var until, first, last int64
	s := tx.QueryRowContext(ctx, "SELECT "+shown+", "+hidden+" FROM delivery d WHERE d.id = ?", id)
	err := scanShown(s, &r.Delivery, &intent, &r.fingerprint, &r.lane, &until, &r.failed, &first, &last, &r.published, &r.request, &r.digest, &r.owner)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(intent), &r.intent); err != nil {
		return nil, fmt.Errorf("reading the intent of delivery %d: %w", id, err)
	}
	r.until, r.first, r.last = fromMillis(until), fromMillis(first), fromMillis(last)
	return &r, nil
}

// insert writes a new row and gives it its ID.
func (e *entry) insert(r *row) error {
	intent, receipt, err := r.encode()
	if err != nil {
		return err
	}
	res, err := e.tx.ExecContext(e.ctx, `INSERT INTO delivery(
		operation, account, network, name, handle, server, kind, undo, part, parts, summary, on_network, on_local, created, lane,
		intent, fingerprint, state, settled, due, until, tries, failed, first_sent, last_sent, published, request, digest, receipt, code, message,
		owner, updated, change, by)
		VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?, ?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?, ?,?,?,?)`,
		r.Operation, r.Account.ID, r.Account.Network, r.Account.Name, r.Account.Handle.String(), r.Account.Server.String(), r.Kind, r.Undo,
		r.Part, r.Of, r.Summary.String(), r.On.Network, r.On.Local, millis(r.Created), r.lane,
		intent, r.fingerprint, r.State, r.State.Settled(), due(r), millis(r.until), r.Tries, r.failed, millis(r.first), millis(r.last), r.published,
		r.request, r.digest, receipt, r.Code, r.Message.String(), r.owner, millis(e.now), e.change, e.o.owner.id)
	if err != nil {
		return fmt.Errorf("journaling a delivery: %w", err)
	}
	if r.ID, err = res.LastInsertId(); err != nil {
		return fmt.Errorf("journaling a delivery: %w", err)
	}
	r.Updated = fromMillis(millis(e.now))
	e.touched = append(e.touched, r.Delivery)
	return nil
}

// each loads rows one after the other and saves those that do has changed.
func (e *entry) each(ids []int64, do func(*row) (changed bool, err error)) error {
	for _, id := range ids {
		r, err := load(e.ctx, e.tx, id)
		if err != nil {
			return err
		}
		changed, err := do(r)
		if err == nil && changed {
			err = e.save(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// save writes what may change of a row.
func (e *entry) save(r *row) error {
	intent, receipt, err := r.encode()
	if err != nil {
		return err
	}
	_, err = e.tx.ExecContext(e.ctx, `UPDATE delivery SET
		intent = ?, fingerprint = ?, state = ?, settled = ?, due = ?, until = ?, tries = ?, failed = ?, first_sent = ?, last_sent = ?, published = ?,
		request = ?, digest = ?, receipt = ?, code = ?, message = ?, owner = ?, updated = ?, change = ?, by = ? WHERE id = ?`,
		intent, r.fingerprint, r.State, r.State.Settled(), due(r), millis(r.until), r.Tries, r.failed, millis(r.first), millis(r.last), r.published,
		r.request, r.digest, receipt, r.Code, r.Message.String(), r.owner, millis(e.now), e.change, e.o.owner.id, r.ID)
	if err != nil {
		return fmt.Errorf("journaling delivery %d: %w", r.ID, err)
	}
	r.Updated = fromMillis(millis(e.now))
	e.touched = append(e.touched, r.Delivery)
	return nil
}

func (r *row) encode() (intent, receipt string, err error) {
	i, err := json.Marshal(r.intent)
	if err != nil {
		return "", "", fmt.Errorf("journaling an intent: %w", err)
	}
	c, err := json.Marshal(r.Receipt)
	if err != nil {
		return "", "", fmt.Errorf("journaling a receipt: %w", err)
	}
	return string(i), string(c), nil
}

// due is the column: NULL keeps a row from being looked at.
func due(r *row) any {
	if r.Due.IsZero() {
		return nil
	}
	return millis(r.Due)
}

// seal freezes the bytes of a request.
func (r *row) seal(body []byte) { r.request, r.digest = body, hash(body) }

// drop forgets a request that was never sent or is surely not there, so that the
// next preparation begins under a new key.
func (r *row) drop() {
	r.request, r.digest, r.Receipt = nil, "", timeline.Receipt{}
	r.first, r.last = time.Time{}, time.Time{}
	r.intent.Key = newKey()
}

// print computes the fingerprint: coarse on purpose, for adapters compare texts
// after a server has rewritten them, and taking two for one only makes the later
// wait.
func (r *row) print() {
	var b strings.Builder
	kind, people := r.intent.Kind, r.intent.People
	if kind == timeline.DoMessage { // on some networks it is a post
		kind, people = timeline.DoPost, nil
	}
	fmt.Fprintf(&b, "%s %t %s %s %v\n", kind, r.intent.Undo, r.intent.On.ID, r.intent.Person, r.intent.Choices)
	if r.intent.Tag != "" {
		fmt.Fprintf(&b, "#%s\n", r.intent.Tag)
	}
	if r.intent.List+r.intent.Title != "" {
		fmt.Fprintf(&b, "list %s %s\n", r.intent.List, r.intent.Title)
	}
	for _, who := range people {
		fmt.Fprintf(&b, "%s\n", who)
	}
	for _, post := range r.intent.Posts {
		fmt.Fprintf(&b, "%s\n", post.ID)
	}
	for _, p := range r.intent.Parts {
		for _, s := range p.Text {
			word := s.Text.String()
			if s.Kind == timeline.SpanLink && !s.Target.Empty() {
				word = s.Target.String()
			}
			b.WriteString(word)
		}
		b.WriteByte('\n')
	}
	r.fingerprint = hash([]byte(strings.ToLower(strings.Join(strings.Fields(b.String()), " "))))
}

// course is the lane of an intent: what is done to one post, or one person, is
// done in the order in which it was asked for.
func course(i timeline.Intent) string {
	switch {
	case i.Kind == timeline.DoMessage: // they are read in the order in which they were written
		return string(i.Kind) + " " + i.Conversation + " " + strings.Join(slices.Sorted(slices.Values(i.People)), " ")
	case len(i.People) > 0 || len(i.Posts) > 0: // of one document one version after another
		return string(i.Kind) + " many"
	case i.Kind == timeline.DoEdit || i.Kind == timeline.DoDelete:
		return "change " + i.On.ID.String()
	case i.List+i.Title != "": // a list is made, filled and deleted in that order
		return "list " + i.List + i.Title
	case i.Person != "":
		return string(i.Kind) + " " + i.Person
	case i.Tag != "":
		return string(i.Kind) + " " + i.Tag
	case !i.On.ID.Zero():
		return string(i.Kind) + " " + i.On.ID.String()
	}
	return ""
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
