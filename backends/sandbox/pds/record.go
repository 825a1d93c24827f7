package pds

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"github.com/bluesky-social/indigo/atproto/syntax"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"github.com/rivo/uniseg"
)

// The collections that views are made of.
const (
	colPost    = "app.bsky.feed.post"
	colRepost  = "app.bsky.feed.repost"
	colLike    = "app.bsky.feed.like"
	colFollow  = "app.bsky.graph.follow"
	colBlock   = "app.bsky.graph.block"
	colProfile = "app.bsky.actor.profile"

	colThreadgate = "app.bsky.feed.threadgate"
	colPostgate   = "app.bsky.feed.postgate"
)

// object is a JSON object in the making.
type object = map[string]any

// record is one record of one repository. It is not changed once it is stored.
type record struct {
	uri, did, collection, rkey, cid string
	value                           object // as atdata parses it
	created, indexed                time.Time
	likes, boosts                   int // by people who live outside the sandbox
}

// sorted is the record's place in feeds.
func (r *record) sorted() time.Time {
	if r.indexed.Before(r.created) {
		return r.indexed
	}
	return r.created
}

// path is the record's name within its repository.
func (r *record) path() string { return r.collection + "/" + r.rkey }

// compareRecords orders a feed, oldest first.
func compareRecords(a, b *record) int {
	if c := a.sorted().Compare(b.sorted()); c != 0 {
		return c
	}
	return strings.Compare(a.cid, b.cid)
}

// link is a way in which records point: kind is "reply", "quote" or a collection.
type link struct{ kind, to string }

// links are what a record points at.
func (r *record) links() []link {
	switch r.collection {
	case colRepost, colLike:
		return []link{{r.collection, dig(r.value, "subject", "uri")}}
	case colFollow:
		return []link{{colFollow, dig(r.value, "subject")}, {"follower", r.did}}
	case colBlock:
		return []link{{colBlock, dig(r.value, "subject")}}
	case colPost:
		out := []link{{"author", r.did}}
		if parent := dig(r.value, "reply", "parent", "uri"); parent != "" {
			out = append(out, link{"reply", parent})
		}
		if quoted := r.quoted(); quoted != "" {
			out = append(out, link{"quote", quoted})
		}
		return out
	}
	return nil
}

// quoted is the URI of the record that a post embeds.
func (r *record) quoted() string {
	if uri := dig(r.value, "embed", "record", "uri"); uri != "" {
		return uri
	}
	return dig(r.value, "embed", "record", "record", "uri")
}

// ref is a strong reference (com.atproto.repo.strongRef).
func (r *record) ref() object { return object{"uri": r.uri, "cid": r.cid} }

// dig reads a string deep in an object, "" when it is not there.
func dig(o object, path ...string) string {
	var v any = o
	for _, name := range path {
		m, ok := v.(object)
		if !ok {
			return ""
		}
		v = m[name]
	}
	s, _ := v.(string)
	return s
}

// newRecord checks a value as a PDS does and names it. The server's mu is not
// needed.
func (s *Server) newRecord(did, collection, rkey string, value object) (*record, error) {
	if _, err := syntax.ParseNSID(collection); err != nil {
		return nil, invalid("Input/collection must be a valid nsid")
	}
	if _, err := syntax.ParseRecordKey(rkey); err != nil {
		return nil, invalid("Input/rkey must be a valid record key")
	}
	if value["$type"] == nil {
		value["$type"] = collection
	}
	if value["$type"] != collection {
		return nil, invalid("Invalid $type: expected %s, got %v", collection, value["$type"])
	}
	cbor, err := atdata.MarshalCBOR(value)
	if err != nil {
		return nil, invalid("Bad record: %v", err)
	}
	name, err := contentID(cid.DagCBOR, cbor)
	if err != nil {
		return nil, err
	}
	r := &record{
		uri: "at://" + did + "/" + collection + "/" + rkey, did: did, collection: collection, rkey: rkey,
		cid: name, value: value, indexed: s.opts.Now().UTC(),
	}
	if r.created, err = createdAt(value); err != nil && collection != colProfile {
		return nil, err
	}
	if collection == colPost {
		return r, checkPost(value)
	}
	return r, nil
}

func createdAt(value object) (time.Time, error) {
	t, err := syntax.ParseDatetimeTime(dig(value, "createdAt"))
	if err != nil {
		return t, invalid("Invalid record: createdAt must be an valid atproto datetime (both RFC-3339 and ISO-8601)")
	}
	return t.UTC(), nil
}

