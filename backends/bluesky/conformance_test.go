package bluesky

import (
	"testing"

	"skein/backends/conformance"
	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
)

func TestConformance(t *testing.T) {
	w := world.New(world.Options{Seed: 1})
	s := startPDS(t, w, pds.Options{})
	c, _ := signIn(t, s)
	author := newWriter(t, s, followed(t, w))
	conformance.Run(t, conformance.Setup{
		Backend: open(t, c), Publish: author.publish, Delete: author.remove,
	})
}
