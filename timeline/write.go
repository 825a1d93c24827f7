package timeline

import (
	"cmp"
	"time"
)

// Kind is what an Intent does.
type Kind string

// The kinds. They are part of the JSON output and never change.
const (
	DoPost     Kind = "post"
	DoEdit     Kind = "edit"
	DoDelete   Kind = "delete"
	DoBoost    Kind = "boost"
	DoLike     Kind = "like"
	DoBookmark Kind = "bookmark"
	DoVote     Kind = "vote"
	DoFollow   Kind = "follow"
	DoMute     Kind = "mute"
	DoBlock    Kind = "block"
	DoMessage  Kind = "message" // a direct message
	DoReceive  Kind = "receive" // tells others where the account takes messages
	// DoFollowTag follows Intent.Tag, where the server brings what has it into home.
	DoFollowTag Kind = "follow-tag"
	DoReport    Kind = "report" // see Complaint
	// DoList makes a list of people called Intent.Title; undone: deletes Intent.List.
	DoList   Kind = "list"
	DoEnlist Kind = "enlist" // puts Person in Intent.List
	DoAdmit  Kind = "admit"  // lets somebody follow who asked to; undone: turns them down
)

// Audience is who may reply to a post, or quote it.
type Audience string

// The audiences. The zero value leaves it to the account's own default.
const (
	Everybody   Audience = "everybody"
	MyFollowers Audience = "followers" // those who follow the author
	MyFollowing Audience = "following" // those whom the author follows
	Mentioned   Audience = "mentioned" // those mentioned in the post
	Nobody      Audience = "nobody"
)

// Intent is what one account is to do, settled down to the last letter: the
// planner has chosen the variant, put each mention in the network's own words,
// split what was too long and made the pictures ready. It is what the outbox
// journals and what a Publisher prepares, so it marshals to JSON and back.
type Intent struct {
	Kind Kind `json:"kind"`
	Undo bool `json:"undo,omitempty"` // takes back an earlier boost, like, bookmark, follow (of a tag, too), mute, block or enlist

	// Key is 32 random hex digits, one for each delivery, durable before anything is
	// sent: what idempotency is made of (Idempotency-Key, the clock id of a record key).
	Key string `json:"key"`
	// Created is when the post claims to have been written: when it was queued, or
	// the time it was planned for.
	Created time.Time `json:"created"`

	// Parts are the posts of a thread. An edit has one. A network that cannot write a
	// thread at once (see Limits.Atomic) is given one part at a time.
	Parts      []Part     `json:"parts,omitempty"`
	Warning    string     `json:"warning,omitempty"`
	Sensitive  bool       `json:"sensitive,omitempty"` // the media only; a Warning hides the text too
	Languages  []string   `json:"languages,omitempty"` // BCP 47, the most important first
	Visibility Visibility `json:"visibility,omitempty"`
	Replies    Audience   `json:"replies,omitempty"`
	Quotes     Audience   `json:"quotes,omitempty"`
	ReplyTo    Subject    `json:"reply_to,omitzero"`
	Quote      Subject    `json:"quote,omitzero"`
	// Publish asks the server itself to keep the post until then; zero: at once.
	Publish time.Time `json:"publish,omitzero"`

	On      Subject `json:"on,omitzero"`       // the post acted upon: boost, like, bookmark, vote, edit, delete
	Person  string  `json:"person,omitempty"`  // Author.ID; follow, mute, block, report, admit, enlist
	Choices []int   `json:"choices,omitempty"` // vote: indices of the options
	Tag     string  `json:"tag,omitempty"`     // follow-tag: as a FeedName has it, without '#'
	List    string  `json:"list,omitempty"`    // enlist, or list undone: PeopleList.ID
	Title   string  `json:"title,omitempty"`   // list: MaxListTitle characters at most
	// Lasts is after which time a mute ends by itself, where Limits.MuteEnds; 0 is never.
	Lasts     time.Duration `json:"lasts,omitempty"`
	Complaint *Complaint    `json:"complaint,omitempty"` // report: On may be zero, Person never is

	// Conversation is the one that a message belongs to, as its network names it; "" where
	// People alone say it. A message has one Part and is for People, MaxCorrespondents at
	// most, and for nobody else; the account alone where it writes to itself.
	Conversation string `json:"conversation,omitempty"`

	// People and Posts are further ones than Person and On, where Limits.Whole says that
	// the network writes many entries of a list at once; MaxEntries altogether. People are
	// also whom a message is for, by Author.ID.
	People []string  `json:"people,omitempty"`
	Posts  []Subject `json:"posts,omitempty"`
}

