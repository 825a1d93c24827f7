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

// pictureName is the file name that picture reads again.
func pictureName(p world.Picture) string {
	return fmt.Sprintf("%d-%dx%d.png", p.Seed, p.Width, p.Height)
}

func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	var p world.Picture
	name := strings.TrimSuffix(r.PathValue("name"), ".png")
	seed, size, ok := strings.Cut(name, "-")
	width, height, ok2 := strings.Cut(size, "x")
	var errs [3]error
	p.Seed, errs[0] = strconv.Atoi(seed)
	p.Width, errs[1] = strconv.Atoi(width)
	p.Height, errs[2] = strconv.Atoi(height)
	if !ok || !ok2 || errs != [3]error{} || p.Width < 1 || p.Height < 1 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_ = png.Encode(w, world.Draw(p)) // the client is gone: nothing to tell it
}
