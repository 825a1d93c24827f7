package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/ui/compose"
	"skein/ui/overlay"
)

// command is something a key does. The table of commands is the only place that
// knows a key: the footer, help, the palette and the README are made of it.
type command struct {
	name  string   // what a configuration calls it
	keys  []string // "j", "ctrl+d", or "g g" for one after the other
	group string
	help  string
	do    func(*Model) tea.Cmd
	why   func(*Model) string // why it does not work now, "" when it does; nil always works
}

const (
	groupMove    = "move"
	groupPost    = "post"
	groupWrite   = "write"
	groupView    = "view"
	groupTabs    = "tabs"
	groupApp     = "skein"
	groupCompose = "while writing"
)

// commands is the table, in the order in which help shows it.
func commands() []command {
	return slices.Concat(movingCommands(), postCommands(), readingCommands(), tabCommands(), appCommands(), writingCommands())
}

// movingCommands go about what is shown.
func movingCommands() []command {
	return []command{
		{"down", []string{"j", "down"}, groupMove, "next post", (*Model).down, (*Model).noPane},
		{"up", []string{"k", "up"}, groupMove, "previous post", (*Model).up, (*Model).noPane},
		{"half-down", []string{"ctrl+d"}, groupMove, "half a screen down", (*Model).halfDown, (*Model).noPane},
		{"half-up", []string{"ctrl+u"}, groupMove, "half a screen up", (*Model).halfUp, (*Model).noPane},
		{"page-down", []string{"space", "pgdown"}, groupMove, "a screen down", (*Model).pageDown, (*Model).noPane},
		{"page-up", []string{"pgup"}, groupMove, "a screen up", (*Model).pageUp, (*Model).noPane},
		{"top", []string{"g g", "home"}, groupMove, "to the top, and stay with what is new", (*Model).top, (*Model).noPane},
		{"bottom", []string{"G", "end"}, groupMove, "to the bottom", (*Model).bottom, (*Model).noPane},
		{"unseen", []string{"tab"}, groupMove, "next unread post", (*Model).nextUnread, (*Model).noUnread},
		{"read-all", []string{"g r"}, groupMove, "mark everything as read", (*Model).readAll, (*Model).nothingUnread},
	}
}

// postCommands are about the selected post, or who wrote it.
func postCommands() []command {
	return []command{
		{"open", []string{"enter"}, groupPost, "open the thread; on a gap: load what is missing", (*Model).open, (*Model).nothingToOpen},
		{"back", []string{"esc"}, groupPost, "back", (*Model).back, (*Model).nothingToLeave},
		{"author", []string{"u"}, groupPost, "who wrote this", (*Model).author, (*Model).noAuthor},
		{"reveal", []string{"z"}, groupPost, "show what a warning or mute hides", (*Model).reveal, (*Model).nothingHidden},
		{"links", []string{"o"}, groupPost, "open a link", (*Model).links, (*Model).noLinks},
		{"media", []string{"m"}, groupPost, "its pictures, videos and sounds, and what they show", (*Model).media, (*Model).noMedia},
		{"translate", []string{"T"}, groupPost, "translate it, where its server does; again: the original", (*Model).translate, (*Model).noTranslation},
		{"pipe", []string{"|"}, groupPost, "give it to a command, as JSON, and read what that says", (*Model).pipe, (*Model).noPipe},
		{"browser", []string{"O"}, groupPost, "open the post in the browser", (*Model).browse, (*Model).noBrowsing},
		{"reply", []string{"r"}, groupPost, "reply", (*Model).reply, (*Model).noReply},
		{"reply-all", []string{"R"}, groupPost, "reply to all copies of a post", (*Model).replyAll, (*Model).noReply},
		{"boost", []string{"b"}, groupPost, "boost, or take it back", (*Model).boost, (*Model).noBoost},
		{"like", []string{"f"}, groupPost, "like, or take it back", (*Model).like, (*Model).noLike},
		{"bookmark", []string{"s"}, groupPost, "bookmark, or take it back", (*Model).bookmark, (*Model).noBookmark},
		{"quote", []string{"Q"}, groupPost, "quote", (*Model).quote, (*Model).noReply},
		{"vote", []string{"p"}, groupPost, "vote in a poll", (*Model).vote, (*Model).noVote},
		{"edit", []string{"e"}, groupPost, "edit your post", (*Model).editPost, (*Model).noEdit},
		{"delete", []string{"d"}, groupPost, "delete your post; asks", (*Model).deletePost, (*Model).noDelete},
		{"mute", []string{"M"}, groupPost, "mute who wrote it, a word, a tag, a network", (*Model).mute, (*Model).noMuting},
		{"follow", []string{"+"}, groupPost, "follow who wrote it, or who is shown; take it back", (*Model).followPerson, (*Model).noFollow},
		{"block", []string{"B"}, groupPost, "block them; asks", (*Model).block, (*Model).noBlock},
		{"report", []string{"X"}, groupPost, "report the post or the person to the moderators; asks", (*Model).complain, (*Model).noReport},
		{"who", []string{"w"}, groupPost, "who liked it, and who boosted it", (*Model).whoReacted, (*Model).noPost},
		{"part-next", []string{"]"}, groupPost, "next part of a profile", (*Model).nextPart, (*Model).noParts},
		{"part-previous", []string{"["}, groupPost, "previous part of a profile", (*Model).previousPart, (*Model).noParts},
		{"copy-text", []string{"y"}, groupPost, "copy the text", (*Model).copyText, (*Model).noText},
		{"copy-url", []string{"Y"}, groupPost, "copy the address", (*Model).copyURL, (*Model).noAddress},
	}
}

