package instance

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/bbrks/go-blurhash"

	"skein/backends/sandbox/world"
)

const (
	smallSuffix = "-small" // of a preview's name
	emojiPrefix = "emoji-"
	bannerName  = "banner"

	smallSide = 640 // pixels of a preview's longer side
	faceSide  = 120
	emojiSide = 32
	blurSide  = 32
)

// picture is an attachment.
type picture struct {
	world.Picture
	id string
}

// gallery holds the pictures by file name, without ".png". They are drawn when
// somebody asks. It is safe for concurrent use.
type gallery struct {
	mu       sync.Mutex
	pictures map[string]world.Picture
	uploads  map[string]file
	blurs    map[string]string // of attachments, by their id
}

// file is one that somebody uploaded.
type file struct {
	kind string
	raw  []byte
}

func newGallery() *gallery {
	return &gallery{pictures: map[string]world.Picture{bannerName: {Seed: 1, Width: 600, Height: 200}}, uploads: map[string]file{}, blurs: map[string]string{}}
}

// keep makes an upload available, and as its own preview.
func (g *gallery) keep(name, kind string, raw []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.uploads[name], g.uploads[name+smallSuffix] = file{kind, raw}, file{kind, raw}
}

func (g *gallery) put(name string, p world.Picture) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pictures[name] = p
}

// hang makes an attachment and its preview available.
func (g *gallery) hang(p picture) {
	g.put(p.id, p.Picture)
	g.put(p.id+smallSuffix, shrink(p.Picture))
}

// blur is the attachment's blurhash, of 4 × 3 components; nil for an upload, whose
// picture nobody looks at here.
func (g *gallery) blur(p picture) *string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, uploaded := g.uploads[p.id]; uploaded {
		return nil
	}
	if hash, ok := g.blurs[p.id]; ok {
		return &hash
	}
	small := p.Picture
	small.Width, small.Height = blurSide, blurSide
	hash, err := blurhash.Encode(4, 3, world.Draw(small))
	if err != nil {
		return nil // a server leaves it out as well
	}
	g.blurs[p.id] = hash
	return &hash
}

// portrait gives a person a face.
func (g *gallery) portrait(p *person) {
	g.put(p.id, world.Picture{Seed: seed(p.Key), Width: faceSide, Height: faceSide})
}

func seed(s string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s)) // a hash takes everything
	return int(h.Sum32() >> 1)
}

// shrink is p at the size of a preview.
func shrink(p world.Picture) world.Picture {
	longer := max(p.Width, p.Height)
	if longer > smallSide {
		p.Width, p.Height = max(1, p.Width*smallSide/longer), max(1, p.Height*smallSide/longer)
	}
	return p
}

func size(p world.Picture) sizeEntity {
	return sizeEntity{
		Width: p.Width, Height: p.Height, Size: fmt.Sprintf("%dx%d", p.Width, p.Height),
		Aspect: float64(p.Width) / float64(max(p.Height, 1)),
	}
}

// serve draws the file in the path.
func (g *gallery) serve(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("name"), ".png")
	g.mu.Lock()
	p, known := g.pictures[name]
	up, uploaded := g.uploads[name]
	g.mu.Unlock()
	if uploaded {
		w.Header().Set("Content-Type", up.kind)
		w.Header().Set("Content-Length", strconv.Itoa(len(up.raw)))
		_, _ = w.Write(up.raw) // the client went away
		return
	}
	if code, isEmoji := strings.CutPrefix(name, emojiPrefix); isEmoji {
		p, known = world.Picture{Seed: seed(code), Width: emojiSide, Height: emojiSide}, true
	}
	if !ok || !known {
		http.NotFound(w, r)
		return
	}
	var b bytes.Buffer
	if err := png.Encode(&b, world.Draw(p)); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(b.Bytes()) // the client went away
}
