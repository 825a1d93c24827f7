package bluesky

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// The archive is what the server sent, byte for byte.
func TestArchive(t *testing.T) {
	st := newStage(t, pds.Options{})
	for n := range 40 {
		i := st.post("for the archive")
		i.Key = key(n)
		st.publish(i)
	}
	car := st.archive()
	var told int64
	var out bytes.Buffer
	ending, err := st.b.Archive(t.Context(), &out, func(n int64) { told = n })
	if err != nil || ending != "car" || !bytes.Equal(out.Bytes(), car) || told != int64(len(car)) {
		t.Errorf("%s: %v; %d bytes, %d told, %d sent", ending, err, out.Len(), told, len(car))
	}
}

// archive is one's own repository as the server gives it.
func (st *stage) archive() []byte {
	st.t.Helper()
	return repository(st.t, st.s, st.b.did)
}

// repository asks for somebody's repository as anybody may.
func repository(t testing.TB, s *pds.Server, did string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/xrpc/com.atproto.sync.getRepo?did="+did, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := newClient(t).Large(maxArchive).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	car, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return car
}

// sends has archives answered by something else.
func (st *stage) sends(body io.Reader, status int) {
	st.b.large = &http.Client{Transport: sent{body, status}}
}

type sent struct {
	body   io.Reader
	status int
}

func (s sent) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: s.status, Header: http.Header{}, Body: io.NopCloser(s.body), Request: req}, nil
}

// Whatever is wrong with an archive is noticed, wherever it stands.
func TestArchiveThatIsNotWhole(t *testing.T) {
	st := newStage(t, pds.Options{})
	i := st.post("one", "two", "three")
	st.publish(i)
	car := st.archive()
	if _, err := readCAR(bytes.NewReader(car)); err != nil {
		t.Fatalf("the whole archive: %v", err)
	}
	for n := 0; n < len(car); n += 3 {
		if _, err := readCAR(bytes.NewReader(car[:n])); err == nil {
			t.Errorf("cut off after %d of %d bytes, it passes", n, len(car))
		}
		spoilt := bytes.Clone(car)
		spoilt[n] ^= 0x10
		if _, err := readCAR(bytes.NewReader(spoilt)); err == nil {
			t.Errorf("with another byte at %d, it passes", n)
		}
	}
}

// Nor does one pass that lacks a part, whichever that is.
func TestArchiveThatLacksAPart(t *testing.T) {
	st := newStage(t, pds.Options{})
	st.publish(st.post("one", "two", "three"))
	parts := sections(t, st.archive())
	const commitAndTree = 3 // at least, with the header
	if len(parts) < commitAndTree+3 {
		t.Fatalf("%d parts", len(parts))
	}
	for n := range parts {
		if c, err := readCAR(bytes.NewReader(bytes.Join(slices.Delete(slices.Clone(parts), n, n+1), nil))); err == nil {
			t.Errorf("without part %d of %d, it passes as %+v", n, len(parts), c)
		}
	}
	slices.Reverse(parts[1:]) // their order does not matter
	if _, err := readCAR(bytes.NewReader(bytes.Join(parts, nil))); err != nil {
		t.Errorf("the other way round: %v", err)
	}
}

// sections parts an archive.
func sections(t *testing.T, car []byte) [][]byte {
	t.Helper()
	var out [][]byte
	for len(car) > 0 {
		size, n := binary.Uvarint(car)
		if n <= 0 || n+int(size) > len(car) {
			t.Fatal("no archive")
		}
		out, car = append(out, car[:n+int(size)]), car[n+int(size):]
	}
	return out
}

// Each failure says whose it is.
func TestArchiveFailures(t *testing.T) {
	st := newStage(t, pds.Options{})
	old := st.archive()
	st.publish(st.post("newer"))
	whole := st.archive()
	disk := errors.New("no space left")
	for name, c := range map[string]struct {
		body   io.Reader
		status int
		code   timeline.Code
		says   string
	}{
		"an older one":   {bytes.NewReader(old), 200, timeline.CodeMalformed, "older than its newest commit"},
		"a damaged one":  {bytes.NewReader(whole[:len(whole)-1]), 200, timeline.CodeMalformed, "damaged"},
		"a broken line":  {io.MultiReader(bytes.NewReader(whole[:200]), brokenBody{io.ErrUnexpectedEOF}), 200, timeline.CodeOffline, "broke off after 200 bytes"},
		"one too large":  {brokenBody{timeline.Errorf(timeline.CodeTooLarge, "over 2048 MiB")}, 200, timeline.CodeTooLarge, "2048 MiB"},
		"a refusal":      {strings.NewReader(`{"error":"RepoDeactivated","message":"Repo has been deactivated"}`), 400, timeline.CodeRefused, "deactivated"},
		"a page instead": {strings.NewReader("<html>"), 200, timeline.CodeMalformed, "damaged"},
		"nothing":        {strings.NewReader(""), 200, timeline.CodeMalformed, "damaged"},
	} {
		st.sends(c.body, c.status)
		if _, err := st.b.Archive(t.Context(), io.Discard, nil); timeline.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	st.sends(bytes.NewReader(whole), 200)
	if _, err := st.b.Archive(t.Context(), writes{disk}, nil); !errors.Is(err, disk) || !strings.Contains(err.Error(), "could not be written") {
		t.Errorf("a full disk: %v", err)
	}
	other := newStage(t, pds.Options{})
	other.publish(other.post("x"))
	other.b.did = other.s.DID("ana")
	other.sends(bytes.NewReader(whole), 200)
	if _, err := other.b.Archive(t.Context(), io.Discard, nil); !strings.Contains(err.Error(), "another account") {
		t.Errorf("another's: %v", err)
	}
	reader := open(t, Config{Account: timeline.Account{ID: "reader"}, Client: newClient(t)})
	if _, err := reader.Archive(context.Background(), io.Discard, nil); timeline.CodeOf(err) != timeline.CodeUnsupported {
		t.Errorf("without signing in: %v", err)
	}
}

type brokenBody struct{ err error }

func (b brokenBody) Read([]byte) (int, error) { return 0, b.err }

type writes struct{ err error }

func (w writes) Write([]byte) (int, error) { return 0, w.err }

func FuzzReadCAR(f *testing.F) {
	f.Add([]byte("\x3a\xa2eroots\x81\xd8*X%\x00\x01q\x12 "))
	s := startPDS(f, smallWorld(world.Post{Key: "first", Text: says("a post")}), pds.Options{})
	f.Add(repository(f, s, s.DID("ana")))
	f.Fuzz(func(t *testing.T, car []byte) {
		if c, err := readCAR(bytes.NewReader(car)); err == nil && c.CID == "" {
			t.Error("an archive without a commit passes")
		}
	})
}
