package timeline

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// MuteKind is what a Mute hides.
type MuteKind string

// The kinds of mute. They are part of the JSON output and never change.
const (
	MutePerson  MuteKind = "person"
	MuteWord    MuteKind = "word" // or a phrase, or a tag
	MuteNetwork MuteKind = "network"
)

// Mute hides posts on this machine, of every network at once. No network is told of
// it: what a network keeps itself is an Intent, DoMute.
type Mute struct {
	ID   int64 // the MuteBook's; 0 before it is kept
	Kind MuteKind
	// Name is that of a person of the address book: Handles are then all that they have
	// there now.
	Name    string
	Handles []Handle  // who a person is; one, unless Name is set
	Word    string    // on one line; with '#' before it only the tag is meant
	Network Network   // all of it
	Created time.Time // when it was made
	Until   time.Time // when it ends; zero: not by itself
}

// MaxMuteWord is the most bytes of a muted word or phrase.
const MaxMuteWord = 200

// MuteReader reads the person's mutes. It is safe for concurrent use.
type MuteReader interface {
	// Muted returns every mute, the oldest first, and a version that another one takes
	// the place of whenever any of them may have changed, whoever has changed it. Where
	// known is that version there is no list. Mutes that have ended may be among them.
	// No version is 0.
	Muted(ctx context.Context, known int64) (list []Mute, version int64, err error)
}

// MuteBook keeps the person's mutes. All methods are safe for concurrent use, by
// several processes too.
type MuteBook interface {
	MuteReader
	// Mute keeps a mute that Check accepts, and returns it as it is kept. Of what is
	// muted already it changes Until. It fails with CodeNotFound where nobody of the
	// address book has the Name.
	Mute(ctx context.Context, m Mute) (Mute, error)
	// Unmute forgets one; CodeNotFound where there is none.
	Unmute(ctx context.Context, id int64) error
}

// Check returns an error, with CodeUsage, for a mute that is none: it names nothing,
// or ends before it begins.
func (m Mute) Check() error {
	switch {
	case m.Kind == MutePerson && (m.Name != "" || len(m.Handles) == 1):
	case m.Kind == MuteNetwork && m.Network != "":
	case m.Kind == MuteWord:
		if err := checkWord(m.Word); err != nil {
			return err
		}
	default:
		return Errorf(CodeUsage, "a mute names a person, a word or a network")
	}
	if !m.Until.IsZero() && !m.Until.After(m.Created) {
		return Errorf(CodeUsage, "a mute until %s is over before it begins", m.Until.Format(time.RFC3339))
	}
	return nil
}

func checkWord(word string) error {
	switch {
	case len(word) > MaxMuteWord:
		return Errorf(CodeUsage, "a word of %d bytes is too long to be muted: %d at most", len(word), MaxMuteWord)
	case CleanLine(word).s != word || MuteWordKey(word) == "":
		return Errorf(CodeUsage, "%q is no word that could be muted", word)
	}
	return nil
}

// MuteWordKey is what muted words are compared by: without case, accents and spaces
// around them. It is empty for what is no word.
func MuteWordKey(word string) string {
	tag := strings.HasPrefix(word, "#")
	key := strings.TrimSpace(string(fold(nil, strings.TrimPrefix(word, "#"))))
	if tag && key != "" {
		return "#" + key
	}
	return key
}

// Ended tells whether the mute is over.
func (m Mute) Ended(now time.Time) bool { return !m.Until.IsZero() && !m.Until.After(now) }

// Same tells whether both mute the same, until whenever.
func (m Mute) Same(o Mute) bool {
	switch {
	case m.Kind != o.Kind || m.Name != o.Name || m.Network != o.Network || MuteWordKey(m.Word) != MuteWordKey(o.Word):
		return false
	case m.Kind != MutePerson || m.Name != "":
		return true
	case len(m.Handles) != 1 || len(o.Handles) != 1:
		return false
	}
	a, b := m.Handles[0], o.Handles[0]
	if a.ID != "" && b.ID != "" {
		return a.Network == b.Network && a.ID == b.ID
	}
	return a.Network == b.Network && bareHandle(a.Handle) == bareHandle(b.Handle)
}

// HandleOf is a person's handle as a Handle holds it, in one word: that of somebody
// whose server names them in more is their id.
func HandleOf(a Author) string {
	handle := CleanLine(a.Handle.s).s
	if handle == "" || strings.Contains(handle, " ") {
		return cmp.Or(a.ID, strings.ReplaceAll(handle, " ", "_"))
	}
	return handle
}

// What names what is muted, in a few words.
func (m Mute) What() Safe {
	switch {
	case m.Kind == MuteWord && strings.HasPrefix(m.Word, "#"):
		return CleanLine(m.Word)
	case m.Kind == MuteWord:
		return CleanLine(`"` + m.Word + `"`)
	case m.Kind == MuteNetwork:
		return CleanLine(string(m.Network))
	case m.Name != "":
		return CleanLine(m.Name)
	case len(m.Handles) > 0:
		return CleanLine(m.Handles[0].Handle)
	}
	return Literal("nobody")
}

// Ends says when the mute does, as the clock at now's place shows it: "until 15:04",
// "until 3 Dec", "until 3 Dec 2027"; "" where it does not end by itself.
func (m Mute) Ends(now time.Time) string {
	if m.Until.IsZero() {
		return ""
	}
	until := m.Until.In(now.Location())
	switch {
	case until.Year() != now.Year():
		return "until " + until.Format("2 Jan 2006")
	case until.YearDay() != now.YearDay():
		return "until " + until.Format("2 Jan")
	}
	return "until " + until.Format("15:04")
}
