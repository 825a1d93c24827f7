package carry

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"skein/timeline"
)

// The headers of Mastodon's files.
const (
	addressColumn = "Account address"
	followsHeader = addressColumn + ",Show boosts,Notify on new posts,Languages"
	mutesHeader   = addressColumn + ",Hide notifications"
)

// record reads one line of a CSV file; a quoted cell does not go over several.
func record(line []byte) ([]string, error) {
	r := csv.NewReader(strings.NewReader(string(line)))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	return r.Read()
}

// isHeader tells of a line that names columns. Mastodon itself goes by the first.
func isHeader(line []byte) bool {
	cells, err := record(line)
	return err == nil && strings.EqualFold(strings.TrimSpace(cells[0]), addressColumn)
}

// kindOfTable is what the first line of a CSV file says that it is.
func kindOfTable(first []byte, name string) Kind {
	cells, err := record(first)
	if err != nil {
		return hint(name)
	}
	if isHeader(first) {
		for _, c := range cells[1:] {
			switch strings.ToLower(strings.TrimSpace(c)) {
			case "show boosts", "notify on new posts", "languages":
				return Follows
			case "hide notifications":
				return Mutes
			}
		}
	}
	if k := hint(name); k.OfPeople() {
		return k
	}
	if cell := strings.TrimSpace(cells[0]); isWeb(cell) || strings.HasPrefix(cell, "at://") || isTag(cell) {
		return Bookmarks
	}
	return hint(name)
}

// itemOfRecord reads a line of a CSV file. Only its first cell names somebody.
func itemOfRecord(line []byte, k Kind) (it Item, why string) {
	cells, err := record(line)
	if err != nil {
		why = "it is no line of a CSV file"
		var at *csv.ParseError
		if errors.As(err, &at) {
			why += ": " + at.Err.Error()
		}
		return it, why
	}
	switch k {
	case Bookmarks:
		it.Address, why = namedPost(cells[0])
	case Follows, Mutes, Blocks, "":
		it.Address, why = namedPerson(cells[0])
	default:
		return it, fmt.Sprintf("there is no CSV file of %s", k)
	}
	return it, why
}

// namedPerson takes what may name a person on some network. Whether it does is for
// the network to say.
func namedPerson(s string) (timeline.Safe, string) {
	address, why := named(s)
	if why != "" {
		return address, why
	}
	s = address.String()
	user, host, at := strings.Cut(strings.TrimPrefix(s, "@"), "@")
	switch {
	case strings.Contains(s, "://"):
		if !isWeb(s) {
			return address, "it is no address of a person"
		}
	case at && user != "" && host != "" && !strings.ContainsAny(host, "@/"):
	case strings.HasPrefix(s, "did:"), isHex(s), isCode(s, "npub1", "nprofile1"):
	case !at && strings.Contains(strings.Trim(user, "."), ".") && !strings.ContainsAny(user, ":/,;"): // a domain is a handle, too
	default:
		return address, "it is no address of a person"
	}
	return address, ""
}

// namedPost takes what may name a post on some network.
func namedPost(s string) (timeline.Safe, string) {
	address, why := named(s)
	if why != "" {
		return address, why
	}
	s = address.String()
	if !isWeb(s) && !strings.HasPrefix(s, "at://") && !isHex(s) && !isCode(s, "note1", "nevent1", "naddr1") && !isTag(s) {
		return address, "it is no address of a post"
	}
	return address, ""
}

// isWeb tells of addresses for a browser.
func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// isTag tells of tag: URIs (RFC 4151), as some servers call their posts.
func isTag(s string) bool { return strings.HasPrefix(s, "tag:") && strings.Contains(s, ",") }

// isHex tells of the 64 digits that a key or an event id has.
func isHex(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// isCode tells of NIP-19 names of some kinds, with nostr: before them or without.
func isCode(s string, kinds ...string) bool {
	s = strings.TrimPrefix(strings.ToLower(s), "nostr:")
	for _, k := range kinds {
		if rest, ok := strings.CutPrefix(s, k); ok && rest != "" && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
			return true
		}
	}
	return false
}

// Table writes the CSV file of a kind. It is not safe for concurrent use.
type Table struct {
	w    *csv.Writer
	rest []string // the cells behind the address
}

// NewTable begins a file with its header, where that kind has one. It fails where
// there is no CSV form for the kind.
func NewTable(w io.Writer, k Kind) (*Table, error) {
	if !k.Tabular() {
		return nil, timeline.Errorf(timeline.CodeUsage, "there is no CSV form of %s, only ndjson", k)
	}
	t := &Table{w: csv.NewWriter(w)}
	// What Mastodon takes for an entry of which nothing more is known.
	header := ""
	switch k {
	case Follows:
		header, t.rest = followsHeader, []string{"true", "false", ""}
	case Mutes:
		header, t.rest = mutesHeader, []string{"true"}
	}
	if header == "" {
		return t, nil
	}
	return t, t.w.Write(strings.Split(header, ","))
}

// Add writes an entry, see PersonAddress and PostAddress.
func (t *Table) Add(address timeline.Safe) error {
	return t.w.Write(append([]string{address.Line().String()}, t.rest...))
}

// Flush writes what is still held back.
func (t *Table) Flush() error {
	t.w.Flush()
	return t.w.Error()
}
