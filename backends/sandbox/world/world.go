// Package world is the sandbox's population: who lives on its three networks and
// what they have written, in a form that belongs to no network. The servers
// beside it turn it into statuses, records and events.
//
// It is made from constants and a seed, so that two runs show the same posts: New
// tells it, Draw paints its pictures, Validate holds it to what the networks take.
// It knows no protocol, no clock and nothing else of skein.
package world

import "time"

// The networks, spelt as everywhere.
const (
	Mastodon = "mastodon"
	Bluesky  = "bluesky"
	Nostr    = "nostr"
)

// Viewer is the Key of the person who looks, on every network.
const Viewer = "you"

// World is everything at the moment the sandbox starts.
type World struct {
	People []Person
	Posts  []Post // oldest first; a post stands after what it replies to, quotes or boosts
	Later  []Post // the trickle: published one by one while the sandbox runs; Age is unused
	Deeds  []Deed // what others did to you and your posts by then
	// LaterDeeds go with the trickle; Age is unused.
	LaterDeeds []Deed
	Lists      []List
	Feeds      []Feed
	Tags       []string // that the viewer follows, where the network has that

	Messages []Message // direct messages, oldest first
}

// Person lives on one network. The same human on two networks is two Persons
// with the same Human.
type Person struct {
	Key     string // unique within the network, lower case: "ana"
	Network string
	Human   string
	Name    string // display name, may be hostile
	Handle  string // the local part: "ana"; servers add their host
	Bio     string
	Fields  [][2]string
	Bot     bool
	Locked  bool
	AsksYou bool // to be let follow you

	MutedWords []string // in whatever way their network has that

	Follows []string // Keys on the same network
}

// Post is what a Person wrote, or a boost when BoostOf is set.
type Post struct {
	Key        string // unique within the network
	Network    string
	By         string // Person.Key
	Age        time.Duration
	Text       []Part
	Warning    string
	Sensitive  bool // media only, when Warning is empty
	Lang       string
	Visibility string // "" is public; "unlisted", "followers", "direct" (Mastodon alone)
	Pictures   []Picture
	Poll       *Poll
	Card       *Card
	ReplyTo    string // Post.Key on the same network
	QuoteOf    string
	BoostOf    string
	CopyOf     string // "network/key" of the same post elsewhere
	Likes      int
	Boosts     int
	Edited     bool
	LikedByYou bool
	LikedBy    []string // Keys of others here who are among Likes
	Pinned     bool     // its author keeps it on top of their profile
}

// PartKind tells what a Part is.
type PartKind int

// The kinds of part.
const (
	Plain   PartKind = iota
	Link             // Target is the address, Text the label (may be shortened)
	Mention          // Target is a Person.Key on the same network
	Tag              // Text is the tag without '#'
	Emoji            // Text is the shortcode without colons (custom emoji, Mastodon alone)
)

// Part is a run of text.
type Part struct {
	Kind   PartKind
	Text   string
	Target string
}

// Picture is an image made by code from its seed (see Draw).
type Picture struct {
	Seed          int
	Scene         Scene // what it shows; "" lets the seed choose a landscape
	Width, Height int
	Alt           string // "" when the author forgot it
}

// Poll is a question; Votes[i] belongs to Options[i].
type Poll struct {
	Options  []string
	Votes    []int
	Multiple bool
	Open     time.Duration // from the post on
}

// Card is a link's preview.
type Card struct{ URL, Title, Description string }
