package theme

// Signs are the marks that are not letters. Each is as wide as cell.Width says
// and holds no space at its ends.
type Signs struct {
	Selected string // the bar beside the selected post
	Unread   string // beside a post that has not been on the screen before
	Focused  string // beside the post that a thread was opened for
	Guide    string // a thread's line of descent
	Box      string // beside cards and quotes
	Boost    string
	Boosted  string // before the name of who boosted
	ReplyTo  string // before the name of who is answered
	Reply    string
	Like     string
	Bookmark string
	Verified string
	Closed   string // a warning that hides something
	Open     string // a warning that has been opened
	Gap      string
	Up       string
	Dot      string // between two facts
	Dash     string // before a hint
	More     string // where something was cut
	Enter    string // the key
	Bar      string // one cell of a poll's bar
	Track    string // one cell of the rest of it
	Cursor   string // in a line of input
	Chosen   string

	Yes, No, Doubt, Going, Later string // how writing goes: done, refused, not known, under way, planned
	Remark                       string // before what a network changes
	Unlimited                    string

	Live, Partial, Down, Connecting, SignIn string // an account's state

	TopLeft, TopRight, BottomLeft, BottomRight, Horizontal, Vertical string
}

func unicodeSigns() Signs {
	return Signs{
		Selected: "▌", Unread: "•", Focused: "▏", Guide: "│", Box: "│",
		Boost: "⟲", Boosted: "⟲", Reply: "↩", ReplyTo: "↩ replying to", Like: "♥", Bookmark: "⚑", Verified: "✓",
		Closed: "▸", Open: "▾", Gap: "┄", Up: "↑", Dot: "·", Dash: "—", More: "…", Enter: "⏎",
		Bar: "▇", Track: "─", Cursor: "▏", Chosen: "✓",
		Yes: "✓", No: "✗", Doubt: "?", Going: "→", Later: "◷", Remark: "⚑", Unlimited: "∞",
		Live: "●", Partial: "◐", Down: "○", Connecting: "…", SignIn: "!",
		TopLeft: "╭", TopRight: "╮", BottomLeft: "╰", BottomRight: "╯", Horizontal: "─", Vertical: "│",
	}
}

func asciiSigns() Signs {
	return Signs{
		Selected: "|", Unread: "*", Focused: ">", Guide: "|", Box: "|",
		Boost: "boosts", Boosted: "boosted by", Reply: "replies", ReplyTo: "replying to", Like: "likes", Bookmark: "saved", Verified: "(ok)",
		Closed: ">", Open: "v", Gap: "--", Up: "^", Dot: "-", Dash: "-", More: "...", Enter: "enter",
		Bar: "#", Track: ".", Cursor: "_", Chosen: "*",
		Yes: "+", No: "x", Doubt: "?", Going: ">", Later: "@", Remark: "~", Unlimited: "any",
		Live: "*", Partial: "~", Down: "o", Connecting: "...", SignIn: "!",
		TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+", Horizontal: "-", Vertical: "|",
	}
}
