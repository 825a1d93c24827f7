package main

import (
	"testing"
	"time"

	"skein/timeline"
)

// delivered makes a delivery of an operation for receipts.
func delivered(account timeline.AccountID, id int64, part, of int, s timeline.DeliveryState, c timeline.Code) timeline.Delivery {
	d := timeline.Delivery{ID: id, Operation: "op", Account: timeline.Account{ID: account}, Kind: timeline.DoPost, Part: part, Of: of, State: s, Code: c}
	if s == timeline.Sent {
		d.Receipt.Posts = []timeline.Copy{{ID: timeline.ID{Network: timeline.Nostr, Local: string(account) + string(rune('0'+part))}}}
	}
	return d
}

func TestReceiptsPutThreadsTogether(t *testing.T) {
	all := receipts([]timeline.Delivery{
		delivered("b", 5, 2, 3, timeline.Refused, timeline.CodeRefused),
		delivered("b", 6, 3, 3, timeline.Waiting, ""),
		delivered("a", 1, 1, 1, timeline.Sent, ""),
		delivered("b", 4, 1, 3, timeline.Sent, ""),
		delivered("a", 2, 1, 1, timeline.Sent, ""), // two deletes by one account are no thread
	})
	if len(all) != 3 {
		t.Fatalf("%d receipts", len(all))
	}
	d := desk{app: quietApp(time.Now)}
	j := d.receiptJSON(all[0])
	if j.State != timeline.Refused || j.ID != "b1" || j.Error == nil || j.Error.Code != timeline.CodeRefused || len(j.IDs) != 0 {
		t.Errorf("%+v", j)
	}
	if j := d.receiptJSON(all[1]); j.State != timeline.Sent || j.ID != "a1" || j.Error != nil {
		t.Errorf("%+v", j)
	}
}

func TestReceiptOfAnActSaysOnWhat(t *testing.T) {
	d := delivered("a", 1, 1, 1, timeline.Queued, timeline.CodeOffline)
	d.Kind, d.On = timeline.DoLike, timeline.ID{Network: timeline.Nostr, Local: "liked"}
	w := desk{app: quietApp(time.Now)}
	if j := w.receiptJSON(receipts([]timeline.Delivery{d})[0]); j.ID != "liked" {
		t.Errorf("the receipt of a like on its way names %q", j.ID)
	}
}

func TestReceiptsDecideTheExitCode(t *testing.T) {
	sent := delivered("a", 1, 1, 1, timeline.Sent, "")
	open := delivered("b", 2, 1, 1, timeline.Queued, timeline.CodeOffline)
	auth := delivered("b", 2, 1, 1, timeline.Waiting, timeline.CodeAuth)
	for _, c := range []struct {
		deliveries []timeline.Delivery
		want       int
	}{
		{[]timeline.Delivery{sent}, exitOK},
		{[]timeline.Delivery{sent, delivered("b", 2, 1, 1, timeline.Scheduled, "")}, exitOK},
		{[]timeline.Delivery{sent, open}, exitSome},
		{[]timeline.Delivery{sent, auth}, exitSome},
		{[]timeline.Delivery{open}, exitNone},
		{[]timeline.Delivery{auth}, exitSignIn},
		{[]timeline.Delivery{open, delivered("c", 3, 1, 1, timeline.Waiting, timeline.CodeAuth)}, exitNone},
		{[]timeline.Delivery{sent, delivered("b", 2, 1, 1, timeline.Refused, timeline.CodeRefused)}, exitFailed},
		{[]timeline.Delivery{sent, delivered("b", 2, 1, 1, timeline.Unconfirmed, timeline.CodeServer)}, exitFailed},
		{[]timeline.Delivery{open, delivered("c", 3, 1, 1, timeline.Cancelled, "")}, exitFailed},
		{[]timeline.Delivery{delivered("a", 1, 1, 2, timeline.Sent, ""), delivered("a", 2, 2, 2, timeline.Unknown, timeline.CodeOffline)}, exitNone},
		{nil, exitOK},
	} {
		if got := quietApp(time.Now).code(t.Context(), verdictOf(receipts(c.deliveries))); got != c.want {
			t.Errorf("%+v: exit %d, want %d", c.deliveries, got, c.want)
		}
	}
}
