package media

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/http"
	"os"
	"strings"
	"time"

	"skein/timeline"
)

// The largest files that are taken up, whatever the network.
const (
	MaxPicture = 16 << 20   // bytes
	MaxPixels  = 33_177_600 // width × height: 7680 × 4320
	MaxVideo   = 1 << 30    // bytes
)

// Found is what a file turned out to be.
type Found struct {
	Type          string // MIME
	Kind          timeline.MediaKind
	Width, Height int // pixels, upright; 0 when unknown
	Size          int64
	Duration      time.Duration // 0 when unknown
}

// The types that are known.
const (
	typeJPEG = "image/jpeg"
	typePNG  = "image/png"
	typeGIF  = "image/gif"
	typeWebP = "image/webp"
	typeMP4  = "video/mp4"
	typeMOV  = "video/quicktime"
	typeWebM = "video/webm"
)

// sniffed is how many bytes tell a file's type.
const sniffed = 512

// Inspect looks at a file without decoding it. It fails with CodeUsage when there
// is none, or it is not a whole picture or video of a kind that can be posted, or
// too large for any network.
func Inspect(path string) (Found, error) {
	f, size, err := open(path)
	if err != nil {
		return Found{}, err
	}
	defer f.Close() //nolint:errcheck // only read
	found, err := inspect(f, size)
	if err != nil {
		return Found{}, timeline.Errorf(timeline.CodeUsage, "%s: %w", path, err)
	}
	found.Size = size
	return found, nil
}

func inspect(f *os.File, size int64) (Found, error) {
	mime, err := typeOf(f)
	if err != nil {
		return Found{}, err
	}
	if strings.HasPrefix(mime, "video/") {
		film, err := parseFilm(f, size, mime)
		return Found{Type: mime, Kind: timeline.Video, Width: film.width, Height: film.height, Duration: film.duration}, err
	}
	p, err := readPicture(f, size)
	if err != nil {
		return Found{}, err
	}
	w, h := p.upright()
	return Found{Type: mime, Kind: p.kind(), Width: w, Height: h}, nil
}

// open opens a regular file that holds something.
func open(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, timeline.Errorf(timeline.CodeUsage, "%s: there is no such file", path)
	case err != nil:
		return nil, 0, cannotRead(path, err)
	case info.IsDir():
		return nil, 0, timeline.Errorf(timeline.CodeUsage, "%s is a folder", path)
	case !info.Mode().IsRegular():
		return nil, 0, timeline.Errorf(timeline.CodeUsage, "%s is not a file", path)
	case info.Size() == 0:
		return nil, 0, timeline.Errorf(timeline.CodeUsage, "%s is empty", path)
	}
	f, err := os.Open(path) //nolint:gosec // the person's own choice
	if err != nil {
		return nil, 0, cannotRead(path, err)
	}
	return f, info.Size(), nil
}

// cannotRead leaves out what system call failed: the reason is enough.
func cannotRead(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return timeline.Errorf(timeline.CodeUsage, "%s cannot be read: %w", path, err)
}

// typeOf tells the type of a file that can be posted, by its first bytes.
func typeOf(f io.ReaderAt) (string, error) {
	head := make([]byte, sniffed)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("it cannot be read: %w", err)
	}
	return sniff(head[:n])
}

// sniff tells the type of what begins with head.
func sniff(head []byte) (string, error) {
	if mime := sniffBoxes(head); mime != "" {
		if mime == typeMP4 || mime == typeMOV {
			return mime, nil
		}
		return "", fmt.Errorf("%s cannot be posted: save it as JPEG first", mime)
	}
	switch mime, _, _ := strings.Cut(http.DetectContentType(head), ";"); mime {
	case typeJPEG, typePNG, typeGIF, typeWebP:
		return mime, nil
	case typeWebM: // by its first bytes it may be any Matroska file
		if strings.Contains(string(head[:min(len(head), 64)]), "webm") {
			return mime, nil
		}
		return "", errors.New("this kind of video cannot be posted: save it as MP4 first")
	case "application/octet-stream":
		return "", errors.New("it is neither a picture nor a video")
	default:
		return "", fmt.Errorf("it is neither a picture nor a video but %s", mime)
	}
}

// sniffBoxes tells the type of files that are made of boxes (ISO 14496-12): by
// their brand, or in old QuickTime files by the first box.
func sniffBoxes(head []byte) string {
	if len(head) < 12 {
		return ""
	}
	switch string(head[4:8]) {
	case "ftyp":
	case "moov", "wide", "mdat":
		return typeMOV
	default:
		return ""
	}
	switch brand := string(head[8:12]); brand {
	case "qt  ":
		return typeMOV
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
		return "image/heic"
	case "avif", "avis":
		return "image/avif"
	case "crx ":
		return "image/x-canon-cr3"
	case "M4A ", "M4B ":
		return "audio/mp4"
	}
	return typeMP4
}

// pixelsOf is width × height, without overflow.
func pixelsOf(w, h int) int64 {
	if w < 0 || h < 0 || w > math.MaxInt32 || h > math.MaxInt32 {
		return math.MaxInt64
	}
	return int64(w) * int64(h)
}
