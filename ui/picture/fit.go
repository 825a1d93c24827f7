package picture

import "skein/timeline"

// The cell of a terminal that does not tell its size.
const (
	usualCellWidth  = 10
	usualCellHeight = 20
)

// unknown is the shape that a picture is given whose size nobody tells.
const (
	unknownWidth  = 4
	unknownHeight = 3
)

// MaxSide is the most cells that a picture has across or down: kitty's placeholders
// count so far.
const MaxSide = 250

// Fit is how pictures become cells. It is comparable; the zero value shows none.
type Fit struct {
	Rows                  int // the most rows of a picture in a feed; 0 shows none
	CellWidth, CellHeight int // pixels of a cell; 0 is 10 × 20
}

// Cells is what a picture of so many pixels takes: as much as it can of cols × rows, and
// at least one cell each way. A picture whose size is not known is taken to be 4:3.
func (f Fit) Cells(width, height, cols, rows int) (w, h int) {
	cols, rows = min(cols, MaxSide), min(rows, MaxSide)
	if cols < 1 || rows < 1 {
		return 0, 0
	}
	cw, ch := f.cell()
	if width < 1 || height < 1 {
		width, height = unknownWidth*cw*cols, unknownHeight*cw*cols
	}
	// A picture is not made larger than it is, but for a small one.
	const least = 8
	cols = min(cols, max(least, (width+cw-1)/cw))
	h = rounded(int64(cols)*int64(cw)*int64(height), int64(width)*int64(ch))
	if h <= rows {
		return cols, max(1, h)
	}
	w = rounded(int64(rows)*int64(ch)*int64(width), int64(height)*int64(cw))
	return min(cols, max(1, w)), rows
}

func (f Fit) cell() (w, h int) {
	if f.CellWidth < 1 || f.CellHeight < 1 {
		return usualCellWidth, usualCellHeight
	}
	return f.CellWidth, f.CellHeight
}

// rounded is a/b to the nearest, at most what an int of 32 bits holds.
func rounded(a, b int64) int { return int(min((a+b/2)/b, 1<<31-1)) }

// Source is the address from which a picture of m can be drawn: of a large one the
// server's smaller one, if there is one and whole is not asked for. It is empty for what
// has no picture, such as a sound.
func Source(m timeline.Media, whole bool) timeline.Safe {
	switch {
	case m.Kind == timeline.Image && (whole || m.Preview.Empty()):
		return m.URL
	case m.Kind == timeline.GIF && m.Preview.Empty():
		return m.URL
	case m.Kind == timeline.Audio, m.Kind == timeline.UnknownFile:
		return timeline.Safe{}
	}
	return m.Preview
}
