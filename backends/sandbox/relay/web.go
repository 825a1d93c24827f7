package relay

import (
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"strconv"
	"strings"

	"github.com/nbd-wtf/go-nostr/nip11"

	"skein/backends/sandbox/world"
)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.root)
	mux.HandleFunc("GET /picture/{name}", s.picture)
	return mux
}

// root is a websocket, the NIP-11 document, or a line for a person.
func (s *Server) root(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		s.wg.Add(1)
		defer s.wg.Done()
		s.serve(w, r)
	case strings.Contains(r.Header.Get("Accept"), "application/nostr+json"):
		w.Header().Set("Content-Type", "application/nostr+json")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		_ = json.NewEncoder(w).Encode(s.information()) // the client is gone: nothing to tell it
	default:
		_, _ = fmt.Fprintln(w, "A Nostr relay of skein's sandbox: use a Nostr client.")
	}
}

// information is the NIP-11 document. Every limit in it is kept.
func (s *Server) information() nip11.RelayInformationDocument {
	return nip11.RelayInformationDocument{
		Name:          "skein sandbox",
		Description:   "A relay in the memory of one program",
		Software:      "https://skein.example/sandbox-relay",
		Version:       "1.0.0",
		SupportedNIPs: []any{1, 9, 11, 42, 50},
		Limitation: &nip11.RelayLimitationDocument{
			MaxMessageLength: maxMessage,
			MaxSubscriptions: maxSubscriptions,
			MaxLimit:         s.opts.Limit,
			DefaultLimit:     s.opts.Limit,
			MaxSubidLength:   maxSubID,
			MaxEventTags:     maxTags,
			MaxContentLength: s.opts.MaxContent,
			AuthRequired:     s.opts.Auth,
		},
	}
}

// maxSide is the largest width or height drawn, in pixels.
const maxSide = 4096

// pictureName is the file name that picture reads again.
func pictureName(p world.Picture) string {
	name := fmt.Sprintf("%d-%dx%d", p.Seed, p.Width, p.Height)
	if p.Scene != "" {
		name += "-" + string(p.Scene)
	}
	return name + ".png"
}

func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	p, ok := parsePicture(r.PathValue("name"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_ = png.Encode(w, world.Draw(p)) // the client is gone: nothing to tell it
}

func parsePicture(name string) (p world.Picture, ok bool) {
	seed, rest, _ := strings.Cut(strings.TrimSuffix(name, ".png"), "-")
	size, scene, _ := strings.Cut(rest, "-")
	width, height, _ := strings.Cut(size, "x")
	var errs [3]error
	p.Seed, errs[0] = strconv.Atoi(seed)
	p.Width, errs[1] = strconv.Atoi(width)
	p.Height, errs[2] = strconv.Atoi(height)
	p.Scene = world.Scene(scene)
	inside := min(p.Width, p.Height) > 0 && max(p.Width, p.Height) <= maxSide
	return p, errs == [3]error{} && inside && pictureName(p) == name
}
