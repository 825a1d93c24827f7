package nostr

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skein/backends/sandbox/blossom"
	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

func media(t testing.TB, o blossom.Options) *blossom.Server {
	t.Helper()
	s, err := blossom.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the media server: %v", err)
		}
	})
	return s
}

// picture is a file as the outbox hands it over.
func picture(t testing.TB, content string) timeline.Attachment {
	t.Helper()
	path := filepath.Join(t.TempDir(), "picture")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	return timeline.Attachment{
		Path: path, Type: "image/png", Kind: timeline.Image, Alt: "a goose", Width: 3, Height: 2,
		Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:]),
	}
}

func withPicture(f ...timeline.Attachment) timeline.Intent {
	i := posting("look")
	i.Parts[0].Media = f
	return i
}

// TestUpload posts with pictures by Blossom and by NIP-96, and reads them back.
func TestUpload(t *testing.T) {
	for name, o := range map[string]blossom.Options{"Blossom": {}, "NIP-96": {NIP96: true}} {
		t.Run(name, func(t *testing.T) {
			relays := empty(t, sandbox.Options{})
			m := media(t, o)
			b := me(t, urls(relays), func(c *Config) { c.MediaServer = m.URL() + "/" })
			one, two := picture(t, "one"), picture(t, "two")
			post, err := b.Post(t.Context(), do(t, b, withPicture(one, two)).Receipt.Posts[0].ID)
			if err != nil || len(post.Media) != 2 {
				t.Fatalf("%+v, %v", post, err)
			}
			for i, f := range []timeline.Attachment{one, two} {
				got, kept := m.File(f.SHA256)
				if !kept || got.Type != "image/png" || got.Owner != b.cfg.PubKey || string(got.Body) != []string{"one", "two"}[i] {
					t.Errorf("the server holds %+v", got)
				}
				if p := post.Media[i]; p.Alt.String() != "a goose" || p.Width != 3 || !strings.HasPrefix(p.URL.String(), m.URL()) || p.Kind != timeline.Image {
					t.Errorf("shown as %+v", p)
				}
			}
			if post.Text.Plain().String() != "look" {
				t.Errorf("text %q", post.Text.Plain())
			}
		})
	}
}

// TestUploadOnce: a preparation that broke off after the first file goes on with
// the second.
func TestUploadOnce(t *testing.T) {
	relays := empty(t, sandbox.Options{})
	m := media(t, blossom.Options{})
	b := me(t, urls(relays), func(c *Config) { c.MediaServer = m.URL() })
	one, two := picture(t, "one"), picture(t, "two")
	i, n := withPicture(one, two), &notes{}
	if err := os.Rename(two.Path, two.Path+"x"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Prepare(t.Context(), i, n); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Fatalf("with a file missing: %v", err)
	}
	if err := os.Rename(two.Path+"x", two.Path); err != nil {
		t.Fatal(err)
	}
	if _, err := again(t, b).Prepare(t.Context(), i, n); err != nil {
		t.Fatal(err)
	}
	if got := m.Uploads(); got != 2 {
		t.Errorf("%d uploads of two files", got)
	}
}

// TestUploadFails has a media server refuse, lie, or be something else.
func TestUploadFails(t *testing.T) {
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			http.NotFound(w, r)
		}
	}))
	defer html.Close()
	moved := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:1/elsewhere", http.StatusFound))
	defer moved.Close()
	relays := empty(t, sandbox.Options{})
	for name, c := range map[string]struct {
		server string
		code   timeline.Code
		said   string
	}{
		"too large":      {media(t, blossom.Options{MaxSize: 2}).URL(), timeline.CodeRefused, "at most 2 bytes"},
		"too large form": {media(t, blossom.Options{NIP96: true, MaxSize: 2}).URL(), timeline.CodeRefused, "at most 2 bytes"},
		"something else": {media(t, blossom.Options{Mangles: true}).URL(), timeline.CodeMalformed, "something else"},
		"a web site":     {html.URL, timeline.CodeUnsupported, "neither"},
		"a redirect":     {moved.URL, timeline.CodeRefused, "redirect"},
		"down":           {strings.Replace(nowhere(t), "ws", "http", 1), timeline.CodeOffline, ""},
	} {
		b := me(t, urls(relays), func(conf *Config) { conf.MediaServer = c.server })
		_, err := b.Prepare(t.Context(), withPicture(picture(t, "a goose")), &notes{})
		if timeline.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.said) {
			t.Errorf("%s: %s, %v", name, timeline.CodeOf(err), err)
		}
		if got := stored(relays[0], b.cfg.PubKey); len(got) != 0 {
			t.Errorf("%s: a post went out: %v", name, got)
		}
	}
	b := me(t, urls(relays))
	if _, err := b.Prepare(t.Context(), withPicture(picture(t, "x")), &notes{}); timeline.CodeOf(err) != timeline.CodeRefused || !strings.Contains(err.Error(), "media_server") {
		t.Errorf("without a media server: %v", err)
	}
	if _, err := New(Config{Relays: urls(relays), Client: b.cfg.Client, MediaServer: "ftp://x"}); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("a media server that is no web address: %v", err)
	}
}
