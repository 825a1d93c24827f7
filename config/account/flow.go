package account

import "context"

// Flow is one sign-in under way: a conversation that an adapter leads and that a
// command or a screen only draws.
//
//	step, err := flow.Next(ctx, Answer{})          // the first question
//	step, err = flow.Next(ctx, Answer{Text: …})    // … until a Finished
//	err = flow.Close()
//
// It belongs to one goroutine at a time; only the Await of a Visit may run beside it.
type Flow interface {
	// Next takes the answer to the last step, none at first, and returns the next one.
	// When it fails with a step, that one may be answered again; without one the
	// sign-in is over. The error is one line for the person.
	Next(ctx context.Context, a Answer) (Step, error)
	// Close ends what the flow holds open. A sign-in that was given up leaves nothing
	// behind: what a server has granted so far is given back, as far as it answers.
	Close() error
}

// Preset holds answers that are known beforehand, by the names of their steps, as a
// command's flags give them. A flow does not ask for what is preset; it fails without
// a step where a preset answer does not serve. Secrets are never preset.
type Preset map[string]string

// Browser is a preset answer that every flow knows. NoBrowser says that the person's
// browser cannot come back to this machine, as over ssh: then a page is chosen that
// shows something to copy, where the network has one.
const (
	Browser   = "browser"
	NoBrowser = "no"
)

// Step is what a flow wants next: a Question, Choice, Visit, Notice or Finished.
// Texts are one line unless said otherwise, and safe to show.
type Step interface{ step() }

// Question asks for one line.
type Question struct {
	Name    string // what the answer is called, as a flag: "server", "app-password"
	Title   string // "Your server"
	Help    string // how to find the answer; may have several lines
	Default string // taken for an empty answer
	Secret  bool   // not shown while it is typed; the answer is Answer.Secret
}

// Choice asks for one of some ways; the answer is the Value of an Option.
type Choice struct {
	Name, Title, Help string
	Options           []Option // the first is what most people want
}

// Option is one way of a Choice.
type Option struct{ Value, Title, Help string }

// Visit sends the person to a page, in a browser or in another program. It is
// answered with what Await returns, or with what the page showed them, whichever
// comes first.
type Visit struct {
	Name, Title, Help string
	URL               string
	// QR asks for the address to be shown as a QR code too: another device takes it.
	QR bool
	// Ask is what to ask for where the page may show something to copy, or the address
	// at which it ended; "": nothing. Answer.Text and Answer.Secret both hold it.
	Ask string
	// Await blocks until the person is back, or ctx ends; nil where nothing tells. Its
	// error is one line for the person and ends the sign-in.
	Await func(ctx context.Context) (Answer, error)
}

// Notice tells the person something that they must have seen; any answer goes on.
type Notice struct {
	Name, Title, Help string
	// Keep is a secret to write down. It is shown now and never again.
	Keep Secret
}

// Finished ends a sign-in that worked. ID and Name of the record are left to whoever
// keeps it.
type Finished struct {
	Record      Record
	Credentials Credentials
	// Unlocked is the key of a Locked account, for Opened: for this process its
	// passphrase has been given.
	Unlocked Secret
}

func (Question) step() {}
func (Choice) step()   {}
func (Visit) step()    {}
func (Notice) step()   {}
func (Finished) step() {}

// Answer is what the person said to a step.
type Answer struct {
	Text   string
	Secret Secret
}
