package mastodon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"time"

	"skein/timeline"
)

const (
	uploadTime = 10 * time.Minute       // a whole upload: files are larger than answers
	mediaWait  = 500 * time.Millisecond // until the first look at an upload that is not ready
	mediaPause = 5 * time.Second        // between later ones, at most
	mediaLooks = 60                     // before the preparation is put off
)

// media uploads files, each once, and waits until the server has made of them what
// it makes. It returns their ids.
func (p preparation) media(ctx context.Context, files []timeline.Attachment) ([]string, error) {
	var ids []string
	for n, file := range files {
		name := fmt.Sprintf("media %d", n+1)
		up, err := timeline.Step(ctx, p.notes, name, func(ctx context.Context) (uploaded, error) {
			return p.upload(ctx, file)
		})
		if err == nil && up.Pending {
			_, err = timeline.Step(ctx, p.notes, name+" ready", func(ctx context.Context) (bool, error) {
				return true, p.ready(ctx, up.ID)
			})
		}
		if err != nil {
			return nil, fmt.Errorf("attachment %d: %w", n+1, err)
		}
		ids = append(ids, up.ID)
	}
	return ids, nil
}

// uploaded is a file that the server has.
type uploaded struct {
	ID      string `json:"id"`
	Pending bool   `json:"pending,omitempty"` // it is still being worked on
}

// upload sends one file. The server does not learn what it is called here.
//
// Source: docs.joinmastodon.org/methods/media#v2
func (p preparation) upload(ctx context.Context, file timeline.Attachment) (uploaded, error) {
	f, err := os.Open(file.Path) // the outbox's own copy
	if err != nil {
		return uploaded{}, timeline.Errorf(timeline.CodeRefused, "the copy of the file cannot be read: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	head, tail, kind, err := envelope(file)
	if err != nil {
		return uploaded{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return uploaded{}, timeline.Errorf(timeline.CodeRefused, "the copy of the file cannot be read: %w", err)
	}
	body := io.MultiReader(bytes.NewReader(head), f, bytes.NewReader(tail))
	req, err := p.api.request(ctx, http.MethodPost, "/api/v2/media", body)
	if err != nil {
		return uploaded{}, err
	}
	req.ContentLength = int64(len(head)) + info.Size() + int64(len(tail))
	req.Header.Set("Content-Type", kind)
	client := p.api.Client.Client // a copy: its transport and its redirects stay
	client.Timeout = uploadTime
	resp, err := client.Do(req)
	if err != nil {
		return uploaded{}, err
	}
	got, err := readAnswer(resp)
	if err != nil {
		return uploaded{}, err
	}
	if got.status != http.StatusOK && got.status != http.StatusAccepted {
		return uploaded{}, got.fault(p.base.Host)
	}
	var up struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(got.body, &up); err != nil || !validID(up.ID) {
		return uploaded{}, timeline.Errorf(timeline.CodeMalformed, "%s: the upload was answered without an id", p.base.Host)
	}
	return uploaded{up.ID, got.status == http.StatusAccepted}, nil
}

// envelope is what stands before and after the file in a multipart body, and the
// body's type.
func envelope(file timeline.Attachment) (head, tail []byte, kind string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if file.Alt != "" {
		if err := w.WriteField("description", file.Alt); err != nil {
			return nil, nil, "", err
		}
	}
	name := "upload"
	if endings, err := mime.ExtensionsByType(file.Type); err == nil && len(endings) > 0 {
		name += endings[0]
	}
	_, err = w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {mime.FormatMediaType("form-data", map[string]string{"name": "file", "filename": name})},
		"Content-Type":        {file.Type},
	})
	if err != nil {
		return nil, nil, "", err
	}
	head = bytes.Clone(b.Bytes())
	if err := w.Close(); err != nil {
		return nil, nil, "", err
	}
	return head, bytes.Clone(b.Bytes()[len(head):]), w.FormDataContentType(), nil
}

// ready waits until an upload can be attached.
//
// Source: docs.joinmastodon.org/methods/media#get
func (p preparation) ready(ctx context.Context, id string) error {
	wait := p.mediaWait
	for range mediaLooks {
		got, err := p.api.ask(ctx, http.MethodGet, "/api/v1/media/"+id)
		switch {
		case err != nil:
			return err
		case got.status == http.StatusOK:
			return nil
		case got.status != http.StatusPartialContent:
			return got.fault(p.base.Host)
		}
		pause := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
		wait = min(2*wait, mediaPause)
	}
	return timeline.Errorf(timeline.CodeServer, "%s: still works on the file", p.base.Host)
}

// attached tells whether one of the uploads cannot be attached any more: it is part
// of a post, or the server has thrown it away.
func (b *Backend) attached(ctx context.Context, a *api, ids []string) (bool, error) {
	for _, id := range ids {
		got, err := a.ask(ctx, http.MethodGet, "/api/v1/media/"+id)
		if err != nil {
			return false, err
		}
		if got.status == http.StatusNotFound || got.status == http.StatusGone {
			return true, nil
		}
	}
	return false, nil
}
