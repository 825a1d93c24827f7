package carry

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"

	"skein/timeline"
)

// The bounds of a file that is read.
const (
	MaxLine  = 8 << 20 // bytes of a line
	MaxItems = 250_000 // entries of a list
)

// Line is a line of a file.
type Line struct {
	Number int    // the first is 1
	Raw    []byte // without its end; valid until the next one is asked for
}

// Lines reads a file line by line: LF or CR LF ends one, a byte order mark before the
// first is dropped, and so are lines of white space. It ends with an error where the
// file cannot be read, or a line is over MaxLine.
func Lines(r io.Reader) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		b := bufio.NewReaderSize(r, 64<<10)
		var long []byte
		for n := 1; ; n++ {
			raw, err := wholeLine(b, &long)
			if err != nil && !errors.Is(err, io.EOF) {
				if errors.Is(err, errLong) {
					err = timeline.Errorf(timeline.CodeTooLarge, "line %d is over %d MiB", n, MaxLine>>20)
				}
				yield(Line{Number: n}, err)
				return
			}
			if n == 1 {
				raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
			}
			raw = bytes.TrimRight(raw, "\r\n")
			if len(bytes.TrimSpace(raw)) > 0 && !yield(Line{n, raw}, nil) {
				return
			}
			if err != nil {
				return
			}
		}
	}
}

var errLong = errors.New("a line is too long")

// wholeLine reads up to the end of the line, through long where the line is longer
// than the reader's buffer.
func wholeLine(b *bufio.Reader, long *[]byte) ([]byte, error) {
	part, err := b.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return part, err
	}
	*long = append((*long)[:0], part...)
	for errors.Is(err, bufio.ErrBufferFull) {
		part, err = b.ReadSlice('\n')
		if *long = append(*long, part...); len(*long) > MaxLine {
			return nil, errLong
		}
	}
	return *long, err
}
