package store

import (
	"encoding/binary"
	"errors"
	"time"

	"skein/timeline"
)

// errPacked says that bytes are not what a packer of this version wrote.
var errPacked = errors.New("a row of it cannot be read")

// packer writes values one behind the other, as short as they are. There are no
// names and no types: the unpacker asks for the same values in the same order, so a
// change of either is a new version of the file.
type packer struct{ b []byte }

func (p *packer) uint(v uint64) { p.b = binary.AppendUvarint(p.b, v) }
func (p *packer) int(v int64)   { p.b = binary.AppendVarint(p.b, v) }

func (p *packer) text(s string) {
	p.uint(uint64(len(s)))
	p.b = append(p.b, s...)
}

func (p *packer) safe(s timeline.Safe) { p.text(s.String()) }

// flags writes up to 64 answers of yes or no.
func (p *packer) flags(set ...bool) {
	var v uint64
	for i, s := range set {
		if s {
			v |= 1 << i
		}
	}
	p.uint(v)
}

// time writes a moment to the nanosecond; the zero time takes one byte.
func (p *packer) time(t time.Time) {
	if t.IsZero() {
		p.uint(0)
		return
	}
	p.uint(1 + uint64(t.Nanosecond()))
	p.int(t.Unix())
}

func (p *packer) id(id timeline.ID) {
	p.text(string(id.Network))
	p.text(id.Local)
}

func (p *packer) key(k timeline.Key) {
	p.time(k.Time)
	p.id(k.ID)
}

// packList packs how many there are, and each; nil is not the same as none.
func packList[T any](p *packer, of []T, pack func(T)) {
	if of == nil {
		p.uint(0)
		return
	}
	p.uint(uint64(len(of)) + 1)
	for _, v := range of {
		pack(v)
	}
}

// unpacker reads what a packer wrote. After the first failure err is set and all
// further values are zero.
type unpacker struct {
	b   []byte
	err error
}

func (u *unpacker) fail() { u.b, u.err = nil, errPacked }

func (u *unpacker) uint() uint64 {
	v, n := binary.Uvarint(u.b)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return v
}

func (u *unpacker) int() int64 {
	v, n := binary.Varint(u.b)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return v
}

func (u *unpacker) text() string {
	n := u.uint()
	if n > uint64(len(u.b)) {
		u.fail()
		return ""
	}
	s := string(u.b[:n])
	u.b = u.b[n:]
	return s
}

// safe cleans what it reads, so that a file is no way around Clean.
func (u *unpacker) safe() timeline.Safe { return timeline.Clean(u.text()) }

func (u *unpacker) flags(set ...*bool) {
	v := u.uint()
	for i, s := range set {
		*s = v&(1<<i) != 0
	}
}

func (u *unpacker) time() time.Time {
	nanos := u.uint()
	if nanos == 0 {
		return time.Time{}
	}
	if nanos > uint64(time.Second) {
		u.fail()
		return time.Time{}
	}
	return time.Unix(u.int(), int64(nanos-1)).UTC()
}

func (u *unpacker) id() timeline.ID {
	network := timeline.Network(u.text())
	return timeline.ID{Network: network, Local: u.text()}
}

func (u *unpacker) key() timeline.Key {
	at := u.time()
	return timeline.Key{Time: at, ID: u.id()}
}

// unpackList reads what packList wrote.
func unpackList[T any](u *unpacker, unpack func() T) []T {
	n := u.uint()
	if n == 0 {
		return nil
	}
	if n--; n > uint64(len(u.b)) { // each takes a byte at least
		u.fail()
		return nil
	}
	out := make([]T, 0, min(n, 16)) // what is said is not believed
	for range n {
		if v := unpack(); u.err == nil {
			out = append(out, v)
		}
	}
	return out
}
