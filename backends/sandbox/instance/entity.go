package instance

import (
	"slices"
	"time"
)

// The entities, field by field as documented at docs.joinmastodon.org/entities.
// A pointer or an any is null where the real server sends null.

type accountEntity struct {
	ID             string        `json:"id"`
	Username       string        `json:"username"`
	Acct           string        `json:"acct"`
	DisplayName    string        `json:"display_name"`
	Locked         bool          `json:"locked"`
	Bot            bool          `json:"bot"`
	Discoverable   bool          `json:"discoverable"`
	Indexable      bool          `json:"indexable"`
	Group          bool          `json:"group"`
	CreatedAt      string        `json:"created_at"`
	Note           string        `json:"note"`
	URL            string        `json:"url"`
	URI            string        `json:"uri"`
	Avatar         string        `json:"avatar"`
	AvatarStatic   string        `json:"avatar_static"`
	Header         string        `json:"header"`
	HeaderStatic   string        `json:"header_static"`
	FollowersCount int           `json:"followers_count"`
	FollowingCount int           `json:"following_count"`
	StatusesCount  int           `json:"statuses_count"`
	LastStatusAt   *string       `json:"last_status_at"`
	Emojis         []emojiEntity `json:"emojis"`
	Roles          []any         `json:"roles"`
	Fields         []fieldEntity `json:"fields"`
}

type credentialEntity struct {
	accountEntity
	Source sourceEntity `json:"source"`
	Role   roleEntity   `json:"role"`
}

type sourceEntity struct {
	Privacy        string        `json:"privacy"`
	Sensitive      bool          `json:"sensitive"`
	Language       string        `json:"language"`
	Note           string        `json:"note"`
	Fields         []fieldEntity `json:"fields"`
	FollowRequests int           `json:"follow_requests_count"`
	Indexable      bool          `json:"indexable"`
}

type roleEntity struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Permissions string `json:"permissions"`
	Color       string `json:"color"`
	Highlighted bool   `json:"highlighted"`
}

type fieldEntity struct {
	Name       string  `json:"name"`
	Value      string  `json:"value"`
	VerifiedAt *string `json:"verified_at"`
}

type emojiEntity struct {
	Shortcode string `json:"shortcode"`
	URL       string `json:"url"`
	StaticURL string `json:"static_url"`
	Visible   bool   `json:"visible_in_picker"`
}

type relationshipEntity struct {
	ID                  string   `json:"id"`
	Following           bool     `json:"following"`
	ShowingReblogs      bool     `json:"showing_reblogs"`
	Notifying           bool     `json:"notifying"`
	Languages           []string `json:"languages"`
	FollowedBy          bool     `json:"followed_by"`
	Blocking            bool     `json:"blocking"`
	BlockedBy           bool     `json:"blocked_by"`
	Muting              bool     `json:"muting"`
	MutingNotifications bool     `json:"muting_notifications"`
	Requested           bool     `json:"requested"`
	RequestedBy         bool     `json:"requested_by"`
	DomainBlocking      bool     `json:"domain_blocking"`
	Endorsed            bool     `json:"endorsed"`
	Note                string   `json:"note"`
}

type statusEntity struct {
	ID                 string          `json:"id"`
	CreatedAt          string          `json:"created_at"`
	InReplyToID        *string         `json:"in_reply_to_id"`
	InReplyToAccountID *string         `json:"in_reply_to_account_id"`
	Sensitive          bool            `json:"sensitive"`
	SpoilerText        string          `json:"spoiler_text"`
	Visibility         string          `json:"visibility"`
	Language           *string         `json:"language"`
	URI                string          `json:"uri"`
	URL                string          `json:"url"`
	RepliesCount       int             `json:"replies_count"`
	ReblogsCount       int             `json:"reblogs_count"`
	FavouritesCount    int             `json:"favourites_count"`
	QuotesCount        int             `json:"quotes_count"`
	EditedAt           *string         `json:"edited_at"`
	Favourited         *bool           `json:"favourited,omitempty"` // these three only for somebody signed in
	Reblogged          *bool           `json:"reblogged,omitempty"`
	Bookmarked         *bool           `json:"bookmarked,omitempty"`
	Content            string          `json:"content"`
	Text               *string         `json:"text,omitempty"` // only where a status was deleted
	Reblog             *statusEntity   `json:"reblog"`
	Account            accountEntity   `json:"account"`
	MediaAttachments   []mediaEntity   `json:"media_attachments"`
	Mentions           []mentionEntity `json:"mentions"`
	Tags               []tagEntity     `json:"tags"`
	Emojis             []emojiEntity   `json:"emojis"`
	Card               *cardEntity     `json:"card"`
	Poll               *pollEntity     `json:"poll"`
	Quote              *quoteEntity    `json:"quote"`
	QuoteApproval      *approvalEntity `json:"quote_approval,omitempty"` // not of a boost
	Filtered           []filterResult  `json:"filtered,omitempty"`
}

// approvalEntity says who may quote a post, and whether the viewer may.
type approvalEntity struct {
	Automatic   []string `json:"automatic"`
	Manual      []string `json:"manual"`
	CurrentUser string   `json:"current_user"`
}

// quoteEntity is a Quote, or within a quoted status a ShallowQuote.
type quoteEntity struct {
	State    string        `json:"state"`
	Status   *statusEntity `json:"quoted_status,omitempty"`
	StatusID *string       `json:"quoted_status_id,omitempty"`
}

type mentionEntity struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Acct     string `json:"acct"`
	URL      string `json:"url"`
}

