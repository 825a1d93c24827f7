package outbox_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"skein/outbox"
)

// A post from Add to Sent, all commits flushed to the disk.
func BenchmarkAddAndDrain(b *testing.B) {
	n := newNetwork("a")
	o := openAt(b, b.TempDir(), n)
	i := 0
	for b.Loop() {
		i++
		op := add(b, o, fmt.Sprint("post ", i), n)
		if _, err := o.Drain(b.Context(), op.ID); err != nil {
			b.Fatal(err)
		}
	}
}

// An idle turn of a runner, and an Add, above a history of 100,000 deliveries.
func BenchmarkWithAHistory(b *testing.B) {
	n := newNetwork("a")
	o := openAt(b, b.TempDir(), n)
	op := add(b, o, "hello", n)
	if _, err := o.Drain(b.Context(), op.ID); err != nil {
		b.Fatal(err)
	}
	if err := o.Multiply(100_000); err != nil {
		b.Fatal(err)
	}
	b.Run("look", func(b *testing.B) {
		for b.Loop() {
			if found, err := o.Look(context.Background()); err != nil || found {
				b.Fatal(found, err)
			}
		}
	})
	b.Run("send", func(b *testing.B) {
		for b.Loop() {
			op := add(b, o, "another", n)
			if _, err := o.Drain(b.Context(), op.ID); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Add", func(b *testing.B) {
		for b.Loop() {
			if _, err := o.Add(b.Context(), planOf(outbox.Draft{Text: rand.Text(), At: time.Now().Add(time.Hour)}, n), outbox.Added{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
