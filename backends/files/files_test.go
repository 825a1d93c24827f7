package files_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"skein/backends/files"
	"skein/backends/transport"
	"skein/timeline"
)

// server serves files of as many bytes as their path says, and counts the requests.
func server(t *testing.T, heard *atomic.Int32) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard.Add(1)
		if r.Header.Get("Authorization")+r.Header.Get("Cookie") != "" {
			t.Error("credentials were sent")
		}
		n, name := 0, ""
		if _, err := fmt.Sscanf(r.URL.Path, "/%d/%s", &n, &name); err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(bytes.Repeat([]byte{1}, n)) // the client went away
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func fetcher(t *testing.T, dir string, most int64, now *time.Time, allow ...string) *files.Files {
	t.Helper()
	client := transport.New(transport.Options{Allow: allow})
	t.Cleanup(client.Close)
	return files.New(files.Options{
		Dir: dir, Most: most, Now: func() time.Time { return *now },
		Way: func(timeline.AccountID) *transport.Client { return client },
	})
}

func TestFileIsFetchedOnce(t *testing.T) {
	var heard atomic.Int32
	at, dir, now := server(t, &heard), filepath.Join(t.TempDir(), "pictures"), time.Unix(1e9, 0)
	for range 2 { // the second process finds it as well
		f := fetcher(t, dir, 0, &now, "127.0.0.1")
		for range 2 {
			b, err := f.Fetch(t.Context(), "me", timeline.CleanLine(at+"/500/a.png#part"), 1000)
			if err != nil || len(b) != 500 {
				t.Fatal(len(b), err)
			}
		}
	}
	if heard.Load() != 1 {
		t.Errorf("%d requests", heard.Load())
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info.Mode(), err)
	}
}

func TestFetchRefuses(t *testing.T) {
	var heard atomic.Int32
	at, now := server(t, &heard), time.Unix(1e9, 0)
	open, strict := fetcher(t, t.TempDir(), 0, &now, "127.0.0.1"), fetcher(t, t.TempDir(), 0, &now)
	for _, c := range []struct {
		f       *files.Files
		address string
		code    timeline.Code
	}{
		{open, at + "/1001/a.png", timeline.CodeTooLarge},
		{open, at + "/none", timeline.CodeNotFound},
		{open, "file:///etc/passwd", timeline.CodeUsage},
		{open, "http://me:secret@127.0.0.1/5/a", timeline.CodeUsage},
		{open, "", timeline.CodeUsage},
		{strict, at + "/5/a.png", timeline.CodeRefused},
	} {
		if _, err := c.f.Fetch(t.Context(), "", timeline.CleanLine(c.address), 1000); timeline.CodeOf(err) != c.code {
			t.Errorf("%s: %v (%s)", c.address, err, timeline.CodeOf(err))
		}
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	var heard atomic.Int32
	at, dir, now := server(t, &heard), t.TempDir(), time.Unix(1e9, 0)
	if err := os.WriteFile(filepath.Join(dir, "mine.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := fetcher(t, dir, 10_000, &now, "127.0.0.1")
	get := func(name string) {
		t.Helper()
		now = now.Add(time.Minute)
		if _, err := f.Fetch(t.Context(), "", timeline.CleanLine(at+"/1000/"+name), 2000); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 11 {
		get(fmt.Sprint(i))
		get("first") // it stays of use
	}
	size := int64(0)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasSuffix(e.Name(), ".file") {
			size += info.Size()
		}
	}
	if size > 10_000 || size < 5000 {
		t.Errorf("%d bytes are kept", size)
	}
	before := heard.Load()
	get("first")
	if heard.Load() != before {
		t.Error("what was of use just now is gone")
	}
	get("0")
	if heard.Load() == before {
		t.Error("what was never used again is still there")
	}
	if _, err := os.Stat(filepath.Join(dir, "mine.txt")); err != nil {
		t.Error("a file that is not ours is gone")
	}
}