// checkPost holds a post to the limits of app.bsky.feed.post.
func checkPost(value object) error {
	const maxGraphemes, maxBytes, maxImages, maxLangs = 300, 3000, 4, 3
	text, ok := value["text"].(string)
	switch {
	case !ok:
		return invalid("Invalid app.bsky.feed.post record: Record must have the property \"text\"")
	case len(text) > maxBytes:
		return invalid("Invalid app.bsky.feed.post record: Record/text must not be longer than %d characters", maxBytes)
	case uniseg.GraphemeClusterCount(text) > maxGraphemes:
		return invalid("Invalid app.bsky.feed.post record: Record/text must not be longer than %d graphemes", maxGraphemes)
	}
	if langs, ok := value["langs"].([]any); ok && len(langs) > maxLangs {
		return invalid("Invalid app.bsky.feed.post record: Record/langs must not have more than %d elements", maxLangs)
	}
	embed, ok := value["embed"].(object)
	if !ok {
		return nil
	}
	if media, ok := embed["media"].(object); ok {
		embed = media
	}
	if images, ok := embed["images"].([]any); ok && len(images) > maxImages {
		return invalid("Invalid app.bsky.feed.post record: Record/embed/images must not have more than %d elements", maxImages)
	}
	return checkBlobs(embed)
}

// checkBlobs holds files to the sizes and types of app.bsky.embed.*.
func checkBlobs(embed object) error {
	const maxImage, maxThumb, maxVideo = 2_000_000, 1_000_000, 300_000_000
	check := func(v any, accept string, most int64) error {
		switch b, ok := v.(atdata.Blob); {
		case !ok:
			return nil // absent, or of a form that the lexicon refuses elsewhere
		case !strings.HasPrefix(b.MimeType, accept):
			return invalid("Invalid app.bsky.feed.post record: Record/embed: blob type %s is not %s", b.MimeType, accept)
		case b.Size > most:
			return invalid("Invalid app.bsky.feed.post record: Record/embed: blob too big: maximum %d, got %d", most, b.Size)
		}
		return nil
	}
	images, _ := embed["images"].([]any)
	for _, i := range images {
		image, _ := i.(object)
		if err := check(image["image"], "image/", maxImage); err != nil {
			return err
		}
	}
	card, _ := embed["external"].(object)
	if err := check(card["thumb"], "image/", maxThumb); err != nil {
		return err
	}
	return check(embed["video"], "video/mp4", maxVideo)
}

func contentID(codec uint64, b []byte) (string, error) {
	sum := sha256.Sum256(b)
	mh, err := multihash.Encode(sum[:], multihash.SHA2_256)
	if err != nil {
		return "", fmt.Errorf("content identifier: %w", err)
	}
	return cid.NewCidV1(codec, mh).String(), nil
}

// Below: the index. The server's mu is held.

// store puts a record in, in place of one with the same name.
func (s *Server) store(r *record) {
	s.drop(r.uri)
	s.records[r.uri] = r
	s.revisions[r.did] = s.revision.Next().String()
	for _, l := range r.links() {
		s.about[l] = append(s.about[l], r)
	}
	if r.collection == colPost || r.collection == colRepost {
		i, _ := slices.BinarySearchFunc(s.feed, r, compareRecords)
		s.feed = slices.Insert(s.feed, i, r)
	}
}

// drop takes a record out, if it is there.
func (s *Server) drop(uri string) {
	r, ok := s.records[uri]
	if !ok {
		return
	}
	delete(s.records, uri)
	s.revisions[r.did] = s.revision.Next().String()
	is := func(o *record) bool { return o == r }
	for _, l := range r.links() {
		s.about[l] = slices.DeleteFunc(s.about[l], is)
	}
	s.feed = slices.DeleteFunc(s.feed, is)
}

// by finds the record with which a person points at something.
func (s *Server) by(p *person, l link) *record {
	if p == nil {
		return nil
	}
	for _, r := range s.about[l] {
		if r.did == p.did {
			return r
		}
	}
	return nil
}

// pointing counts the people who point at something: twice the same is once.
func (s *Server) pointing(l link) int {
	people := map[string]bool{}
	for _, r := range s.about[l] {
		people[r.did] = true
	}
	return len(people)
}
