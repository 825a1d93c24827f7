package nostr

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/transport"
	"skein/timeline"
)

const (
	kindBlossomAuth = 24242 // BUD-01
	kindHTTPAuth    = 27235 // NIP-98

	uploadTime   = 10 * time.Minute // a video over a slow line
	uploadAuth   = time.Hour        // how long a server may take a Blossom authorisation
	maxUploadDoc = 256 << 10        // bytes of a media server's answer
	maxSaid      = 300              // bytes of its words
)

// uploadAll puts the files of a post on the media server. Each one that is there is
// kept as a step, by its hash, so that it is uploaded once.
func (b *Backend) uploadAll(ctx context.Context, files []timeline.Attachment, n timeline.Notes) ([]upload, error) {
	if len(files) == 0 {
		return nil, nil
	}
	if b.cfg.MediaServer == "" {
		return nil, errNoMediaServer
	}
	all := make([]upload, 0, len(files))
	for _, f := range files {
		kept, err := timeline.Step(ctx, n, "stored "+f.SHA256, func(ctx context.Context) (keptFile, error) {
			return b.upload(ctx, f)
		})
		if err != nil {
			return nil, err
		}
		f.SHA256, f.Type = kept.SHA256, kept.Type
		all = append(all, upload{URL: kept.URL, File: f})
	}
	return all, nil
}

// keptFile is a file as a media server keeps it.
type keptFile struct {
	URL    string `json:"url"`
	SHA256 string `json:"sha256"`
	Type   string `json:"type"`
}

// errNoUpload says that a server does not speak a protocol.
var errNoUpload = errors.New("no such upload here")

// upload puts one file on the media server by Blossom, else by NIP-96, and returns
// what is there. Doing it again gives the same file the same place.
func (b *Backend) upload(ctx context.Context, f timeline.Attachment) (keptFile, error) {
	kept, err := b.uploadBlossom(ctx, f)
	if errors.Is(err, errNoUpload) {
		kept, err = b.uploadNIP96(ctx, f)
	}
	if errors.Is(err, errNoUpload) {
		return keptFile{}, timeline.Errorf(timeline.CodeUnsupported, "%s is neither a Blossom nor a NIP-96 server", b.mediaHost())
	}
	if err != nil {
		return keptFile{}, err
	}
	if _, ok := webAddress(kept.URL); !ok {
		return keptFile{}, timeline.Errorf(timeline.CodeMalformed, "%s gave no usable address for the file", b.mediaHost())
	}
	return kept, nil
}

func (b *Backend) mediaHost() string {
	u, err := url.Parse(b.cfg.MediaServer)
	if err != nil {
		return b.cfg.MediaServer
	}
	return u.Host
}

// open opens the copy of a file. One that is gone does not come back.
func open(f timeline.Attachment) (*os.File, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, &timeline.Error{Code: timeline.CodeRefused, Message: timeline.Literal("the file to be uploaded cannot be read"), Err: err}
	}
	return file, nil
}

// uploadBlossom is BUD-02's PUT /upload, with a kind 24242 for the file's hash.
func (b *Backend) uploadBlossom(ctx context.Context, f timeline.Attachment) (keptFile, error) {
	auth := nostr.Event{
		Kind: kindBlossomAuth, CreatedAt: b.stamp(), Content: "Upload a file",
		Tags: nostr.Tags{
			{"t", "upload"},
			{"x", f.SHA256},
			{"expiration", strconv.FormatInt(b.cfg.Now().Add(uploadAuth).Unix(), 10)},
		},
	}
	file, err := open(f)
	if err != nil {
		return keptFile{}, err
	}
	defer file.Close() //nolint:errcheck // only read from
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, strings.TrimRight(b.cfg.MediaServer, "/")+"/upload", file)
	if err != nil {
		return keptFile{}, fmt.Errorf("upload: %w", err)
	}
	req.ContentLength = f.Size
	req.Header.Set("Content-Type", f.Type)
	req.Header.Set("X-SHA-256", f.SHA256)
	var blob struct {
		URL    string `json:"url"`
		SHA256 string `json:"sha256"`
	}
	if err := b.uploading(ctx, req, auth, "X-Reason", &blob); err != nil {
		return keptFile{}, err
	}
	if !strings.EqualFold(blob.SHA256, f.SHA256) {
		return keptFile{}, timeline.Errorf(timeline.CodeMalformed, "%s has stored something else than the file", b.mediaHost())
	}
	return keptFile{URL: blob.URL, SHA256: f.SHA256, Type: f.Type}, nil
}

