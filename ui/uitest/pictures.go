package uitest

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"sync"

	"skein/timeline"
	"skein/ui"
	"skein/ui/picture"
)

// Pictures is a fetcher of pictures by their address. It is safe for concurrent use; the
// zero value has none.
type Pictures struct {
	mu    sync.Mutex
	files map[string][]byte
	asked []string
}

// Has makes a picture available.
func (p *Pictures) Has(address string, img image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a test's own picture
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.files == nil {
		p.files = map[string][]byte{}
	}
	p.files[address] = b.Bytes()
}

// Asked is the addresses that were asked for, in that order.
func (p *Pictures) Asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

// Fetch implements timeline.Fetcher.
func (p *Pictures) Fetch(_ context.Context, _ timeline.AccountID, address timeline.Safe, most int64) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, address.String())
	b, ok := p.files[address.String()]
	if !ok || int64(len(b)) > most {
		return nil, timeline.Errorf(timeline.CodeNotFound, "there is no such picture")
	}
	return b, nil
}

// Options shows the pictures in a terminal of which nothing is known, in at most ten rows.
func (p *Pictures) Options() *ui.Pictures {
	return &ui.Pictures{Fetcher: p, Terminal: &picture.Terminal{}, Rows: 10}
}
