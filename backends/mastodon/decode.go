package mastodon

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

// status is go-mastodon's Status with what that one lacks. What may hold a
// further status stays raw: it is decoded one level deep and no deeper, however
// deep a server nests it.
//
// Source: docs.joinmastodon.org/entities/Status
type status struct {
	masto.Status
	Reblog           json.RawMessage `json:"reblog"`
	Quote            json.RawMessage `json:"quote"`
	QuotesCount      int64           `json:"quotes_count"`
	MediaAttachments []attachment    `json:"media_attachments"`
	Poll             *poll           `json:"poll"`

	boosted *status  // Reblog, decoded
	quoted  *quote   // Quote, decoded
	odd     []string // fields that could not be read, by name
}

// attachment adds to go-mastodon's what it does not read of meta.
type attachment struct {
	masto.Attachment
	Meta struct {
		masto.AttachmentMeta
		Duration float64 `json:"duration"` // seconds
	} `json:"meta"`
}

// poll hides go-mastodon's options, whose votes cannot say "unknown".
type poll struct {
	masto.Poll
	Options []struct {
		Title string `json:"title"`
		Votes *int64 `json:"votes_count"` // null while the poll hides them
	} `json:"options"`
}

// quote is Mastodon's Quote or ShallowQuote, or the bare status of Akkoma.
//
// Source: docs.joinmastodon.org/entities/Quote
type quote struct {
	State    string          `json:"state"`
	Status   json.RawMessage `json:"quoted_status"`
	StatusID masto.ID        `json:"quoted_status_id"`
	ID       masto.ID        `json:"id"`

	status *status // decoded
}

// decodeStatus reads a status and the statuses directly in it. It returns nil
// for what has no usable id; anything else odd is noted in odd.
func decodeStatus(raw json.RawMessage) *status {
	st := decodeFlat(raw)
	if st == nil {
		return nil
	}
	if present(st.Reblog) {
		if st.boosted = decodeFlat(st.Reblog); st.boosted == nil {
			st.odd = append(st.odd, "reblog")
		} else {
			st.boosted.decodeQuote()
		}
	}
	st.decodeQuote()
	return st
}

// decodeFlat reads a status without what is in it.
func decodeFlat(raw json.RawMessage) *status {
	st := new(status)
	if err := json.Unmarshal(raw, st); err != nil {
		st = salvage(raw)
	}
	if st == nil || !validID(string(st.ID)) {
		return nil
	}
	return st
}

// salvage reads each field on its own, so that one that is not what it should be
// costs nothing but itself.
func salvage(raw json.RawMessage) *status {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	st := new(status)
	for name, value := range fields {
		one, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err == nil {
			err = json.Unmarshal(one, st)
		}
		if err != nil {
			st.odd = append(st.odd, name)
		}
	}
	slices.Sort(st.odd)
	return st
}

func (st *status) decodeQuote() {
	if !present(st.Quote) {
		return
	}
	q := new(quote)
	if json.Unmarshal(st.Quote, q) != nil {
		st.odd = append(st.odd, "quote")
		return
	}
	if q.State == "" && q.ID != "" {
		q.State, q.Status = "accepted", st.Quote
	}
	if present(q.Status) {
		q.status = decodeFlat(q.Status)
	}
	st.quoted = q
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// validID tells whether s has the form of a server's id for a status or an
// account: digits on Mastodon, a ULID or a flake elsewhere. It is used in paths.
func validID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		if !alphanumeric(c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// validURI tells whether s can name a post: printable ASCII without spaces, as an
// ActivityPub id or an old tag: URI is.
func validURI(s string) bool {
	const longest = 2048
	if s == "" || len(s) > longest || !strings.Contains(s, ":") {
		return false
	}
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// decoder turns what one server says into what the timeline understands. It is
// safe for concurrent use.
type decoder struct {
	account timeline.AccountID
	domain  string // that of local people's handles
	now     func() time.Time
	index   *index
}

// page is a decoded page. low and high are the least and the greatest id on it,
// "" when the server sent nothing.
type page struct {
	posts     []*timeline.Post
	low, high masto.ID
}

// page decodes a server's page item by item. Items without an id are left out.
func (d *decoder) page(raws []json.RawMessage) page {
	statuses := make([]*status, 0, len(raws))
	for _, raw := range raws {
		if st := decodeStatus(raw); st != nil {
			d.remember(st) // all before the first is converted: replies stand before their parents
			statuses = append(statuses, st)
		}
	}
	p := page{posts: make([]*timeline.Post, 0, len(statuses))}
	for _, st := range statuses {
		p.posts = append(p.posts, d.post(st))
		if p.low == "" || st.ID.Compare(p.low) < 0 {
			p.low = st.ID
		}
		if st.ID.Compare(p.high) > 0 {
			p.high = st.ID
		}
	}
	return p
}

// remember keeps which id belongs to which uri, for st and all that is in it.
func (d *decoder) remember(st *status) {
	if st == nil {
		return
	}
	d.index.remember(d.uri(st), string(st.ID))
	d.remember(st.boosted)
	if st.quoted != nil {
		d.remember(st.quoted.status)
	}
}

// uri names a status on the whole network. Some servers give a boost the uri of
// what it boosts; such a boost is named after who boosted.
func (d *decoder) uri(st *status) string {
	uri := st.URI
	switch {
	case validURI(uri):
	case validURI(st.URL):
		uri = st.URL
	default:
		uri = "https://" + d.domain + "/statuses/" + string(st.ID)
	}
	if st.boosted != nil && uri == d.uri(st.boosted) {
		by := d.personID(st.Account.Acct)
		if by == "" {
			by = string(st.Account.ID)
		}
		uri += "#boosted-by-" + by
	}
	return uri
}

// id is uri as the timeline's ID.
func (d *decoder) id(st *status) timeline.ID {
	return timeline.ID{Network: timeline.Mastodon, Local: d.uri(st)}
}
