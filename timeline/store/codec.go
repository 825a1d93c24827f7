package store

import (
	"fmt"

	"github.com/klauspost/compress/s2"
)

// phrases is what packed posts often hold, the most frequent last, where references
// to it are shortest. It is a part of the file's format: to change it is a new
// version.
const phrases = `https://www.youtube.com/watch?v=https://www.theguardian.com/https://www.nytimes.com/https://github.com/` +
	`https://image.nostr.build/https://media.tenor.com/https://video.bsky.app/watch//playlist.m3u8/thumbnail.jpg` +
	`.social/users/.online/users//statuses//activity/emoji/custom_emojis/images/fosstodon.orghachyderm.iomstdn.jp` +
	` nicht ist und die der das ein auf mit für sich que de la el en los para por una con les des pour dans est pas sur qui` +
	` because people should really about think their which would there what just from have this with that your are but not for was you and the ` +
	`unlistedfollowersdirectvideogifaudiofileshownpendinggonerefused` +
	`https://files.mastodon.social/cache/media_attachments/files/11/small/.jpg.png.jpeg/original/` +
	`https://cdn.bsky.app/img/feed_thumbnail/plain/did:plc:@jpeghttps://cdn.bsky.app/img/feed_fullsize/plain/did:plc:/bafkreiimage` +
	`https://njump.me/nevent1qqs nostr@https://mastodon.social/@https://mastodon.social/users/` +
	`bafyreihttps://bsky.app/profile/.bsky.social/post/3m/app.bsky.feed.repost/3m/app.bsky.feed.post/3mat://did:plc:public en mastodon bluesky`

// maxBody is the most that a packed row may take: far more than a network sends,
// so that a damaged file cannot ask for all memory.
const maxBody = 64 << 20

// codec shrinks packed rows.
type codec struct{ dict *s2.Dict }

func newCodec() codec { return codec{s2.MakeDict([]byte(phrases), nil)} }

func (c codec) shrink(b []byte) []byte { return c.dict.Encode(nil, b) }

func (c codec) expand(b []byte) ([]byte, error) {
	n, err := s2.DecodedLen(b)
	if err == nil && n > maxBody {
		err = fmt.Errorf("%d bytes", n)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPacked, err)
	}
	out, err := c.dict.Decode(nil, b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPacked, err)
	}
	return out, nil
}
