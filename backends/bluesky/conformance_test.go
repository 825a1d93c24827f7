package bluesky

import (
	"context"
	"testing"
	"time"

	"skein/backends/conformance"
	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
)

func TestConformance(t *testing.T) {
	w := world.New(world.Options{Seed: 1})
	s := startPDS(t, w, pds.Options{})
	c, _ := signIn(t, s)
	by := followed(t, w)
	author := newWriter(t, s, by)
	conformance.Run(t, conformance.Setup{
		Backend: open(t, c), Publish: author.publish, Address: author.naming(s.DID(world.Viewer)), Delete: author.remove,
		Message: func(_ context.Context, text string) error {
			return s.Write(world.Message{By: by, To: []string{world.Viewer}, Text: text}, time.Now())
		},
	})
}
