package media

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"skein/timeline"
)

// Fit makes a file ready for a network: it writes what is to be uploaded into dir,
// under the name of its SHA-256, and tells what that is. The same file and limits
// give the same bytes. Alt is kept as it is.
//
//   - Of pictures goes all that is no picture, and the place with it; colour
//     profiles stay. One that lies on its side or is too large is turned and made
//     smaller, as JPEG, or as PNG where it was lossless and fits. An animation that
//     is too large is refused.
//   - Of videos go places, notes and all tracks that are neither picture nor sound.
//     One that is too large is refused.
//
// A file that cannot be made to fit fails with CodeRefused or CodeUsage; then, and
// when ctx ends, nothing is left in dir. A result is there whole or not at all, and
// flushed to the disk; several processes may write the same one at once.
func Fit(ctx context.Context, src timeline.Attachment, l timeline.Limits, dir string) (timeline.Attachment, error) {
	f, size, err := open(src.Path)
	if err != nil {
		return timeline.Attachment{}, timeline.Errorf(timeline.CodeOf(err), "%s: %w", called(src), err)
	}
	defer f.Close() //nolint:errcheck // only read
	mime, err := typeOf(f)
	if err != nil {
		return timeline.Attachment{}, refused(src, err)
	}
	if strings.HasPrefix(mime, "video/") {
		return fitFilm(ctx, f, size, mime, src, l, dir)
	}
	p, err := readPicture(f, size)
	if err != nil {
		return timeline.Attachment{}, refused(src, err)
	}
	made, err := p.fit(ctx, l)
	if ctx.Err() != nil {
		return timeline.Attachment{}, ctx.Err()
	}
	if err != nil {
		return timeline.Attachment{}, refused(src, err)
	}
	out := src
	out.Type, out.Kind, out.Width, out.Height = made.mime, p.kind(), made.width, made.height
	return save(dir, out, func(w *os.File) error {
		_, err := w.Write(made.bytes)
		return err
	})
}

func refused(src timeline.Attachment, err error) error {
	return timeline.Errorf(timeline.CodeRefused, "%s: %w", called(src), err)
}

// called is the file as the person knows it: the path is that of a copy, which is
// named by what it holds.
func called(src timeline.Attachment) string { return cmp.Or(src.Name, src.Path) }

// fitFilm copies a video and blanks what is to go.
func fitFilm(ctx context.Context, f *os.File, size int64, mime string, src timeline.Attachment, l timeline.Limits, dir string) (timeline.Attachment, error) {
	if l.VideoBytes > 0 && size > l.VideoBytes {
		return timeline.Attachment{}, refused(src, fmt.Errorf("the video has %d of %d bytes", size, l.VideoBytes))
	}
	found, err := parseFilm(f, size, mime)
	if err != nil {
		return timeline.Attachment{}, refused(src, err)
	}
	out := src
	out.Type, out.Kind, out.Duration = mime, timeline.Video, found.duration
	out.Width, out.Height = found.width, found.height
	return save(dir, out, func(w *os.File) error {
		if err := copyFile(ctx, w, f, size); err != nil {
			return err
		}
		for _, b := range found.blanks {
			if err := b.write(ctx, w, size); err != nil {
				return err
			}
		}
		return nil
	})
}
