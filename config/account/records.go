package account

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Book is accounts.toml: the records of all accounts, in the order in which they
// were added. It is safe for several processes.
type Book struct{ path string }

// OpenBook names the file; it need not exist.
func OpenBook(path string) *Book { return &Book{path} }

type bookFile struct {
	Accounts []Record `toml:"account"`
}

const bookHeader = "# Written by skein: `skein account add`, `list` and `remove`. It holds no secrets.\n\n"

// All returns the records.
func (b *Book) All() ([]Record, error) {
	raw, err := readFile(b.path)
	if err != nil {
		return nil, err
	}
	var f bookFile
	if err := toml.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", b.path, err)
	}
	return f.Accounts, nil
}

// Add gives r an ID, and a name when it has none, keeps it and returns it. The
// name must be free, and no other record may be of the same identity.
func (b *Book) Add(ctx context.Context, r Record) (Record, error) {
	err := b.change(ctx, func(all []Record) ([]Record, error) {
		if i := same(all, r); i >= 0 {
			return nil, fmt.Errorf("%s is already here, as %q; `skein account remove %s` first", r.Handle, all[i].Name, all[i].Name)
		}
		if r.Name == "" {
			r.Name = freeName(all, r)
		}
		if slices.ContainsFunc(all, func(o Record) bool { return o.Name == r.Name }) {
			return nil, fmt.Errorf("the name %q is taken: choose another with --name", r.Name)
		}
		r.ID = newID(r.Network)
		return append(all, r), nil
	})
	return r, err
}

// Same returns the record of r's identity, if it is here.
func (b *Book) Same(r Record) (Record, bool, error) {
	all, err := b.All()
	if err != nil {
		return Record{}, false, err
	}
	if i := same(all, r); i >= 0 {
		return all[i], true, nil
	}
	return Record{}, false, nil
}

// Renew takes over what has changed of an account that is here: all of r but its ID,
// its name and whether posts go there, and its relays where it names some. It returns the record as it is now.
func (b *Book) Renew(ctx context.Context, r Record) (Record, error) {
	err := b.change(ctx, func(all []Record) ([]Record, error) {
		i := same(all, r)
		if i < 0 {
			return nil, fmt.Errorf("%s is not here any more", r.Handle)
		}
		r.ID, r.Name, r.Post = all[i].ID, all[i].Name, all[i].Post
		if len(r.Relays) == 0 {
			r.Relays = all[i].Relays
		}
		all[i] = r
		return all, nil
	})
	return r, err
}

// Rename gives the record with a name, handle or ID another name, which must be free,
// and returns it.
func (b *Book) Rename(ctx context.Context, which, name string) (Record, error) {
	return b.alter(ctx, which, func(all []Record, i int) error {
		if o := slices.IndexFunc(all, func(o Record) bool { return strings.EqualFold(o.Name, name) }); o >= 0 && o != i {
			return fmt.Errorf("the name %q is taken: choose another", name)
		}
		all[i].Name = name
		return nil
	})
}

// SetPost says whether new posts go to an account of themselves, and returns it.
func (b *Book) SetPost(ctx context.Context, which string, on bool) (Record, error) {
	return b.alter(ctx, which, func(all []Record, i int) error {
		all[i].Post = nil
		if !on {
			all[i].Post = &on
		}
		return nil
	})
}

// SetRelays gives an account its own relays, and returns it; none are those of the
// configuration.
func (b *Book) SetRelays(ctx context.Context, which string, relays []string) (Record, error) {
	return b.alter(ctx, which, func(all []Record, i int) error {
		all[i].Relays = relays
		return nil
	})
}

// alter changes the record with a name, handle or ID.
func (b *Book) alter(ctx context.Context, which string, change func(all []Record, i int) error) (r Record, err error) {
	err = b.change(ctx, func(all []Record) ([]Record, error) {
		i, err := Find(all, which)
		if err == nil {
			err = change(all, i)
		}
		if err != nil {
			return nil, err
		}
		r = all[i]
		return all, nil
	})
	return r, err
}

// same is the index of the record of r's identity, or -1.
func same(all []Record, r Record) int {
	return slices.IndexFunc(all, func(o Record) bool { return o.Network == r.Network && o.identity() == r.identity() })
}

// Remove forgets the record with a name, handle or ID and returns it.
func (b *Book) Remove(ctx context.Context, name string) (Record, error) {
	var removed Record
	err := b.change(ctx, func(all []Record) ([]Record, error) {
		i, err := Find(all, name)
		if err != nil {
			return nil, err
		}
		removed = all[i]
		return slices.Delete(all, i, i+1), nil
	})
	return removed, err
}

// Find returns the index of the record with a name, handle or ID.
func Find(all []Record, name string) (int, error) {
	is := func(f func(Record) string) int {
		return slices.IndexFunc(all, func(r Record) bool { return strings.EqualFold(f(r), name) })
	}
	for _, f := range []func(Record) string{
		func(r Record) string { return r.Name },
		func(r Record) string { return r.ID },
		func(r Record) string { return r.Handle },
	} {
		if i := is(f); i >= 0 {
			return i, nil
		}
	}
	return -1, fmt.Errorf("there is no account %q; `skein account list` shows them", name)
}

func (b *Book) change(ctx context.Context, f func([]Record) ([]Record, error)) error {
	unlock, err := lockFile(ctx, b.path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	all, err := b.All()
	if err != nil {
		return err
	}
	all, err = f(all)
	if err != nil {
		return err
	}
	raw, err := toml.Marshal(bookFile{all})
	if err != nil {
		return fmt.Errorf("writing %s: %w", b.path, err)
	}
	return writeFile(b.path, append([]byte(bookHeader), raw...))
}

// identity is what makes two records the same account.
func (r Record) identity() string {
	switch {
	case r.DID != "":
		return r.DID
	case r.PubKey != "":
		return r.PubKey
	}
	return strings.ToLower(r.Handle)
}

// freeName is the network's name, or that with a number.
func freeName(all []Record, r Record) string {
	name := r.Network
	for n := 2; slices.ContainsFunc(all, func(o Record) bool { return o.Name == name }); n++ {
		name = fmt.Sprintf("%s%d", r.Network, n)
	}
	return name
}

// newID is never made twice: 64 random bits.
func newID(network string) string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return network + "-" + hex.EncodeToString(b[:])
}
