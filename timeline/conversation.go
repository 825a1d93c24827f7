package timeline

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// FeedMessages begins the name under which Marks keep how far a conversation was read,
// where its network does not keep that itself.
const FeedMessages = "messages "

// MaxCorrespondents is how many others a conversation may have that skein writes to.
const MaxCorrespondents = 20

// Conversation is what some people write to each other and to nobody else. Its messages
// are Posts whose Visibility is Direct, so that they are cleaned and drawn as all posts
// are. They are private: they are kept by no Cache, so that no search, export or
// timeline can meet them, and are read from the network whenever they are shown.
type Conversation struct {
	Account AccountID
	Network Network
	ID      string   // the network's name for it, of this account alone
	People  []Author // the others; the account itself where it writes to itself
	Last    *Post    // the newest message; nil where it could not be read
	// Unread is how many messages were not read; a network that tells no more than that
	// there are some says 1. Where it keeps nothing of the kind Arrived has the places of
	// the newest messages by others that were not answered instead, newest first.
	Unread  int
	Arrived []Key
	Muted   bool // on the network: it tells of nothing new
	Request bool // begun by somebody whom the account has not answered yet
	Old     bool // in an older form that hides the words and not who writes to whom
	// Closed says why nothing can be written to it; empty where it can.
	Closed Safe
}

// ref is the conversation as an ID, for a name that a person can type.
func (c Conversation) ref() ID {
	return ID{Network: c.Network, Local: "conversation " + string(c.Account) + " " + c.ID}
}

// Short is a name for c that a person can type, as ID.Short is of a post.
func (c Conversation) Short() string { return c.ref().Short() }

// Key is the conversation's place among others: that of its newest message.
func (c Conversation) Key() Key {
	if c.Last == nil {
		return Key{ID: c.ref()}
	}
	return Key{Time: c.Last.Sorted, ID: c.ref()}
}

// Feed is the conversation as Marks name it.
func (c Conversation) Feed() Feed { return Feed{Account: c.Account, Name: FeedMessages + c.ID} }

// Names are those of the others, for one line.
func (c Conversation) Names() Safe {
	names := make([]string, 0, len(c.People))
	for _, p := range c.People {
		names = append(names, cmp.Or(p.Name.String(), p.Handle.String()))
	}
	return CleanLine(strings.Join(names, ", "))
}

// compareConversations orders them by their newest message, the newest first.
func compareConversations(a, b Conversation) int {
	return cmp.Or(b.Key().Compare(a.Key()), strings.Compare(string(a.Account), string(b.Account)))
}

// ConversationBatch is an answer to Conversations.
type ConversationBatch struct {
	Conversations []Conversation // at most MaxPage
	Older         Cursor         // continues below this page; "" at the end
	// Note says what may be missing, as older messages than were looked through.
	Note Safe
}

// Messenger reads direct messages. Sending them is an Intent of kind DoMessage. Errors
// of all methods are CodeAuth where the sign-in does not cover messages, though all else
// may work.
type Messenger interface {
	// Conversations reads a page, nearly newest first; of Page only Before and Limit count.
	Conversations(ctx context.Context, p Page) (ConversationBatch, error)
	// Messages reads a page of one, newest first; of Page only Before and Limit count.
	Messages(ctx context.Context, conversation string, p Page) (Batch, error)
	// Correspond names the conversation with exactly these people, by Author.ID, whether
	// or not there is one yet: its Last is nil where nothing was written. CodeRefused says
	// why they cannot be written to. Nobody sees that it was asked.
	Correspond(ctx context.Context, people []string) (Conversation, error)
}

// MessageMarker keeps on the network how far a conversation was read.
type MessageMarker interface {
	// MarkMessages marks everything up to and with a message as read, or more where the
	// network knows only whole conversations.
	MarkMessages(ctx context.Context, conversation string, upTo ID) error
}

// believedConversation is c as it may be shown: whose it is, and no later than now.
func believedConversation(c Conversation, a Account, now time.Time) Conversation {
	c.Account, c.Network = a.ID, a.Network
	if c.Last != nil {
		c.Last = Place(c.Last, now)
	}
	c.Unread = max(c.Unread, 0)
	return c
}

// MergeConversations makes one list of several, the newest first and each conversation
// once; of one that is in several, the first has the say.
func MergeConversations(lists ...[]Conversation) []Conversation {
	var out []Conversation
	seen := map[ID]bool{}
	for _, list := range lists {
		for _, c := range list {
			if !seen[c.ref()] {
				seen[c.ref()] = true
				out = append(out, c)
			}
		}
	}
	slices.SortFunc(out, compareConversations)
	return out
}