// uploadNIP96 finds the server's interface and posts the file to it as a form. The
// server is asked not to change the file; one that does all the same is believed,
// for what it stores is what is shown.
func (b *Backend) uploadNIP96(ctx context.Context, f timeline.Attachment) (keptFile, error) {
	api, err := b.nip96(ctx, b.cfg.MediaServer, true)
	if err != nil {
		return keptFile{}, err
	}
	file, err := open(f)
	if err != nil {
		return keptFile{}, err
	}
	defer file.Close() //nolint:errcheck // only read from
	form, err := newForm(f)
	if err != nil {
		return keptFile{}, fmt.Errorf("upload: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, api, io.MultiReader(strings.NewReader(form.head), file, strings.NewReader(form.tail)))
	if err != nil {
		return keptFile{}, timeline.Errorf(timeline.CodeMalformed, "%s names no usable address for uploads", b.mediaHost())
	}
	req.ContentLength = int64(len(form.head)) + f.Size + int64(len(form.tail))
	req.Header.Set("Content-Type", form.contentType)
	auth := nostr.Event{
		Kind: kindHTTPAuth, CreatedAt: b.stamp(),
		Tags: nostr.Tags{{"u", api}, {"method", http.MethodPost}},
	}
	var answer struct {
		Status  string `json:"status"`
		Message string `json:"message"`
		Event   struct {
			Tags nostr.Tags `json:"tags"`
		} `json:"nip94_event"`
	}
	if err := b.uploading(ctx, req, auth, "", &answer); err != nil {
		return keptFile{}, err
	}
	if answer.Status == "error" {
		return keptFile{}, timeline.Errorf(timeline.CodeRefused, "%s: %s", b.mediaHost(), short(answer.Message))
	}
	kept := keptFile{URL: value(answer.Event.Tags, "url"), SHA256: f.SHA256, Type: f.Type}
	if x := value(answer.Event.Tags, "x"); isHex(x, 64) && x != f.SHA256 {
		kept.SHA256 = x
		if m := value(answer.Event.Tags, "m"); mediaType(m) {
			kept.Type = m
		}
	}
	return kept, nil
}

// mediaType tells whether s has the form of a picture's, video's or sound's type.
func mediaType(s string) bool {
	const longest = 60
	_, ok := kindOf("", s)
	return ok && len(s) <= longest && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// nip96 is the address for uploads, which a server may delegate once.
func (b *Backend) nip96(ctx context.Context, server string, delegate bool) (string, error) {
	var doc struct {
		API       string `json:"api_url"`
		Delegated string `json:"delegated_to_url"`
	}
	err := getJSON(ctx, b.cfg.Client.HTTP(), strings.TrimRight(server, "/")+"/.well-known/nostr/nip96.json", "application/json", maxUploadDoc, &doc)
	switch code := timeline.CodeOf(err); {
	case code == timeline.CodeNotFound, code == timeline.CodeMalformed, code == timeline.CodeRefused:
		return "", fmt.Errorf("%w: %w", errNoUpload, err)
	case err != nil:
		return "", err
	}
	address := doc.API
	if address == "" && delegate && doc.Delegated != "" {
		if _, ok := webAddress(doc.Delegated); ok {
			return b.nip96(ctx, doc.Delegated, false)
		}
	}
	if _, ok := webAddress(address); !ok {
		return "", errNoUpload
	}
	return address, nil
}

// uploading signs, sends and decodes. The header reason is where the server says
// why not, where it has one.
func (b *Backend) uploading(ctx context.Context, req *http.Request, auth nostr.Event, reason string, into any) error {
	if err := b.sign(ctx, &auth); err != nil {
		return err
	}
	req.Header.Set("Authorization", "Nostr "+base64.StdEncoding.EncodeToString([]byte(auth.String())))
	client := *b.cfg.Client.HTTP()
	client.Timeout = uploadTime
	resp, err := client.Do(req)
	if err != nil {
		return transport.Unreachable(req.URL.Host, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	body, err := io.ReadAll(http.MaxBytesReader(nil, resp.Body, maxUploadDoc))
	if err != nil {
		return transport.Unreachable(req.URL.Host, err)
	}
	switch resp.StatusCode {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted:
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return errNoUpload
	default:
		said := ""
		if reason != "" {
			said = resp.Header.Get(reason)
		}
		if said == "" {
			said = complaint(body)
		}
		te := transport.StatusError(req.URL.Host, resp.StatusCode, cut(said, maxSaid))
		if te.Code == timeline.CodeAuth { // the key is known well: the server does not want its files
			te.Code = timeline.CodeRefused
		}
		return te
	}
	if err := json.Unmarshal(body, into); err != nil {
		return &timeline.Error{Code: timeline.CodeMalformed, Message: timeline.CleanLine(req.URL.Host + ": not the answer to an upload"), Err: err}
	}
	return nil
}

// complaint finds the words in an error's body.
func complaint(body []byte) string {
	var doc struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &doc) != nil {
		return ""
	}
	return doc.Message
}