type tagEntity struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type mediaEntity struct {
	ID          string    `json:"id"`
	Type        string    `json:"type"`
	URL         *string   `json:"url"`
	PreviewURL  *string   `json:"preview_url"`
	RemoteURL   *string   `json:"remote_url"`
	Description *string   `json:"description"`
	Blurhash    *string   `json:"blurhash"`
	Meta        mediaMeta `json:"meta"`
}

type mediaMeta struct {
	Original sizeEntity `json:"original"`
	Small    sizeEntity `json:"small"`
}

type sizeEntity struct {
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Size   string  `json:"size"`
	Aspect float64 `json:"aspect"`
}

type cardEntity struct {
	URL          string  `json:"url"`
	Title        string  `json:"title"`
	Description  string  `json:"description"`
	Language     *string `json:"language"`
	Type         string  `json:"type"`
	AuthorName   string  `json:"author_name"`
	AuthorURL    string  `json:"author_url"`
	Authors      []any   `json:"authors"`
	ProviderName string  `json:"provider_name"`
	ProviderURL  string  `json:"provider_url"`
	HTML         string  `json:"html"`
	Width        int     `json:"width"`
	Height       int     `json:"height"`
	Image        *string `json:"image"`
	EmbedURL     string  `json:"embed_url"`
	Blurhash     *string `json:"blurhash"`
}

type pollEntity struct {
	ID          string         `json:"id"`
	ExpiresAt   *string        `json:"expires_at"`
	Expired     bool           `json:"expired"`
	Multiple    bool           `json:"multiple"`
	VotesCount  int            `json:"votes_count"`
	VotersCount *int           `json:"voters_count"`
	Options     []optionEntity `json:"options"`
	Emojis      []emojiEntity  `json:"emojis"`
	Voted       bool           `json:"voted"`
	OwnVotes    []int          `json:"own_votes"`
}

type optionEntity struct {
	Title string `json:"title"`
	Votes int    `json:"votes_count"`
}

type contextEntity struct {
	Ancestors   []statusEntity `json:"ancestors"`
	Descendants []statusEntity `json:"descendants"`
}

type searchEntity struct {
	Accounts []accountEntity `json:"accounts"`
	Statuses []statusEntity  `json:"statuses"`
	Hashtags []foundTag      `json:"hashtags"`
}

// foundTag is a Tag with its history, in numbers as text, a day each.
type foundTag struct {
	tagEntity
	ID        string       `json:"id"`
	History   []usedEntity `json:"history"`
	Following bool         `json:"following"`
}

type usedEntity struct {
	Day      string `json:"day"`
	Uses     string `json:"uses"`
	Accounts string `json:"accounts"`
}

// timestamp writes a time as Rails does.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// poll is p's poll as it stands now.
func (c *call) poll(p *post) *pollEntity {
	if p.poll == nil {
		return nil
	}
	closes := p.created.Add(p.poll.Open)
	at := timestamp(closes)
	e := &pollEntity{
		ID: p.ID(), ExpiresAt: &at, Expired: !c.s.opts.Now().Before(closes), Multiple: p.poll.Multiple,
		Emojis: []emojiEntity{}, OwnVotes: []int{},
	}
	if chosen := p.votes[c.viewer]; chosen != nil {
		e.Voted, e.OwnVotes = true, chosen
	}
	most := 0
	for i, title := range p.poll.Options {
		o := optionEntity{Title: title}
		if i < len(p.poll.Votes) {
			o.Votes = p.poll.Votes[i]
		}
		for _, chosen := range p.votes {
			if slices.Contains(chosen, i) {
				o.Votes++
			}
		}
		e.VotesCount += o.Votes
		most = max(most, o.Votes)
		e.Options = append(e.Options, o)
	}
	voters := e.VotesCount
	if e.Multiple { // who chose two is one voter: at least as many as the favourite has
		voters = (e.VotesCount + most) / 2
	}
	e.VotersCount = &voters
	return e
}

func (c *call) media(p *post) []mediaEntity {
	out := []mediaEntity{}
	for _, pic := range p.pictures {
		out = append(out, c.attachment(pic))
	}
	return out
}

func (c *call) attachment(pic picture) mediaEntity {
	whole, small := c.s.file(pic.id), c.s.file(pic.id+smallSuffix)
	e := mediaEntity{
		ID: pic.id, Type: "image", URL: &whole, PreviewURL: &small,
		Blurhash: c.s.pictures.blur(pic),
		Meta:     mediaMeta{Original: size(pic.Picture), Small: size(shrink(pic.Picture))},
	}
	if pic.Alt != "" {
		e.Description = &pic.Alt
	}
	return e
}

// approval is who may quote p.
func (c *call) approval(p *post) *approvalEntity {
	e := &approvalEntity{Automatic: []string{}, Manual: []string{}, CurrentUser: c.s.town.quotable(p, c.viewer)}
	switch {
	case p.visibility == "private" || p.visibility == "direct" || p.quoting == "nobody":
	case p.quoting == "followers":
		e.Automatic = []string{"followers"}
	default:
		e.Automatic = []string{"public"}
	}
	return e
}

// quotable tells whether viewer may quote p, in the API's words.
func (t *town) quotable(p *post, viewer *person) string {
	switch {
	case viewer == nil || p.visibility == "direct":
		return "denied"
	case p.by == viewer:
		return "automatic"
	case p.visibility == "private" || p.quoting == "nobody":
		return "denied"
	case p.quoting == "followers" && !viewer.follows.has(p.by.Key):
		return "denied"
	}
	return "automatic"
}
