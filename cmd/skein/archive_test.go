package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// archiveOf is an archive in a folder, whose media are at a server on this machine.
func archiveOf(t *testing.T, dir string) *archiving {
	t.Helper()
	a := quietApp(time.Now)
	a.client = transport.New(transport.Options{Allow: []string{"127.0.0.1"}})
	t.Cleanup(a.client.Close)
	r := &archiving{app: a, record: account.Record{ID: "1", Name: "me", Network: "mastodon", Handle: "@me@marsh.example"}, dir: dir}
	if err := r.begin(); err != nil {
		t.Fatal(err)
	}
	return r
}

func mediaOf(post string, kind timeline.MediaKind, addresses ...string) (all []attached) {
	for i, a := range addresses {
		id := timeline.ID{Network: timeline.Mastodon, Local: post}
		all = append(all, attached{id, i + 1, timeline.Media{Kind: kind, URL: timeline.CleanLine(a)}})
	}
	return all
}

func TestMediaAreFetchedOnceAndWithinTheirBounds(t *testing.T) {
	var asked atomic.Int64
	mux := http.NewServeMux()
	serve := func(kind string, size int64, told bool) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header().Set("Content-Type", kind)
			if told {
				w.Header().Set("Content-Length", fmt.Sprint(size))
			}
			for chunk := make([]byte, 64<<10); size > 0; size -= int64(len(chunk)) {
				if _, err := w.Write(chunk[:min(size, int64(len(chunk)))]); err != nil {
					return
				}
			}
		}
	}
	mux.Handle("/a.png", serve("image/png", 1000, true))
	mux.Handle("/odd.name%20/../x", serve("image/webp; q=1", 10, true))
	mux.Handle("/movie", serve("video/mp4", mostPicture+1000, true))
	mux.Handle("/told", serve("image/png", mostPicture+1, true))
	mux.Handle("/untold", serve("image/png", mostPicture+1, false))
	s := httptest.NewServer(mux)
	defer s.Close()

	dir := t.TempDir()
	r := archiveOf(t, filepath.Join(dir, "archive"))
	pictures := mediaOf("one", timeline.Image, s.URL+"/a.png", s.URL+"/told", s.URL+"/untold", s.URL+"/gone", "file:///etc/passwd", "https://")
	films := mediaOf("two", timeline.Video, s.URL+"/movie")
	r.media = slices.Concat(pictures, films)
	if err := r.fetchMedia(t.Context()); err != nil {
		t.Fatal(err)
	}
	var why []string
	for _, m := range r.manifest.Missing {
		why = append(why, m.Why.String())
	}
	slices.Sort(why)
	told := strings.Join(why, "\n")
	if len(why) != 5 || strings.Count(told, "it is over 16 MiB") != 2 || strings.Count(told, "no web address") != 2 || !strings.Contains(told, "404") {
		t.Errorf("missing: %s", told)
	}
	got, err := os.ReadDir(filepath.Join(r.dir, mediaDir))
	if err != nil || len(got) != 2 || len(r.manifest.Files) != 2 {
		t.Fatalf("%v, %v, in the manifest %v", got, err, r.manifest.Files)
	}
	picture := mediaDir + "/" + pictures[0].post.Short() + "-1.png"
	if f := r.manifest.Files[picture]; f.Bytes != 1000 || f.URL != s.URL+"/a.png" {
		t.Errorf("the picture is %+v in %v", f, r.manifest.Files)
	}

	// The folder is taken up again by another process.
	before := asked.Load()
	again := archiveOf(t, r.dir)
	again.media = slices.Concat(pictures[:1], films)
	if err := again.fetchMedia(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := asked.Load() - before; n != 0 {
		t.Errorf("%d files were fetched again", n)
	}
	if err := os.Truncate(filepath.Join(r.dir, filepath.FromSlash(picture)), 10); err != nil {
		t.Fatal(err)
	}
	again = archiveOf(t, r.dir)
	again.media = slices.Concat(pictures[:1], films)
	if err := again.fetchMedia(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := asked.Load() - before; n != 1 || !again.same(picture, again.manifest.Files[picture]) {
		t.Errorf("%d files were fetched again", n)
	}
}

func TestNamesOfMediaAreSkeinsOwn(t *testing.T) {
	for address, want := range map[string]string{
		"https://a.example/x.JPG":           ".jpg",
		"https://a.example/x":               ".bin",
		"https://a.example/x.p/../../y.%2f": ".bin",
		"https://a.example/x.toolongbyfar":  ".bin",
		"https://a.example/.":               ".bin",
	} {
		m := mediaOf("one", timeline.Image, address)[0]
		if got := m.name("text/html"); got != mediaDir+"/"+m.post.Short()+"-1"+want {
			t.Errorf("%s becomes %s", address, got)
		}
		if got := m.name("image/webp"); !strings.HasSuffix(got, "-1.webp") {
			t.Errorf("%s becomes %s", address, got)
		}
	}
}

func TestTwoPostsOfOneShortIDKeepTheirMedia(t *testing.T) {
	r := archiveOf(t, filepath.Join(t.TempDir(), "archive"))
	const name = mediaDir + "/abcdefg-1.png"
	first, second, again := r.free(name, "https://a.example/1"), r.free(name, "https://a.example/2"), r.free(name, "https://a.example/1")
	if first != name || second == name || again != first {
		t.Errorf("%s, %s, %s", first, second, again)
	}
	r.manifest.leave(second)
	if len(r.manifest.Files) != 1 {
		t.Errorf("what was not fetched is in the manifest: %v", r.manifest.Files)
	}
}

func TestAnArchiveThatWasKilledIsTakenUp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "archive")
	archiveOf(t, dir)
	half := filepath.Join(dir, mediaDir, ".abcdefg-1.png.123.part")
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if m, err := readManifest(dir); err != nil || m.Complete || m.Finished != nil {
		t.Errorf("the manifest from the beginning: %+v, %v", m, err)
	}
	r := archiveOf(t, dir)
	if _, err := os.Stat(half); err == nil {
		t.Error("what was begun is still there")
	}
	r.manifest.finish(r.now())
	if err := r.note(); err != nil {
		t.Fatal(err)
	}
	if m, err := readManifest(dir); err != nil || !m.Complete {
		t.Errorf("%+v, %v", m, err)
	}
	if err := os.WriteFile(filepath.Join(dir, manifestName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readManifest(dir); err == nil {
		t.Error("a damaged manifest was taken for one")
	}
}
