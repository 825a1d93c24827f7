package timeline

import "time"

// DeliveryState is where a delivery stands on its way.
type DeliveryState string

// The states of a delivery. They are part of the JSON output and never change.
//
//	scheduled ─┐
//	waiting ───┴► queued ► preparing ► ready ► sending ─► sent | refused
//	                                     ▲        └─► unknown ─► sent | unconfirmed
//	                                     └────────────────┘
const (
	Queued      DeliveryState = "queued"
	Preparing   DeliveryState = "preparing"
	Ready       DeliveryState = "ready"   // prepared, or surely not taken: waits for its (next) attempt
	Sending     DeliveryState = "sending" // the request may be on its way
	Sent        DeliveryState = "sent"
	Refused     DeliveryState = "refused"     // for good: the network's rules, or skein's own
	Unknown     DeliveryState = "unknown"     // the answer was lost; being found out
	Unconfirmed DeliveryState = "unconfirmed" // cannot be found out; never sent again unless a person says so
	Scheduled   DeliveryState = "scheduled"   // for later
	Waiting     DeliveryState = "waiting"     // for the post that it answers or links to, or for a sign-in
	Cancelled   DeliveryState = "cancelled"
)

// Settled tells whether the delivery is over, unless a person takes it up again.
func (s DeliveryState) Settled() bool {
	return s == Sent || s == Refused || s == Unconfirmed || s == Cancelled
}

// Delivery is the way of one intent to one account, as it is shown. The outbox
// holds the durable row.
type Delivery struct {
	ID        int64  // of the row; unique in one outbox
	Operation string // what the person did: the same for all its targets; short, for a command line
	Account   Account
	Kind      Kind
	Undo      bool
	Part, Of  int // which post of a thread; 1 of 1 for all else
	State     DeliveryState
	Due       time.Time // when it goes on; zero when nothing is planned
	Tries     int       // attempts to send
	Receipt   Receipt
	Code      Code // why it is not further, "" where nothing failed
	Message   Safe
	Summary   Safe // its text's beginning, or what it acts upon
	On        ID   // the post acted upon, for kinds other than post
	Created   time.Time
	Updated   time.Time
}

// Sink is told how deliveries go on, so that it can be shown. Calls never
// block and may come from several goroutines.
type Sink interface {
	// Delivered hands over deliveries that have changed.
	Delivered(d ...Delivery)
}

// Screen is a Sink that shows posts too: the hub. What was written is read back from
// its network for a Screen alone.
type Screen interface {
	Sink
	// Publish shows a post as it now is: one just written, or acted upon.
	Publish(p *Post)
	// Retract takes a deleted post away.
	Retract(id ID)
}
