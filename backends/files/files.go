package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"skein/backends/transport"
	"skein/timeline"
)

// Options configure Files.
type Options struct {
	// Dir is the folder that files are kept in; it is made when the first is. "": none
	// are kept.
	Dir string
	// Most is how many bytes are kept, about; 0 is DefaultMost.
	Most int64
	// Way is the client by which an account's requests go.
	Way func(timeline.AccountID) *transport.Client
	Log *slog.Logger
	Now func() time.Time
}

// DefaultMost is how many bytes are kept unless Options say otherwise.
const DefaultMost = 200 << 20

// Files is a timeline.Fetcher. It is safe for concurrent use, and several processes may
// share a folder.
type Files struct {
	o Options

	mu    sync.Mutex
	sized bool  // size is known
	size  int64 // bytes in the folder, as far as this process knows
}

// New makes Files.
func New(o Options) *Files {
	if o.Most == 0 {
		o.Most = DefaultMost
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Files{o: o}
}

// Fetch implements timeline.Fetcher.
func (f *Files) Fetch(ctx context.Context, id timeline.AccountID, address timeline.Safe, most int64) ([]byte, error) {
	u, err := parse(address)
	if err != nil {
		return nil, err
	}
	if b, ok := f.recall(u.String(), most); ok {
		return b, nil
	}
	var b bytes.Buffer
	if err := f.download(ctx, id, u, most, func(string) (io.Writer, error) { return &b, nil }); err != nil {
		return nil, err
	}
	if err := f.keep(u.String(), b.Bytes()); err != nil {
		f.o.Log.Warn("a picture is not kept", "error", err)
	}
	return b.Bytes(), nil
}

// Copy writes the file at an address to where open says, once the server has told of what
// type it is (MIME, or ""). It keeps nothing; the same holds as for Fetch. After an error
// what was written is not whole.
func (f *Files) Copy(ctx context.Context, id timeline.AccountID, address timeline.Safe, most int64, open func(kind string) (io.Writer, error)) error {
	u, err := parse(address)
	if err != nil {
		return err
	}
	if b, ok := f.recall(u.String(), most); ok {
		w, err := open(http.DetectContentType(b))
		if err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return fmt.Errorf("writing the file: %w", err)
		}
		return nil
	}
	return f.download(ctx, id, u, most, open)
}

// parse reads an address. Names and passwords in it are nobody's here.
func parse(address timeline.Safe) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address.String()))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, timeline.Errorf(timeline.CodeUsage, "it is at no web address")
	}
	u.Fragment = ""
	return u, nil
}

func (f *Files) download(ctx context.Context, id timeline.AccountID, u *url.URL, most int64, open func(kind string) (io.Writer, error)) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return timeline.Errorf(timeline.CodeUsage, "it is at no web address")
	}
	req.Header.Set("Accept", "image/jpeg, image/png, image/gif, image/webp, */*;q=0.1")
	resp, err := f.o.Way(id).Large(most).Do(req)
	if err != nil {
		return transport.Unreachable(u.Host, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	tooLarge := timeline.Errorf(timeline.CodeTooLarge, "%s: it is over %d MiB", u.Host, most>>20)
	switch {
	case resp.StatusCode != http.StatusOK:
		return transport.StatusError(u.Host, resp.StatusCode, "")
	case resp.ContentLength > most:
		return tooLarge
	}
	w, err := open(resp.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	out := &noting{Writer: w}
	n, err := io.Copy(out, io.LimitReader(resp.Body, most+1))
	switch {
	case n > most, timeline.CodeOf(err) == timeline.CodeTooLarge:
		return tooLarge
	case out.err != nil:
		return fmt.Errorf("writing the file: %w", out.err)
	case err != nil:
		return transport.Unreachable(u.Host, err)
	}
	return nil
}

// noting is a writer that knows whether it was it that failed.
type noting struct {
	io.Writer
	err error
}

func (n *noting) Write(b []byte) (int, error) {
	written, err := n.Writer.Write(b)
	n.err = err
	return written, err
}

// Below: what is kept.

// suffix ends the names of files that are kept; others in the folder are let alone.
const suffix = ".file"

func (f *Files) path(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(f.o.Dir, hex.EncodeToString(sum[:])+suffix)
}

// recall reads what was kept, and notes that it is still of use.
func (f *Files) recall(key string, most int64) ([]byte, bool) {
	if f.o.Dir == "" {
		return nil, false
	}
	path := f.path(key)
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > most || info.Size() == 0 {
		return nil, false
	}
	b, err := os.ReadFile(path) //nolint:gosec // its name is a hash
	if err != nil {
		return nil, false
	}
	now := f.o.Now()
	_ = os.Chtimes(path, now, now) // it only goes a little earlier
	return b, true
}

// keep writes a file, whole or not at all, and lets go of others where there are too many.
func (f *Files) keep(key string, b []byte) error {
	if f.o.Dir == "" || len(b) == 0 || int64(len(b)) > f.o.Most/4 {
		return nil
	}
	if err := os.MkdirAll(f.o.Dir, 0o700); err != nil {
		return fmt.Errorf("the folder of pictures: %w", err)
	}
	t, err := os.CreateTemp(f.o.Dir, "new-*")
	if err != nil {
		return fmt.Errorf("keeping a picture: %w", err)
	}
	_, err = t.Write(b)
	if err = errors.Join(err, t.Close()); err == nil {
		now := f.o.Now()
		err = errors.Join(os.Chtimes(t.Name(), now, now), os.Rename(t.Name(), f.path(key)))
	}
	if err != nil {
		_ = os.Remove(t.Name())
		return fmt.Errorf("keeping a picture: %w", err)
	}
	return f.trim(int64(len(b)))
}

// kept is a file in the folder.
type kept struct {
	name string
	size int64
	used time.Time
}

// trim lets go of the files that were longest not used, once there are too many.
func (f *Files) trim(added int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.size += added
	if f.sized && f.size <= f.o.Most {
		return nil
	}
	all, err := f.all()
	if err != nil {
		return err
	}
	f.sized, f.size = true, 0
	for _, k := range all {
		f.size += k.size
	}
	if f.size <= f.o.Most {
		return nil
	}
	slices.SortFunc(all, func(a, b kept) int { return a.used.Compare(b.used) })
	for _, k := range all {
		if f.size <= f.o.Most/4*3 { // so that not every picture has the folder read
			break
		}
		if err := os.Remove(filepath.Join(f.o.Dir, k.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("letting go of a picture: %w", err)
		}
		f.size -= k.size
	}
	return nil
}

// all is what is in the folder. What a process left half written goes with the rest.
func (f *Files) all() ([]kept, error) {
	entries, err := os.ReadDir(f.o.Dir)
	if err != nil {
		return nil, fmt.Errorf("the folder of pictures: %w", err)
	}
	var out []kept
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !strings.HasSuffix(e.Name(), suffix) && !strings.HasPrefix(e.Name(), "new-") {
			continue
		}
		out = append(out, kept{e.Name(), info.Size(), info.ModTime()})
	}
	return out, nil
}
