package column

import (
	"time"

	"skein/timeline"
)

// Reading is how far the reading of a pane's content has come: what was kept may be
// shown first, and the network's own answer comes later or fails. It is for one
// goroutine; the zero value awaits nothing.
type Reading struct {
	loading  bool
	err      error
	answered bool      // what is shown is the network's answer
	recalled time.Time // else: when what is shown was read; zero where nothing was kept
	kept     time.Time // what the answer says of that itself
}

// Loading tells whether the network's answer is awaited.
func (r *Reading) Loading() bool { return r.loading }

// Reload says that the network has been asked, for the first time or again.
func (r *Reading) Reload() { r.loading, r.err = true, nil }

// Heard takes note of an answer, early for what was kept, and tells whether what it
// brought is of use: what was kept is not, once the network has answered.
func (r *Reading) Heard(early bool, err error) bool {
	if early {
		return !r.answered && err == nil
	}
	r.loading, r.err = false, err
	return true
}

// Show says that what an answer brought is shown from now on; kept is when it was
// read where the network was not asked, else zero.
func (r *Reading) Show(early bool, kept time.Time) {
	if early {
		r.recalled = kept
		return
	}
	r.answered, r.recalled, r.kept = true, time.Time{}, kept
}

// StatusOf is one line on what is awaited or went wrong with what, such as "thread";
// "" when all is there.
func (r *Reading) StatusOf(what string) string {
	switch {
	case r.Failed() != nil:
		return "the " + what + " could not be read: " + r.Failed().Message.Line().String()
	case r.loading:
		return "reading the " + what
	}
	return ""
}

// Failed is why nothing is shown of what was asked for; nil where that is not so.
func (r *Reading) Failed() *timeline.Error {
	if r.err == nil || r.stale() {
		return nil
	}
	return timeline.AsError(r.err)
}

// Kept tells that what is shown was kept: when it was read, and what the reader can do
// about it, where that is more than to wait for the server. The time is zero where
// what is shown is as the server has it.
func (r *Reading) Kept() (read time.Time, why timeline.Safe) {
	if r.stale() {
		if e := timeline.AsError(r.err); e.Code == timeline.CodeAuth {
			why = e.Message
		}
		return r.recalled, why
	}
	return r.kept, why
}

// stale tells whether what was kept is shown because the network has not answered.
func (r *Reading) stale() bool {
	return r.err != nil && !r.recalled.IsZero() && timeline.AsError(r.err).Unanswered()
}
