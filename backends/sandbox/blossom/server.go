package blossom

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nbd-wtf/go-nostr"
)

const (
	kindBlossomAuth = 24242 // BUD-01
	kindHTTPAuth    = 27235 // NIP-98
	httpAuthLasts   = time.Minute
	maxFile         = 64 << 20
)

// Options are a server's ways. The zero value speaks Blossom.
type Options struct {
	Now     func() time.Time // nil: time.Now
	NIP96   bool             // speaks NIP-96, and no Blossom
	MaxSize int64            // bytes of a file; 0 is 64 MiB
	Mangles bool             // stores something else than what it was given
}

// Server is one media server. Its methods are safe for concurrent use.
type Server struct {
	opts     Options
	listener net.Listener
	http     *http.Server
	wg       sync.WaitGroup // connections and the accept loop

	mu      sync.Mutex
	files   map[string]File // by hash
	uploads int
}

// File is what was uploaded.
type File struct {
	Body  []byte
	Type  string
	Owner string // public key in hex
	Alt   string // NIP-96 only
}

// Start serves on a free port of loopback.
func Start(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxSize <= 0 {
		o.MaxSize = maxFile
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start a media server: %w", err)
	}
	s := &Server{opts: o, listener: l, files: map[string]File{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{name}", s.download)
	if o.NIP96 {
		mux.HandleFunc("GET /.well-known/nostr/nip96.json", s.wellKnown)
		mux.HandleFunc("POST /api", s.form)
	} else {
		mux.HandleFunc("PUT /upload", s.upload)
	}
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ConnState: s.count}
	s.wg.Go(func() { _ = s.http.Serve(l) }) // ends with ErrServerClosed
	return s, nil
}

// count has Close wait for connections that linger.
func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.wg.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.wg.Done()
	}
}

// URL is the server's address.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Close ends all connections and waits for the server.
func (s *Server) Close() error {
	err := s.http.Close()
	s.wg.Wait()
	return err
}

// File is what is stored under a hash.
func (s *Server) File(hash string) (File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.files[hash]
	return f, ok
}

// Uploads counts the files that were taken, repeats among them.
func (s *Server) Uploads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.uploads
}

// download is BUD-01's GET, with or without an ending.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	f, ok := s.File(strings.TrimSuffix(name, path.Ext(name)))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.Type)
	_, _ = w.Write(f.Body) // the client is gone: nothing to tell it
}

// upload is BUD-02's PUT.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, why string) {
		w.Header().Set("X-Reason", why)
		w.WriteHeader(status)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.opts.MaxSize))
	if err != nil {
		refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("files of at most %d bytes", s.opts.MaxSize))
		return
	}
	owner, err := s.blossomAuth(r, hashOf(body))
	if err != nil {
		refuse(http.StatusUnauthorized, err.Error())
		return
	}
	hash := s.keep(File{Body: body, Type: r.Header.Get("Content-Type"), Owner: owner})
	answer(w, map[string]any{
		"url": s.address(hash, r.Header.Get("Content-Type")), "sha256": hash, "size": len(body),
		"type": r.Header.Get("Content-Type"), "uploaded": s.opts.Now().Unix(),
	})
}

// wellKnown is NIP-96's document.
func (s *Server) wellKnown(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"api_url": s.URL() + "/api"})
}

// form is NIP-96's POST.
func (s *Server) form(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, why string) {
		w.WriteHeader(status)
		answer(w, map[string]any{"status": "error", "message": why})
	}
	owner, err := s.httpAuth(r)
	if err != nil {
		refuse(http.StatusUnauthorized, err.Error())
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, s.opts.MaxSize)
	part, header, err := r.FormFile("file")
	if err != nil {
		refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("a form with a file of at most %d bytes", s.opts.MaxSize))
		return
	}
	body, err := io.ReadAll(part)
	if err != nil {
		refuse(http.StatusBadRequest, "the form breaks off")
		return
	}
	original := hashOf(body)
	kind := header.Header.Get("Content-Type")
	hash := s.keep(File{Body: body, Type: kind, Owner: owner, Alt: r.FormValue("alt")})
	w.WriteHeader(http.StatusCreated)
	answer(w, map[string]any{
		"status": "success", "message": "Upload successful.",
		"nip94_event": map[string]any{"tags": [][]string{{"url", s.address(hash, kind)}, {"ox", original}, {"x", hash}}, "content": ""},
	})
}

// keep stores a file and returns its hash.
func (s *Server) keep(f File) string {
	if s.opts.Mangles {
		f.Body = append([]byte("mangled "), f.Body...)
	}
	hash := hashOf(f.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[hash] = f
	s.uploads++
	return hash
}

// address ends as the type has it, so that readers see what it is.
func (s *Server) address(hash, kind string) string {
	_, ending, ok := strings.Cut(kind, "/")
	if !ok {
		return s.URL() + "/" + hash
	}
	return s.URL() + "/" + hash + "." + ending
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func answer(w http.ResponseWriter, doc any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(doc) // the client is gone: nothing to tell it
}

// blossomAuth checks BUD-01's event for an upload of a file, and tells whose it is.
func (s *Server) blossomAuth(r *http.Request, hash string) (string, error) {
	e, err := authorisation(r, kindBlossomAuth)
	if err != nil {
		return "", err
	}
	expires, err := strconv.ParseInt(tag(e, "expiration"), 10, 64)
	now := s.opts.Now()
	switch {
	case err != nil || expires <= now.Unix():
		return "", errors.New("the authorisation has expired")
	case e.CreatedAt.Time().After(now.Add(httpAuthLasts)):
		return "", errors.New("the authorisation is from the future")
	case tag(e, "t") != "upload":
		return "", errors.New("the authorisation is not for an upload")
	case e.Tags.FindWithValue("x", hash) == nil:
		return "", errors.New("the authorisation is for another file")
	}
	return e.PubKey, nil
}

// httpAuth checks NIP-98's event, and tells whose it is.
func (s *Server) httpAuth(r *http.Request) (string, error) {
	e, err := authorisation(r, kindHTTPAuth)
	if err != nil {
		return "", err
	}
	switch age := s.opts.Now().Sub(e.CreatedAt.Time()).Abs(); {
	case age > httpAuthLasts:
		return "", errors.New("the authorisation is too old")
	case tag(e, "u") != s.URL()+r.URL.Path, tag(e, "method") != r.Method:
		return "", errors.New("the authorisation is for another request")
	}
	return e.PubKey, nil
}

// authorisation reads the signed event in the Authorization header.
func authorisation(r *http.Request, kind int) (*nostr.Event, error) {
	encoded, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Nostr ")
	if !ok {
		return nil, errors.New("a signed event is wanted as authorisation")
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("the authorisation is not base64")
	}
	var e nostr.Event
	if err := json.Unmarshal(raw, &e); err != nil || e.Kind != kind {
		return nil, fmt.Errorf("the authorisation is no event of kind %d", kind)
	}
	if good, err := e.CheckSignature(); !e.CheckID() || !good || err != nil {
		return nil, errors.New("the authorisation is not signed")
	}
	return &e, nil
}

// tag is a tag's value, "" where there is none.
func tag(e *nostr.Event, name string) string {
	if t := e.Tags.Find(name); t != nil {
		return t[1]
	}
	return ""
}