// readingCommands are the others outside the compose screen.
func readingCommands() []command {
	return []command{
		{"compose", []string{"c"}, groupWrite, "write a post", (*Model).composeNew, (*Model).noOutbox},
		{"take-back", []string{"ctrl+z"}, groupWrite, "take back what is about to be sent", (*Model).takeBack, (*Model).nothingHeld},
		{"outbox", []string{"g o"}, groupWrite, "what is on its way, and what became of it", (*Model).showOutbox, (*Model).noOutbox},

		{"notifications", []string{"g n"}, groupView, "what has happened to your accounts", (*Model).showNotices, (*Model).noNotices},
		{"notice-kind", []string{"K"}, groupView, "notifications of one kind after the other, then all", (*Model).nextKind, (*Model).notInNotices},
		{"profile", []string{"g p"}, groupView, "your own profile", (*Model).ownProfile, (*Model).noOwnProfile},
		{"network", []string{"F"}, groupView, "show one network after the other, then all", (*Model).cycleNetwork, (*Model).oneNetwork},
		{"search", []string{"/"}, groupView, "search what was ever read; Enter searches further, or opens an address", (*Model).startSearch, (*Model).noSearch},
		{"match-next", []string{"n"}, groupView, "next of what was found", (*Model).nextMatch, (*Model).noMatches},
		{"match-previous", []string{"N"}, groupView, "previous of what was found", (*Model).previousMatch, (*Model).noMatches},
		{"filter", []string{`\`}, groupView, "filter what is loaded as you type", (*Model).startFilter, (*Model).noTimeline},
		{"refresh", []string{"ctrl+r"}, groupView, "ask for news now", (*Model).refresh, (*Model).noPane},
		{"messages", []string{"g d"}, groupView, "direct messages, as conversations", (*Model).showMessages, (*Model).noMessages},
		{"muted", []string{"g m"}, groupView, "what is muted here; take it back", (*Model).showMuted, (*Model).noMutes},
		{"accounts", []string{"g a"}, groupView, "your accounts: add, remove, rename, check", (*Model).showAccounts, (*Model).noAccounts},
		{"account-next", []string{"alt+n"}, groupView, "the next of several accounts acts", (*Model).actNext, (*Model).noChoice},
		{"account-previous", []string{"alt+p"}, groupView, "the previous of them acts", (*Model).actPrevious, (*Model).noChoice},
		{"zoom", []string{"Z"}, groupView, "one pane fills the screen, or all columns again", (*Model).zoom, (*Model).noZoom},
		{"side", []string{"v"}, groupView, "the third column: who wrote the post, notifications, or none", (*Model).nextSide, (*Model).noSide},
		{"side-go", []string{"g v"}, groupView, "into the third column, and back", (*Model).goSide, (*Model).nothingInSide},
		{"health", []string{"H"}, groupView, "how the accounts do", (*Model).showHealth, (*Model).noPane},
	}
}

// appCommands are those of skein itself.
func appCommands() []command {
	return []command{
		{"palette", []string{":", "ctrl+p"}, groupApp, "every command by name", (*Model).showPalette, nil},
		{"help", []string{"?"}, groupApp, "this help", (*Model).showHelp, nil},
		{"quit", []string{"q"}, groupApp, "quit", (*Model).askToQuit, nil},
	}
}

// writingCommands are those of the compose screen.
func writingCommands() []command {
	return []command{
		composes(compose.Send, "send", "ctrl+s"),
		composes(compose.Keep, "close and keep the draft", "esc"),
		composes(compose.Editor, "write in your own editor", "alt+e"),
		composes(compose.Attach, "attach files and describe them", "alt+a"),
		composes(compose.Targets, "choose where it goes", "alt+t"),
		composes(compose.OwnText, "another text for one account", "alt+y"),
		composes(compose.Split, "what each gets; split what is too long", "alt+x"),
		composes(compose.Warning, "a warning before it", "alt+w"),
		composes(compose.Language, "its languages", "alt+l"),
		composes(compose.Audience, "who may read, reply and quote", "alt+v"),
		composes(compose.Poll, "a poll", "alt+p"),
		composes(compose.Drafts, "another draft, or a new post; this one is kept", "alt+o"),
		composes(compose.Discard, "throw the draft away; asks", "alt+q"),
		composes(compose.ShowsKeys, "these keys", "alt+h", "f1"),
	}
}

// composes is a command of the compose screen, which has keys of its own.
func composes(c compose.Command, help string, keys ...string) command {
	return command{composePrefix + string(c), keys, groupCompose, help, nil, (*Model).notComposing}
}

func (m *Model) notComposing() string {
	if m.writing == nil {
		return "only while writing"
	}
	return ""
}

func (m *Model) nothingHeld() string {
	if !m.flight.until.After(m.o.Now()) {
		return "nothing waits to be sent"
	}
	return ""
}

// composeKey is how a person reads the key of a command of the compose screen.
func (m *Model) composeKey(c compose.Command) string {
	return m.keys.key(composePrefix+string(c), &m.theme.Signs)
}

// reason says why a command does not work now; "" when it does.
func (c command) reason(m *Model) string {
	if c.why == nil {
		return ""
	}
	return c.why(m)
}

// entries lists the commands of some groups, or of all, for help and the palette.
func (m *Model) entries(groups ...string) []overlay.Entry {
	out := make([]overlay.Entry, 0, len(m.keys.commands))
	for _, c := range m.keys.commands {
		if len(groups) > 0 && !slices.Contains(groups, c.group) {
			continue
		}
		names := make([]string, len(c.keys))
		for i, k := range c.keys {
			names[i] = keyName(k, &m.theme.Signs)
		}
		out = append(out, overlay.Entry{
			Name: c.name, Group: c.group, Keys: strings.Join(names, " "), Help: c.help, Why: c.reason(m),
		})
	}
	return out
}