// MaxEntries is how many people or posts one Intent may name.
const MaxEntries = 500

// Subject is a post that an intent refers to. ServerID is the server's own name
// for it where that is known (View.ServerID), and saves a lookup.
type Subject struct {
	ID       ID     `json:"id,omitzero"`
	ServerID string `json:"server_id,omitempty"`
}

// Part is one post of an intent.
//
// The Target of a mention is the person's Author.ID where it is known, for the
// address book says so, and empty where the server or Prepare has to find it out.
// A link's Text may be shorter than its Target; a network without labelled links
// writes the Target.
type Part struct {
	Text  Text         `json:"text,omitempty"`
	Media []Attachment `json:"media,omitempty"`
	Poll  *Ballot      `json:"poll,omitempty"`
}

// Attachment is a file to be uploaded. Path is a copy that belongs to the outbox:
// without its location, upright, and within the network's limits. Name is what the
// person calls the file, for messages alone.
type Attachment struct {
	Path     string        `json:"path"`
	Name     string        `json:"name,omitempty"`
	Type     string        `json:"type"` // MIME, found by looking at the bytes
	Kind     MediaKind     `json:"kind"`
	Alt      string        `json:"alt,omitempty"`
	Width    int           `json:"width,omitempty"` // pixels; 0 when unknown
	Height   int           `json:"height,omitempty"`
	Size     int64         `json:"size"` // bytes
	Duration time.Duration `json:"duration,omitempty"`
	SHA256   string        `json:"sha256"` // hex, of the bytes at Path
}

// Ballot is a poll to be asked.
type Ballot struct {
	Options  []string      `json:"options"`
	Multiple bool          `json:"multiple,omitempty"`
	Lasts    time.Duration `json:"lasts"`
}

// Size is how long a text is in a network's own units.
type Size struct {
	Characters int `json:"characters"` // compare with Limits.Characters
	Bytes      int `json:"bytes"`      // compare with Limits.Bytes
}

// Fits tells whether s is within l; a limit of zero is none.
func (s Size) Fits(l Limits) bool {
	return (l.Characters == 0 || s.Characters <= l.Characters) && (l.Bytes == 0 || s.Bytes <= l.Bytes)
}

// Against returns the length and the limit that decide: those that s passes, else
// the ones in l's own unit, else the bytes. A limit of zero is none.
func (s Size) Against(l Limits) (n, limit int, unit string) {
	inUnit := l.Characters > 0 && (s.Characters > l.Characters || l.Bytes == 0 || s.Bytes <= l.Bytes)
	if inUnit {
		return s.Characters, l.Characters, cmp.Or(l.Unit, "characters")
	}
	return s.Bytes, l.Bytes, "bytes"
}

// Severity is how much a Remark matters.
type Severity string

// The severities.
const (
	Note   Severity = "note"    // worth knowing; nothing is lost
	Loss   Severity = "loss"    // something will be missing or different here
	Refuse Severity = "refused" // it is not sent like this
)

// Remark is what a network will make of an intent, for the person who wrote it:
// "the warning becomes text in front of the post".
type Remark struct {
	Severity Severity `json:"severity"`
	Message  Safe     `json:"message"`
	// Length says that it is about the length alone, for whoever shows that otherwise.
	Length bool `json:"-"`
}

// Rules are how a network reads, measures and takes what is written for it. They
// are pure: no request, no clock. All methods may be called at once, and often:
// the compose screen measures after each key.
type Rules interface {
	// Takes says why the account cannot do kind at all, for a disabled key; empty
	// when it can. undo asks for taking it back.
	Takes(kind Kind, undo bool) Safe
	// Mark finds the links, mentions and tags in what a person typed, as the network
	// will. Plain of the result is the text itself, so nothing is shortened yet.
	Mark(text string) Text
	// Mention writes a person of the address book the network's way; id is their
	// Author.ID and may be empty when only the handle is known.
	Mention(handle, id string) Span
	// Count measures a text as it will be published, with the warning where that
	// counts.
	Count(t Text, warning string) Size
	// Review says what the network loses, changes or refuses of an intent, its
	// lengths apart: those are the planner's.
	Review(i Intent, l Limits) []Remark
}
