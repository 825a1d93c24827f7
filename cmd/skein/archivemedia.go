package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"skein/backends/transport"
	"skein/timeline"
)

// The bounds of media.
const (
	mediaDir      = "media"
	mostPicture   = 16 << 20
	mostOther     = 100 << 20
	mediaAtOnce   = 3
	noteMediaBy   = 50 // files, after which the manifest is written
	longestSuffix = 5
)

// attached is a media file of a post.
type attached struct {
	post  timeline.ID
	n     int // which of the post's, from 1
	media timeline.Media
}

// attachments are the media of the account's own posts; boosts are others'.
func attachments(posts []*timeline.Post) []attached {
	var all []attached
	for _, p := range posts {
		if p.Boosted != nil {
			continue
		}
		for i, m := range p.Media {
			if !m.URL.Empty() {
				all = append(all, attached{p.ID, i + 1, m})
			}
		}
	}
	return all
}

// most is how large the file may be, in bytes.
func (m attached) most() int64 {
	if m.media.Kind == timeline.Image || m.media.Kind == timeline.GIF {
		return mostPicture
	}
	return mostOther
}

// what names the file for a person.
func (m attached) what() string {
	return fmt.Sprintf("media %d of %s: %s", m.n, m.post.Local, m.media.URL)
}

// name is the file's, made of the post and the ending that the address has or the
// server tells.
func (m attached) name(kind string) string {
	suffix := ""
	if u, err := url.Parse(m.media.URL.String()); err == nil {
		suffix = strings.ToLower(path.Ext(u.Path))
	}
	known := map[string]string{
		"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "image/avif": ".avif",
		"video/mp4": ".mp4", "video/webm": ".webm", "audio/mpeg": ".mp3", "audio/ogg": ".ogg", "audio/mp4": ".m4a",
	}
	kind, _, _ = strings.Cut(kind, ";")
	if s := known[strings.TrimSpace(kind)]; s != "" {
		suffix = s
	}
	if len(suffix) < 2 || len(suffix) > longestSuffix+1 || plainName(suffix[1:]) != suffix[1:] {
		suffix = ".bin"
	}
	return fmt.Sprintf("%s/%s-%d%s", mediaDir, m.post.Short(), m.n, suffix)
}

// fetchMedia saves the media of the posts, a few at once. Those that are there as they
// were written are not fetched again.
func (r *archiving) fetchMedia(ctx context.Context) error {
	progress := r.tally("fetching media")
	defer progress.clear()
	var mu sync.Mutex
	done := 0
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(mediaAtOnce)
	for _, m := range r.media {
		group.Go(func() error {
			if err := r.save(ctx, m); err != nil {
				if err := r.lacks(ctx, m.what(), err); err != nil {
					return err
				}
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			progress.set(done, len(r.media))
			if done%noteMediaBy == 0 {
				return r.note()
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return r.note()
}

// save fetches one file, unless it is there.
func (r *archiving) save(ctx context.Context, m attached) error {
	address := m.media.URL.String()
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return timeline.Errorf(timeline.CodeRefused, "it is at no web address")
	}
	if name, f, ok := r.manifest.fileOf(address); ok && r.same(name, f) {
		return nil
	}
	return r.patiently(ctx, func() error { return r.download(ctx, m, address) })
}

func (r *archiving) download(ctx context.Context, m attached, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return timeline.Errorf(timeline.CodeRefused, "it is at no web address")
	}
	resp, err := r.client.Large(m.most()).Do(req)
	if err != nil {
		return transport.Unreachable(req.URL.Host, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	switch {
	case resp.StatusCode != http.StatusOK:
		return transport.StatusError(req.URL.Host, resp.StatusCode, "")
	case resp.ContentLength > m.most():
		return m.tooLarge()
	}
	name := r.free(m.name(resp.Header.Get("Content-Type")), address)
	_, err = r.write(name, func(w io.Writer) error {
		if _, err := io.Copy(w, resp.Body); err != nil {
			if timeline.CodeOf(err) == timeline.CodeTooLarge {
				return m.tooLarge()
			}
			return transport.Unreachable(req.URL.Host, err)
		}
		return nil
	}, func(f archived) archived {
		f.What, f.URL, f.Post, f.Alt = string(m.media.Kind), address, m.post.Local, m.media.Alt
		return f
	})
	if err != nil {
		r.manifest.leave(name)
	}
	return err
}

// tooLarge is a refusal: the file does not become smaller.
func (m attached) tooLarge() error {
	return timeline.Errorf(timeline.CodeRefused, "it is over %d MiB", m.most()>>20)
}

// free is a name that no other address has: two posts may share a short id.
func (r *archiving) free(name, address string) string {
	m := r.manifest
	m.mu.Lock()
	defer m.mu.Unlock()
	suffix := path.Ext(name)
	stem, try := strings.TrimSuffix(name, suffix), name
	for n := 2; ; n++ {
		f, taken := m.Files[try]
		if !taken {
			m.Files[try] = archived{What: "being fetched", URL: address}
		}
		if !taken || f.URL == address {
			return try
		}
		try = fmt.Sprintf("%s-%d%s", stem, n, suffix)
	}
}
