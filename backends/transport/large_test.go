package transport_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"skein/backends/transport"
	"skein/timeline"
)

// What was asked for as large is handed on before its end, over the usual cap and
// not over its own; JSON and errors are held to the usual one.
func TestLargeAnswers(t *testing.T) {
	const most = transport.MaxBody + 1<<20
	finish := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		chunk := []byte(strings.Repeat("x", 1<<20))
		switch r.URL.Path {
		case "/json":
			w.Header().Set("Content-Type", "application/json")
		case "/error":
			w.WriteHeader(http.StatusBadRequest)
		default:
			w.Header().Set("Content-Type", "application/vnd.ipld.car")
		}
		send := most
		if r.URL.Path == "/flood" {
			send++
		}
		for send > 0 {
			n, err := w.Write(chunk[:min(send, len(chunk))])
			if err != nil {
				return // the client has had enough
			}
			if send -= n; r.URL.Path == "/slow" && send == 1<<20 {
				if err := http.NewResponseController(w).Flush(); err != nil {
					t.Error(err)
				}
				<-finish
			}
		}
	})
	large := client(t).Large(most)
	read := func(path string, first func()) (int, error) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := large.Do(req)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		if first != nil {
			first()
		}
		n, err := io.Copy(io.Discard, resp.Body)
		return int(n), err
	}
	if n, err := read("/slow", func() { close(finish) }); err != nil || n != most { // the end comes only after the beginning was had
		t.Errorf("%d bytes, %v", n, err)
	}
	for _, path := range []string{"/flood", "/json", "/error"} {
		if n, err := read(path, nil); timeline.CodeOf(err) != timeline.CodeTooLarge {
			t.Errorf("%s: %d bytes, %v", path, n, err)
		}
	}
}
