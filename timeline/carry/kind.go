package carry

import (
	"path/filepath"
	"strings"

	"skein/timeline"
)

// Kind is what a file holds: one of the lists of an account by its name, or what
// skein itself keeps.
type Kind string

// The kinds.
const (
	Posts     = Kind(timeline.ListPosts)
	Follows   = Kind(timeline.ListFollows)
	Mutes     = Kind(timeline.ListMutes)
	Blocks    = Kind(timeline.ListBlocks)
	Bookmarks = Kind(timeline.ListBookmarks)
	Likes     = Kind(timeline.ListLikes)
	People    = Kind("people") // the address book
	Cache     = Kind("cache")  // posts that were read
)

// Kinds lists all of them, in the order in which they are shown.
func Kinds() []Kind {
	return []Kind{Cache, Posts, Follows, Mutes, Blocks, Bookmarks, Likes, People}
}

// List is the list of an account that a kind is; ok is false for what is none.
func (k Kind) List() (l timeline.List, ok bool) {
	return timeline.List(k), k != People && k != Cache
}

// OfPeople tells of the lists whose entries are people.
func (k Kind) OfPeople() bool { return k == Follows || k == Mutes || k == Blocks }

// Tabular tells whether there is a CSV form for a kind.
func (k Kind) Tabular() bool { return k.OfPeople() || k == Bookmarks }

// Form is how a file is written.
type Form string

// The forms.
const (
	NDJSON Form = "ndjson" // one JSON object a line, as `skein help json` describes them
	CSV    Form = "csv"
)

// FileName is the usual name for a kind in a form: Mastodon's own for CSV.
func FileName(k Kind, f Form) string {
	if f == NDJSON {
		return string(k) + ".ndjson"
	}
	name := map[Kind]string{Follows: "following_accounts", Mutes: "muted_accounts", Blocks: "blocked_accounts"}[k]
	if name == "" {
		name = string(k)
	}
	return name + ".csv"
}

// hint is the kind that a file's name speaks of; "" where it speaks of none, or of
// something that is no kind.
func hint(name string) Kind {
	name = strings.ToLower(filepath.Base(name))
	if strings.Contains(name, "domain") { // blocked_domains.csv: servers are no people
		return ""
	}
	for _, h := range []struct {
		part string
		kind Kind
	}{{"follow", Follows}, {"mute", Mutes}, {"block", Blocks}, {"bookmark", Bookmarks}, {"people", People}, {"cache", Cache}} {
		if strings.Contains(name, h.part) {
			return h.kind
		}
	}
	return ""
}
