//go:build unix

package main

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"skein/backends/files"
	"skein/backends/transport"
	"skein/config"
	"skein/timeline"
	"skein/ui/gallery"
)

// someMedia is the media of an app whose folders are the test's, and a server with a
// picture, a page that says it is one, and a film.
func someMedia(t *testing.T) (m media, address string) {
	t.Helper()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a.png":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(picture.Bytes())
		case "/evil.png":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("#!/bin/sh\ntouch /tmp/owned\n"))
		case "/film.sh":
			w.Header().Set("Content-Type", "video/mp4")
			_, _ = w.Write([]byte("moving"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	client := transport.New(transport.Options{Allow: []string{"127.0.0.1"}})
	t.Cleanup(client.Close)
	home := t.TempDir()
	a := &app{paths: config.Paths{Cache: filepath.Join(home, "cache")}}
	a.config.Pictures.SaveTo = filepath.Join(home, "saved")
	way := func(timeline.AccountID) *transport.Client { return client }
	return media{a, files.New(files.Options{Dir: filepath.Join(home, "cache", picturesDir), Way: way})}, s.URL
}

func itemAt(address string, kind timeline.MediaKind) gallery.Item {
	return gallery.Item{
		Post: timeline.ID{Network: timeline.Mastodon, Local: "https://a.example/1"}, N: 1,
		Media: timeline.Media{Kind: kind, URL: timeline.CleanLine(address)},
	}
}

func TestSavingNeverWritesOver(t *testing.T) {
	m, at := someMedia(t)
	names := map[string]bool{}
	for _, i := range []gallery.Item{
		itemAt(at+"/a.png", timeline.Image), itemAt(at+"/a.png", timeline.Image), itemAt(at+"/film.sh", timeline.Video),
	} {
		path, err := m.Save(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		if names[path] || filepath.Dir(path) != m.app.config.Pictures.SaveTo {
			t.Errorf("saved as %s", path)
		}
		names[path] = true
		if kind := filepath.Ext(path); kind != map[timeline.MediaKind]string{timeline.Image: ".png", timeline.Video: ".mp4"}[i.Media.Kind] {
			t.Errorf("a %s is saved as %s", i.Media.Kind, kind)
		}
	}
	if _, err := m.Save(t.Context(), itemAt(at+"/none", timeline.Image)); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("what is not there: %v", err)
	}
	if left, _ := os.ReadDir(m.app.config.Pictures.SaveTo); len(left) != len(names) {
		t.Errorf("%d files are left, %d were saved", len(left), len(names))
	}
}

// TestViewerGetsPicturesAlone: what is handed to the system is what it says it is.
func TestViewerGetsPicturesAlone(t *testing.T) {
	m, at := someMedia(t)
	if err := m.View(t.Context(), itemAt(at+"/evil.png", timeline.Image)); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("a script that says it is a picture: %v", err)
	}
	if _, err := os.Stat(filepath.Join(m.app.paths.Cache, shownDir)); err == nil {
		t.Error("it lies where the viewer would find it")
	}
}

// TestPlayerGetsOneArgument: nothing in an address is for a shell.
func TestPlayerGetsOneArgument(t *testing.T) {
	m, _ := someMedia(t)
	dir := t.TempDir()
	told, player := filepath.Join(dir, "told"), filepath.Join(dir, "player")
	if err := syscall.Mkfifo(told, 0o600); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\" > '" + told + "'\n"
	if err := os.WriteFile(player, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	m.app.config.Pictures.Player = player + " --quiet"
	address := "https://films.example/$(id);a%20b.mp4?x=`id`&y='"
	if err := m.Play(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(told)
	if got := strings.Split(strings.TrimSpace(string(b)), "\n"); err != nil || len(got) != 2 || got[0] != "--quiet" || got[1] != address {
		t.Errorf("the player was given %q, %v", got, err)
	}
	m.app.config.Pictures.Player = filepath.Join(dir, "none")
	if err := m.Play(t.Context(), address); timeline.CodeOf(err) != timeline.CodeUnsupported || !strings.Contains(err.Error(), "none") {
		t.Errorf("a player that is not there: %v", err)
	}
}
