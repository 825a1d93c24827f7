package picture_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/kitty"
	"go.uber.org/goleak"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/picture"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shelf is a fetcher of pictures by name; it notes what was asked for.
type shelf struct {
	mu    sync.Mutex
	files map[string][]byte
	asked []string
}

func (s *shelf) Fetch(_ context.Context, account timeline.AccountID, address timeline.Safe, most int64) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, string(account)+" "+address.String())
	b, ok := s.files[address.String()]
	if !ok || int64(len(b)) > most {
		return nil, timeline.Errorf(timeline.CodeNotFound, "there is no %s", address)
	}
	return b, nil
}

func encoded(t testing.TB, w, h int, c color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		img.Set(i%w, i/w, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// run runs a command and what follows from it in the album, as Bubble Tea would, and
// returns what the terminal got. One picture is loaded at a time.
func run(ctx context.Context, t *testing.T, a *picture.Album, cmd tea.Cmd, raws *[]string) {
	t.Helper()
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		run(ctx, t, a, msg[0], raws) // the second waits for the next picture
	case tea.RawMsg:
		*raws = append(*raws, fmt.Sprint(msg.Msg))
	default:
		if cmds, ok := sequence(msg); ok {
			for _, c := range cmds {
				run(ctx, t, a, c, raws)
			}
			return
		}
		over, cancel := context.WithCancel(ctx)
		cancel() // nothing is waited for after this one
		next, done := a.Take(over, msg)
		if !done {
			t.Fatalf("the album does not know its %T", msg)
		}
		run(ctx, t, a, next, raws)
	}
}

func spot(name string, w, h int) picture.Spot {
	return picture.Spot{Account: "me", Source: timeline.CleanLine(name), Width: w, Height: h}
}

func TestPictureIsLoadedWhenItIsSeen(t *testing.T) {
	files := &shelf{files: map[string][]byte{"red": encoded(t, 40, 40, color.RGBA{R: 255, A: 255})}}
	a := picture.NewAlbum(files, &picture.Terminal{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := spot("red", 4, 2)
	if got := a.Row(s, 0); got != "    " {
		t.Errorf("before it is there: %q", got)
	}
	var raws []string
	run(ctx, t, a, a.Start(ctx), &raws)
	for n := range 2 {
		if got, want := a.Row(s, n), "\x1b[38;2;255;0;0m\x1b[48;2;255;0;0m▀▀▀▀\x1b[m"; got != want {
			t.Errorf("row %d is %q", n, got)
		}
	}
	if len(files.asked) != 1 || files.asked[0] != "me red" || len(raws) > 0 {
		t.Errorf("asked for %v, sent %q", files.asked, raws)
	}
}

func TestWhatIsSeenLastComesFirst(t *testing.T) {
	files := &shelf{}
	a := picture.NewAlbum(files, &picture.Terminal{})
	for i := range 100 {
		a.Row(spot(fmt.Sprint(i), 4, 2), 0)
	}
	var raws []string
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	run(ctx, t, a, a.Start(ctx), &raws)
	run(ctx, t, a, a.Start(ctx), &raws)
	if got := strings.Join(files.asked, ","); got != "me 99,me 98" {
		t.Errorf("asked for %s", got)
	}
	if why := a.Failed(spot("99", 4, 2)); !strings.Contains(why.String(), "no 99") {
		t.Errorf("why it failed: %q", why)
	}
	a.Row(spot("99", 4, 2), 0)
	run(ctx, t, a, a.Start(ctx), &raws)
	a.Again()
	a.Row(spot("99", 4, 2), 0)
	run(ctx, t, a, a.Start(ctx), &raws)
	if got := strings.Join(files.asked, ","); got != "me 99,me 98,me 97,me 99" {
		t.Errorf("asked for %s", got)
	}
}

func TestBlurStandsInForAPicture(t *testing.T) {
	a := picture.NewAlbum(&shelf{}, &picture.Terminal{})
	s := picture.Spot{Blur: "LEHV6nWB2yk8pyo0adR*.7kCMdnj", Width: 20, Height: 5}
	if row := a.Row(s, 0); !strings.Contains(row, "▀") || cell.Width(cell.PerRune, row) != 20 {
		t.Errorf("the blur's row is %q", row)
	}
	for _, bad := range []string{"x", "LEHV6", strings.Repeat("~", 5000), "\x00\x01\x02\x03\x04\x05"} {
		if row := a.Row(picture.Spot{Blur: bad, Width: 6, Height: 2}, 1); row != "      " {
			t.Errorf("of %q it is %q", bad, row)
		}
	}
}

// TestKittyGetsAPictureBeforeItsPlace: a terminal looks for a picture when it meets the
// cells, and lets go of it when the album does.
func TestKittyGetsAPictureBeforeItsPlace(t *testing.T) {
	files := &shelf{files: map[string][]byte{"red": encoded(t, 400, 400, color.RGBA{R: 255, A: 255})}}
	terminal := &picture.Terminal{}
	a := picture.NewAlbum(files, terminal)
	a.Heard(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
	if further := a.Heard(tea.TerminalVersionMsg{Name: "kitty(0.40.1)"}); !strings.Contains(further, "a=q") {
		t.Fatalf("kitty is not asked: %q", further)
	}
	a.Heard(uv.KittyGraphicsEvent{Payload: []byte("OK")})
	a.Heard(uv.CellSizeEvent{Width: 8, Height: 16})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := spot("red", 8, 4)
	a.Row(s, 0)
	cmd := a.Start(ctx)
	cmds, ok := cmd().(tea.BatchMsg)
	if !ok {
		t.Fatal("the album starts with one command")
	}
	load := cmds[0]()
	over, stop := context.WithCancel(ctx)
	stop()
	next, _ := a.Take(over, load)
	if a.Shown(s) || strings.ContainsRune(a.Row(s, 0), kitty.Placeholder) {
		t.Error("the place is drawn before the terminal has the picture")
	}
	var raws []string
	run(ctx, t, a, next, &raws)
	if len(raws) != 1 || !strings.Contains(raws[0], "\x1b_Gf=100") || !strings.Contains(raws[0], "U=1") || !strings.Contains(raws[0], "c=8,r=4") {
		t.Fatalf("the terminal got %.80q", raws)
	}
	for n := range 4 {
		row := a.Row(s, n)
		want := string([]rune{kitty.Placeholder, kitty.Diacritic(n), kitty.Diacritic(7)})
		if cell.Width(cell.PerRune, row) != 8 || cell.Width(cell.PerCluster, row) != 8 || !strings.Contains(row, want) {
			t.Errorf("row %d is %q", n, row)
		}
	}
	end := a.End()
	id := raws[0][strings.Index(raws[0], "i=")+2:]
	id, _, _ = strings.Cut(id, ",")
	if !strings.Contains(end, "a=d,d=I,i="+id) {
		t.Errorf("at the end the terminal is told %q, of picture %s", end, id)
	}
}

func TestAlbumIsBounded(t *testing.T) {
	a := picture.NewAlbum(&shelf{}, &picture.Terminal{})
	for i := range 1000 {
		a.Row(picture.Spot{Blur: "LEHV6nWB2yk8pyo0adR*.7kCMdnj", Width: 80, Height: 12, Account: timeline.AccountID(fmt.Sprint(i))}, 0)
	}
	if got := a.Bytes(); got > 24<<20 || got < 16<<20 {
		t.Errorf("%d bytes are kept", got)
	}
}

func TestPicturesAreExact(t *testing.T) {
	img := encoded(t, 31, 17, color.RGBA{G: 255, A: 128})
	for _, c := range []struct{ w, h int }{{1, 1}, {7, 2}, {80, 12}, {3, 40}} {
		files := &shelf{files: map[string][]byte{"x": img}}
		a := picture.NewAlbum(files, &picture.Terminal{})
		ctx, cancel := context.WithCancel(t.Context())
		s := spot("x", c.w, c.h)
		a.Row(s, 0)
		var raws []string
		run(ctx, t, a, a.Start(ctx), &raws)
		cancel()
		for n := range c.h {
			if got := ansi.StringWidth(a.Row(s, n)); got != c.w {
				t.Errorf("%v: row %d has %d cells", c, n, got)
			}
		}
	}
}
