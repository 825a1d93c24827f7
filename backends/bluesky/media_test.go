package bluesky

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skein/backends/sandbox/pds"
	"skein/timeline"
)

// file is an attachment of some bytes.
func file(t *testing.T, kind timeline.MediaKind, mime string, content []byte) timeline.Attachment {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	return timeline.Attachment{Path: path, Type: mime, Kind: kind, Alt: "what it shows", Width: 4, Height: 3, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
}

func TestPublishMedia(t *testing.T) {
	st := newStage(t, pds.Options{})
	root, err := st.ana.publish(t.Context(), "root", timeline.ID{})
	if err != nil {
		t.Fatal(err)
	}
	i := st.post("pictures", "a clip")
	i.Parts[0].Media = []timeline.Attachment{file(t, timeline.Image, "image/png", []byte("\x89PNG one")), file(t, timeline.Image, "image/jpeg", []byte("two"))}
	i.Parts[1].Media = []timeline.Attachment{file(t, timeline.GIF, "video/mp4", []byte("three"))}
	i.Quote.ID, i.Sensitive = root, true
	n := &notes{}
	r, err := st.b.Prepare(t.Context(), i, n)
	if err != nil {
		t.Fatal(err)
	}
	again, err := st.b.Prepare(t.Context(), i, n)
	if err != nil || string(again.Body) != string(r.Body) {
		t.Errorf("a second preparation differs: %v", err)
	}
	if calls := st.s.Calls("com.atproto.repo.uploadBlob"); calls != 3 {
		t.Errorf("%d uploads", calls)
	}
	o := st.b.Send(t.Context(), r)
	if o.Verdict != timeline.Published {
		t.Fatalf("%s, %v", o.Verdict, o.Err)
	}
	pictures, err := st.b.Post(t.Context(), o.Receipt.Posts[0].ID)
	if err != nil || len(pictures.Media) != 2 || pictures.Media[1].Alt.String() != "what it shows" || pictures.Media[0].Width != 4 || pictures.Quote == nil || !pictures.MediaOnly {
		t.Errorf("pictures: %v, %+v", err, pictures)
	}
	clip, err := st.b.Post(t.Context(), o.Receipt.Posts[1].ID)
	if err != nil || len(clip.Media) != 1 || clip.Media[0].Kind != timeline.GIF {
		t.Errorf("clip: %v, %+v", err, clip)
	}
	resp, err := st.b.api.client.Get(clip.Media[0].URL.String())
	if err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "video/mp4" {
		t.Errorf("the clip itself: %v, %v", err, resp)
	}
	if err == nil {
		_ = resp.Body.Close()
	}
}

// A file that changed, vanished or grew is not uploaded.
func TestUploadRefused(t *testing.T) {
	st := newStage(t, pds.Options{})
	for name, change := range map[string]func(*timeline.Attachment){
		"changed": func(a *timeline.Attachment) { a.SHA256 = strings.Repeat("0", 64) },
		"gone":    func(a *timeline.Attachment) { a.Path += "x" },
		"too big": func(a *timeline.Attachment) { *a = file(t, timeline.Image, "image/png", make([]byte, maxImageBytes+1)) },
	} {
		i := st.post("x")
		a := file(t, timeline.Image, "image/png", []byte("picture"))
		change(&a)
		i.Parts[0].Media = []timeline.Attachment{a}
		_, err := st.b.Prepare(t.Context(), i, &notes{})
		if te := timeline.AsError(err); te == nil || te.Code != timeline.CodeRefused {
			t.Errorf("%s: %v", name, err)
		}
	}
	if calls := st.s.Calls("com.atproto.repo.uploadBlob"); calls != 0 {
		t.Errorf("%d uploads", calls)
	}
}
