package bluesky

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"skein/backends/sandbox/pds"
	"skein/timeline"
)

// site is a page with a card, and its picture.
func site(t *testing.T, head string, picture []byte) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
			t.Error("credentials are sent to a page")
		}
		w.Header().Set("Content-Type", "text/html; charset=iso-8859-1")
		_, _ = fmt.Fprintf(w, "<!doctype html><html><head>%s</head><body><meta property='og:title' content='no'>", head)
	})
	mux.HandleFunc("GET /plain", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "just text") })
	mux.HandleFunc("GET /picture", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

const png = "\x89PNG\r\n\x1a\n"

func TestCard(t *testing.T) {
	const head = `<title>Plain</title><meta property="og:title" content="Gr&ouml;&szlig;e ` + "\xfc" + "\x1b[31m" + `"><meta name=description content="About it"><meta property="og:image" content="/picture">`
	for name, c := range map[string]struct {
		head    string
		picture string
		title   string // "" for no card
		thumb   bool
	}{
		"whole":         {head, png, "Größe ü[31m", true},
		"title only":    {"<title>Plain</title>", png, "Plain", false},
		"nothing":       {"", png, "", false},
		"no picture":    {head, "<svg>", "Größe ü[31m", false},
		"a huge one":    {head, png + strings.Repeat("x", maxThumb), "Größe ü[31m", false},
		"not its own":   {"<title>a</title><meta property=og:image content='file:///etc/passwd'>", png, "a", false},
		"beyond a page": {"<!--" + strings.Repeat("x", maxPage) + "--><title>late</title>", png, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t, pds.Options{})
			web := site(t, c.head, []byte(c.picture))
			p, err := st.b.Post(t.Context(), st.publish(st.post("see " + web.URL + "/page")).Posts[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			if (p.Card == nil) != (c.title == "") {
				t.Fatalf("card %+v", p.Card)
			}
			if p.Card != nil && (p.Card.Title.String() != c.title || p.Card.Image.Empty() == c.thumb || p.Card.URL.String() != web.URL+"/page") {
				t.Errorf("card %+v", p.Card)
			}
		})
	}
}

// A card is read once, and its absence is remembered too.
func TestCardIsJournaled(t *testing.T) {
	st := newStage(t, pds.Options{})
	web := site(t, "", nil)
	for _, page := range []string{"/plain", "/missing"} {
		n := &notes{}
		i := st.post("see " + web.URL + page)
		first, err := st.b.Prepare(t.Context(), i, n)
		if err != nil {
			t.Fatal(err)
		}
		if kept, ok := n.Get("card/0"); !ok || string(kept) != "null" {
			t.Errorf("%s: kept %s", page, kept)
		}
		web.Close()
		again, err := st.b.Prepare(t.Context(), i, n)
		if err != nil || string(first.Body) != string(again.Body) {
			t.Errorf("%s: the second preparation differs: %v", page, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if c, err := st.b.readCard(ctx, web.URL+"/page"); err == nil {
		t.Errorf("given up: %+v", c)
	}
}

// A post with something beside its text has no card.
func TestNoCardBesideOthers(t *testing.T) {
	st := newStage(t, pds.Options{})
	web := site(t, "<title>a page</title>", nil)
	i := st.post("see " + web.URL + "/page")
	i.Parts[0].Media = []timeline.Attachment{file(t, timeline.Image, "image/png", []byte(png))}
	p, err := st.b.Post(t.Context(), st.publish(i).Posts[0].ID)
	if err != nil || p.Card != nil || len(p.Media) != 1 {
		t.Errorf("%v, %+v", err, p)
	}
}
