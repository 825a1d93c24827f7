package store

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
	"skein/timeline/specimen"
)

// filler sets every field of a value to something of its own, so that one that is
// not packed comes back as another.
type filler struct {
	n     int
	posts int // fields that hold another post
}

func (f *filler) fill(v reflect.Value) {
	f.n++
	switch v.Interface().(type) {
	case timeline.Safe:
		v.Set(reflect.ValueOf(timeline.Clean("safe " + time.Duration(f.n).String())))
		return
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1_700_000_000, 0).Add(time.Duration(f.n) * 1_000_000_007).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text " + time.Duration(f.n).String())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(uint64(f.n % 200))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(v.Index(0))
		f.fill(v.Index(1))
	case reflect.Pointer:
		if v.Type() == reflect.TypeFor[*timeline.Post]() {
			f.posts++
			return // in a row of its own
		}
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	default:
		panic("a kind of field that is not filled: " + v.Type().String())
	}
}

func filled[T any](n int) T {
	var v T
	(&filler{n: n}).fill(reflect.ValueOf(&v).Elem())
	return v
}

// again packs, shrinks, expands and unpacks a value.
func again[T any](t *testing.T, pack func(*packer), unpack func(*unpacker) T) T {
	t.Helper()
	c := newCodec()
	var p packer
	pack(&p)
	b, err := c.expand(c.shrink(p.b))
	if err != nil {
		t.Fatal(err)
	}
	u := unpacker{b: b}
	v := unpack(&u)
	if u.err != nil || len(u.b) > 0 {
		t.Fatalf("%v, and %d bytes are left", u.err, len(u.b))
	}
	return v
}

func same(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(timeline.Safe{})); diff != "" {
		t.Errorf("%T comes back as another: a field that is not packed?\n%s", want, diff)
	}
}

// A field that is added to what is kept, and forgotten here, turns this red.
func TestNothingIsForgotten(t *testing.T) {
	var post timeline.Post
	f := filler{n: 1}
	if f.fill(reflect.ValueOf(&post).Elem()); f.posts != 2 {
		t.Errorf("%d posts may stand inside a post: rows know of two, Boosted and Quote.Post", f.posts)
	}
	row := post
	row.Author = timeline.Author{} // a row of its own
	at := placeOf(post.Sorted)
	same(t, row, again(t, func(p *packer) { p.packPost(&post, at, 0) }, func(u *unpacker) timeline.Post {
		v, _ := u.post(at)
		return *v
	}))
	author := filled[timeline.Author](50)
	same(t, author, again(t, func(p *packer) { p.author(author) }, (*unpacker).author))
	reach := filled[timeline.Reach](70)
	same(t, reach, again(t, func(p *packer) { p.reach(reach) }, (*unpacker).reach))
	profile := filled[timeline.Profile](90)
	body := profile
	body.Author, body.Network, body.Kept = timeline.Author{}, "", time.Time{} // columns
	same(t, body, again(t, func(p *packer) { p.profile(&profile) }, func(u *unpacker) timeline.Profile { return *u.profile() }))
	empty := timeline.Post{Sorted: at.begin(), Text: timeline.Text{}, Tags: []timeline.Safe{}}
	same(t, empty, again(t, func(p *packer) { p.packPost(&empty, at, 0) }, func(u *unpacker) timeline.Post {
		v, _ := u.post(at)
		return *v
	}))
}

// Longer than what shrinking works on at once.
func TestLongTextsComeBack(t *testing.T) {
	for _, text := range []string{strings.Repeat("rain ", 1<<20), noise(3 << 20)} {
		post := timeline.Post{Sorted: noon(), Text: timeline.PlainText(timeline.Clean(text))}
		same(t, post, again(t, func(p *packer) { p.packPost(&post, placeOf(post.Sorted), 0) }, func(u *unpacker) timeline.Post {
			v, _ := u.post(placeOf(post.Sorted))
			return *v
		}))
	}
}

// noise is text that cannot be shrunk much.
func noise(n int) string {
	r, b := rand.New(rand.NewPCG(1, 2)), make([]byte, n)
	for i := range b {
		b[i] = byte(' ' + r.IntN(95))
	}
	return string(b)
}

func TestPlacesAreInTheOrderOfTime(t *testing.T) {
	last := place(-1 << 62)
	for _, at := range []time.Time{
		{},
		time.Date(1969, 12, 31, 23, 59, 59, 999, time.UTC), time.Unix(0, 0), time.UnixMilli(epoch - 1), time.UnixMilli(epoch),
		noon(), noon().Add(unit), noon().Add(unit + 1), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		p := placeOf(settle(at))
		if p < last || p.unit() != p || p.begin().After(at) || at.Sub(p.begin()) >= unit || p.next() <= p {
			t.Errorf("%v has place %d, which begins at %v; the one before was %d", at, p, p.begin(), last)
		}
		last = p
	}
	for _, wild := range []time.Time{time.Unix(-1<<62, 0), time.Unix(1<<61, 0)} {
		if p := placeOf(settle(wild)); p < placeOf(time.Time{}) || p > last+1<<50 {
			t.Errorf("%v has place %d", wild, p)
		}
	}
}

func noon() time.Time { return time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC) }

// A file may hold anything.
func FuzzUnpack(f *testing.F) {
	c := newCodec()
	for p := range specimen.Posts(1, 40) {
		var k packer
		k.packPost(p.Content(), placeOf(p.Content().Sorted), 7)
		f.Add(c.shrink(k.b), k.b)
	}
	f.Fuzz(func(t *testing.T, shrunk, packed []byte) {
		if b, err := c.expand(shrunk); err == nil && len(b) > maxBody {
			t.Errorf("%d bytes", len(b))
		}
		u := unpacker{b: packed}
		v, _ := u.post(0)
		if u.err != nil {
			return
		}
		for _, s := range append(v.Tags, v.URL, v.Warning) {
			if timeline.Clean(s.String()) != s {
				t.Errorf("%q is not safe", s)
			}
		}
		for name, unpack := range map[string]func(*unpacker){
			"author": func(u *unpacker) { u.author() }, "reach": func(u *unpacker) { u.reach() }, "profile": func(u *unpacker) { u.profile() },
		} {
			u := unpacker{b: packed}
			if unpack(&u); len(u.b) > len(packed) {
				t.Error(name)
			}
		}
	})
}
