package instance

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // sizes of uploads
	_ "image/jpeg"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"skein/backends/sandbox/world"
)

const maxImage = 16 << 20 // bytes

// imageTypes are the MIME types that can be attached.
func imageTypes() []string { return []string{"image/jpeg", "image/png", "image/gif", "image/webp"} }

// upload is a file that may be attached to one post.
type upload struct {
	picture
	by      *person
	pending int // how often it is still to be called unfinished
	taken   bool
}

// postMedia takes a file.
//
// Source: docs.joinmastodon.org/methods/media#v2
func postMedia(c *call) (any, error) {
	c.Body = http.MaxBytesReader(nil, c.Body, maxImage+maxBody)
	file, _, err := c.FormFile("file")
	if err != nil {
		return nil, errInvalid("File can't be blank")
	}
	defer func() { _ = file.Close() }()
	raw, err := io.ReadAll(io.LimitReader(file, maxImage+1))
	if err != nil {
		return nil, errInvalid("File cannot be read")
	}
	kind := http.DetectContentType(raw)
	switch {
	case len(raw) > maxImage:
		return nil, errInvalid(fmt.Sprintf("File size must be less than %d MB", maxImage>>20))
	case !slices.Contains(imageTypes(), kind):
		return nil, errInvalid("File content type is invalid")
	}
	t := c.s.town
	u := &upload{by: c.viewer, picture: picture{
		Picture: world.Picture{Alt: c.FormValue("description")},
		id:      strconv.FormatUint(firstUpload+uint64(len(t.uploads)), 10),
	}}
	if size, _, err := image.DecodeConfig(bytes.NewReader(raw)); err == nil {
		u.Width, u.Height = size.Width, size.Height
	}
	c.s.pictures.keep(u.id, kind, raw)
	t.uploads[u.id] = u
	if c.s.opts.AsyncMedia {
		u.pending, c.code = 1, http.StatusAccepted
	}
	return c.upload(u), nil
}

const firstUpload = 22000000000000000

// upload is u as it is sent: without an address while it is not ready.
func (c *call) upload(u *upload) mediaEntity {
	e := c.attachment(u.picture)
	if u.pending > 0 {
		e.URL, e.PreviewURL = nil, nil
	}
	return e
}

// loose is the upload in the path, if it is the viewer's and not attached yet.
func (c *call) loose() (*upload, error) {
	u := c.s.town.uploads[c.PathValue("id")]
	if u == nil || u.by != c.viewer || u.taken {
		return nil, errNotFound()
	}
	return u, nil
}

func getMedia(c *call) (any, error) {
	u, err := c.loose()
	if err != nil {
		return nil, err
	}
	e := c.upload(u)
	if u.pending > 0 {
		u.pending--
		c.code = http.StatusPartialContent
	}
	return e, nil
}

func putMedia(c *call) (any, error) {
	u, err := c.loose()
	if err != nil {
		return nil, err
	}
	c.Body = http.MaxBytesReader(nil, c.Body, maxBody)
	u.Alt = c.FormValue("description")
	return c.upload(u), nil
}

// attach takes uploads by their ids for a post of by's, or keeps those that was has
// already.
func (t *town) attach(ids []string, by *person, was *post) ([]picture, error) {
	if len(ids) > maxMedia {
		return nil, errInvalid(fmt.Sprintf("Cannot attach more than %d files", maxMedia))
	}
	var out []picture
	var missing []string
	for _, id := range ids {
		u := t.uploads[id]
		had := -1
		if was != nil {
			had = slices.IndexFunc(was.pictures, func(p picture) bool { return p.id == id })
		}
		switch {
		case had >= 0:
			out = append(out, was.pictures[had])
		case u == nil || u.by != by || u.taken:
			missing = append(missing, id)
		case u.pending > 0:
			return nil, errInvalid("Cannot attach files that have not finished processing. Try again in a moment!")
		default:
			out = append(out, u.picture)
		}
	}
	if len(missing) > 0 {
		return nil, errInvalid("Media " + strings.Join(missing, ", ") + " not found or already attached to another post")
	}
	for _, id := range ids {
		if u := t.uploads[id]; u != nil {
			u.taken = true
		}
	}
	return out, nil
}
