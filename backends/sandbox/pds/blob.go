package pds

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/ipfs/go-cid"

	"skein/backends/sandbox/world"
)

const maxBlob = 50 << 20 // bytes; what a PDS takes is its own affair

// blob is a file: uploaded bytes, or a picture that is drawn when it is first
// asked for, because drawing all of them would delay the start by seconds.
type blob struct {
	cid  string
	mime string
	size int
	read func() ([]byte, error)
}

// painting names a picture by what it shows and draws it later. The server's mu
// is held.
func (s *Server) painting(p world.Picture) (*blob, error) {
	name, err := contentID(cid.Raw, fmt.Appendf(nil, "%+v", p))
	if err != nil {
		return nil, err
	}
	if b, ok := s.blobs[name]; ok {
		return b, nil
	}
	const bytesAPixel = 2 // an estimate: the real size is known once it is drawn
	b := &blob{cid: name, mime: "image/png", size: min(max(p.Width*p.Height/bytesAPixel, 1), 900_000)}
	b.read = sync.OnceValues(func() ([]byte, error) {
		var out bytes.Buffer
		enc := png.Encoder{CompressionLevel: png.BestSpeed}
		err := enc.Encode(&out, world.Draw(p))
		return out.Bytes(), err
	})
	s.blobs[name] = b
	return b, nil
}

// value is the blob as records refer to it.
func (b *blob) value() object {
	return object{"$type": "blob", "ref": object{"$link": b.cid}, "mimeType": b.mime, "size": float64(b.size)}
}

func (s *Server) uploadBlob(c *call) (any, error) {
	mime, _, _ := strings.Cut(c.header.Get("Content-Type"), ";")
	switch {
	case mime == "" || mime == "*/*":
		return nil, invalid("Request encoding (Content-Type) required but not provided")
	case len(c.body) == 0:
		return nil, invalid("Request body is empty")
	case len(c.body) > maxBlob:
		return nil, &failure{http.StatusRequestEntityTooLarge, "PayloadTooLarge", "request entity too large"}
	}
	name, err := contentID(cid.Raw, c.body)
	if err != nil {
		return nil, err
	}
	b := &blob{cid: name, mime: mime, size: len(c.body), read: func() ([]byte, error) { return c.body, nil }}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blobs[name] = b
	return object{"blob": b.value()}, nil
}

func (s *Server) getBlob(c *call) (any, error) {
	name, err := c.required("cid")
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := s.blobs[name]
	if b == nil {
		return nil, &failure{http.StatusBadRequest, "BlobNotFound", "Blob not found"}
	}
	return b, nil
}

// imageURL is where a browser sees a blob, in the form of Bluesky's own CDN.
func (s *Server) imageURL(preset, did, cid string) string {
	return s.url + "/img/" + preset + "/plain/" + did + "/" + cid
}

func (s *Server) serveImage(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(r.PathValue("name"), "@") // "@jpeg" asks for a format
	s.mu.RLock()
	b := s.blobs[name]
	s.mu.RUnlock()
	if b == nil {
		http.NotFound(w, r)
		return
	}
	serveBytes(w, b)
}

func serveBytes(w http.ResponseWriter, b *blob) {
	body, err := b.read()
	if err != nil {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", b.mime)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body) // the caller has gone: nobody to tell
}
