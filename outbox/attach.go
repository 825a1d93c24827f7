package outbox

import (
	"fmt"
	"path/filepath"
	"strings"

	"skein/outbox/media"
	"skein/timeline"
)

// Attach looks at a file that is to be attached, quickly and without decoding it.
// It fails with CodeUsage when there is no such file, or it is not a whole picture
// or video of a kind that can be posted, or too large for any network.
func Attach(path, alt string) (File, error) {
	found, err := media.Inspect(path)
	if err != nil {
		return File{}, err
	}
	whole, err := filepath.Abs(path) // a draft may be taken up again elsewhere
	if err != nil {
		return File{}, fmt.Errorf("finding %s: %w", path, err)
	}
	return File{
		Path: whole, Alt: strings.TrimSpace(timeline.Clean(alt).String()),
		Type: found.Type, Kind: found.Kind, Width: found.Width, Height: found.Height,
		Size: found.Size, Duration: found.Duration,
	}, nil
}
