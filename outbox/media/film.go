package media

import (
	"errors"
	"io"
	"time"
)

// film is a video file taken apart.
type film struct {
	width, height int // pixels, upright; 0 when unknown
	duration      time.Duration
	blanks        []blank
}

// blank is a stretch of a file that is to hold nothing: head is written at its
// start, and zeros up to its end.
type blank struct {
	at, end int64
	head    []byte
}

// maxBoxes is how many parts of a video are looked at: some hundreds are usual.
const maxBoxes = 1 << 14

// errTooManyParts says that looking at a file would take too long.
var errTooManyParts = errors.New("the file has too many parts")

// parseFilm looks for the size, the length and all that is neither picture nor
// sound. It reads heads only, whatever the size of the file.
func parseFilm(r io.ReaderAt, size int64, mime string) (film, error) {
	if size > MaxVideo {
		return film{}, errors.New("the video is larger than 1 GiB")
	}
	if mime == typeWebM {
		return parseWebM(r, size)
	}
	return parseMP4(r, size)
}

// readAt reads n bytes; n must be small or checked. Past the end is errCutOff.
func readAt(r io.ReaderAt, at, n int64) ([]byte, error) {
	b := make([]byte, n)
	if _, err := r.ReadAt(b, at); errors.Is(err, io.EOF) {
		return nil, errCutOff
	} else if err != nil {
		return nil, err
	}
	return b, nil
}

// seconds is n ticks of which so many make a second; 0 when that makes no sense.
func seconds(n, perSecond float64) time.Duration {
	const longest = 1000 * 60 * 60
	if s := n / perSecond; s > 0 && s < longest {
		return time.Duration(s * float64(time.Second))
	}
	return 0
}
